"""Why a DNS record does not pass and how to fix it: a sentence for each code that the check stored. Pure."""

from __future__ import annotations

from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.mail.host_names import relative
from domains.key_records import public_key
from domains.records import MX_PRIORITY

# What receivers call a permerror (RFC 7208 2.6.7): no mail of the domain passes SPF then.
SPF_ERRORS = {
    "spf_look_ups": gettext_lazy("Receivers stop after 10 look-ups, and the whole record needs %(name)s."),
    "spf_void": gettext_lazy(
        "Receivers stop at the third name that does not exist or has no records; that is %(name)s."
    ),
    "spf_mx_hosts": gettext_lazy("%(name)s has more than 10 mail servers, and receivers stop at the 11th."),
    "spf_no_record": gettext_lazy("%(name)s is included but has no SPF record."),
    "spf_several_at": gettext_lazy("%(name)s has several SPF records, and only one is allowed."),
    "spf_syntax": gettext_lazy("“%(name)s” is not a valid part of an SPF record."),
}
SPF_CURES = {
    "spf_look_ups": gettext_lazy(
        "Remove includes of services that no longer send for you, or send from a subdomain. "
        "The record must keep: %(value)s"
    ),
}
SPF_CURE = gettext_lazy("Correct that, or use: %(value)s")

REASONS = {
    "unreachable": gettext_lazy("DNS did not answer, or its server failed. The check is repeated automatically."),
    "alias": gettext_lazy(
        "%(host)s is an alias (CNAME) of %(name)s, so every record of that name is read there. "
        "If a website uses the alias, keep it and send from another subdomain; "
        "otherwise remove the CNAME and enter the value."
    ),
    "misplaced": gettext_lazy(
        "The record is at %(name)s because your DNS host adds the domain itself. "
        "Enter the host as %(relative)s instead."
    ),
    "quoted": gettext_lazy("Quotation marks or backslashes are part of the text. Enter without them: %(value)s"),
    "mx_missing": gettext_lazy("There is no MX record. Enter %(value)s with priority %(priority)d."),
    "mx_implicit": gettext_lazy(
        "There is no MX record, so email to this name goes to its own address. If somebody has a mailbox here, "
        "send from a subdomain instead; otherwise enter %(value)s with priority %(priority)d."
    ),
    "mx_null": gettext_lazy(
        "The domain says that it accepts no email (null MX). "
        "Replace that record: enter %(value)s with priority %(priority)d."
    ),
    "mx_suffixed": gettext_lazy("Your DNS host appended the domain to the value. Enter it with its final dot."),
    "mx_other": gettext_lazy(
        "The record names another mail server, so bounces would not come back. If somebody has a mailbox here, leave "
        "the record alone and send from a subdomain; otherwise enter %(value)s with priority %(priority)d."
    ),
    "mx_outranked": gettext_lazy(
        "Another mail server has the same or a smaller priority number and would receive the bounces. "
        "If somebody has a mailbox there, send from a subdomain; otherwise remove that server."
    ),
    "spf_missing": gettext_lazy("There is no SPF record. Enter %(value)s"),
    "spf_prefix": gettext_lazy("Not an SPF record: it must begin with “v=spf1 ”. Enter %(value)s"),
    "spf_several": gettext_lazy(
        "There are %(count)d SPF records, and receivers reject all of them. Keep only this one: %(value)s"
    ),
    "spf_full": gettext_lazy(
        "The record does not allow our servers, and with them it needs %(name)s look-ups; receivers stop after 10 and "
        "then accept nobody. Send from a subdomain, or remove what no longer sends for you before you enter %(value)s"
    ),
    "spf_several_full": gettext_lazy(
        "There are %(count)d SPF records, and receivers reject all of them. Together they need %(name)s look-ups, and "
        "receivers stop after 10. Send from a subdomain, or remove what no longer sends for you "
        "before you enter %(value)s"
    ),
    "spf_glued": gettext_lazy("A space is missing before “all”. Change the record to: %(value)s"),
    "spf_lacking": gettext_lazy("The record does not allow our servers. Change it to: %(value)s"),
    "spf_qualifier": gettext_lazy("“%(name)s” before our include does not allow our servers. Change it to: %(value)s"),
    "spf_refused": gettext_lazy("An earlier part of the record refuses our servers. Change it to: %(value)s"),
    "spf_after_all": gettext_lazy("Everything after “all” is ignored. Change the record to: %(value)s"),
    "spf_dns": gettext_lazy(
        "The record could not be checked: DNS did not answer for %(name)s. The check is repeated automatically."
    ),
    "spf_platform": gettext_lazy(
        "The record could not be checked: %(name)s, which belongs to this service, names no server. Ask its operator."
    ),
    "dkim_missing": gettext_lazy("There is no DKIM record at this host. Enter the value as one TXT record."),
    "dkim_split": gettext_lazy(
        "The key is split over several records. Enter it as one record; "
        "a long value may be split into several strings inside it."
    ),
    "dkim_several": gettext_lazy(
        "There are several TXT records at this host, and receivers may read any of them. Keep only the one shown here; "
        "if another service signs with the other one, send from a subdomain."
    ),
    "dkim_version": gettext_lazy("v= must come first and be exactly DKIM1. Enter the value exactly as shown."),
    "dkim_syntax": gettext_lazy("Receivers cannot read the record. Enter the value exactly as shown."),
    "dkim_twice": gettext_lazy("A tag occurs twice, so receivers ignore the record. Enter the value exactly as shown."),
    "dkim_no_key": gettext_lazy("The record has no p= tag, so it contains no key. Enter the value exactly as shown."),
    "dkim_revoked": gettext_lazy("An empty p= tag revokes the key. Enter the value exactly as shown."),
    "dkim_cut": gettext_lazy(
        "The key was cut off after %(length)d of %(whole)d characters. Enter the value in strings of at most "
        "255 characters, or use a 1024-bit key if your DNS host cannot do that."
    ),
    "dkim_short": gettext_lazy(
        "This is another key, of %(name)s bits; receivers refuse keys below 1024. "
        "Replace the value with the one shown here."
    ),
    "dkim_other": gettext_lazy(
        "This is a different key. Replace the value with the one shown here; "
        "if another service signs with the other one, send from a subdomain."
    ),
    "dkim_type": gettext_lazy("The key is right, but k= is not rsa. Enter the value exactly as shown."),
    "dkim_hash": gettext_lazy("The tag h= does not allow sha256, which we sign with. Remove it."),
    "dkim_service": gettext_lazy("The tag s= does not allow the key for email. Remove it."),
    "dkim_testing": gettext_lazy("The tag t=y tells receivers to ignore the signatures. Remove it."),
    "dmarc_missing": gettext_lazy("There is no DMARC record. Enter %(value)s, or a stricter policy of your own."),
    "dmarc_prefix": gettext_lazy("The record must begin with exactly v=DMARC1; and a semicolon. Enter %(value)s"),
    "dmarc_several": gettext_lazy(
        "There are %(count)d DMARC records, and receivers ignore all of them. Keep only this one: %(value)s"
    ),
    "dmarc_twice": gettext_lazy("A tag occurs twice. Change the record to: %(value)s"),
    "dmarc_policy": gettext_lazy(
        "p=, sp= and np= must be none, quarantine or reject, and p= must be there. Change the record to: %(value)s"
    ),
    "dmarc_dns": gettext_lazy(
        "The policy could not be checked: DNS did not answer for %(name)s. The check is repeated automatically."
    ),
    "dmarc_inherited": gettext_lazy("The policy at %(name)s applies to this domain too. There is nothing to enter."),
    "spf_others": gettext_lazy("Our servers are accepted. Other servers of the domain may not be: %(problem)s"),
}

# What a step of a chain of look-ups led to, where that is not a text of DNS.
OUTCOMES: dict[str, str | Promise] = {
    "found": "",
    "no_match": "",
    "match": gettext_lazy("allows our servers"),
    "none": gettext_lazy("no record"),
    "void": gettext_lazy("nothing found"),
    "several": gettext_lazy("several records"),
    "syntax": gettext_lazy("cannot be read"),
    "unreachable": gettext_lazy("no answer"),
}


class JudgedRecord(Protocol):
    """What a sentence needs of a DNS record and its last check."""

    kind: str
    host: str
    expected: str
    seen: str
    reason: str


def sentence(record: JudgedRecord) -> str:
    """Return what is wrong with the record and how to fix it, in the active language; "" where there is nothing."""
    code, _blank, name = record.reason.partition(" ")
    values = _values(record, name)
    if code in SPF_ERRORS:
        return f"{SPF_ERRORS[code] % values} {SPF_CURES.get(code, SPF_CURE) % values}"
    if code == "spf_others":
        problem, _blank, name = name.partition(" ")
        values["problem"] = SPF_ERRORS[problem] % {"name": name} if problem in SPF_ERRORS else ""
    return str(REASONS[code]) % values if code in REASONS else ""


def _values(record: JudgedRecord, name: str) -> dict[str, Any]:
    seen = record.seen.splitlines()
    key = public_key(seen[0]) if record.kind == "dkim" and seen else ""
    return {
        "value": record.expected,
        "priority": MX_PRIORITY,
        "count": len(seen),
        "host": record.host,
        "name": name,
        "relative": relative(record.host, name.removeprefix(f"{record.host}.")),
        "length": len(key),
        "whole": len(public_key(record.expected)) if key else 0,
    }
