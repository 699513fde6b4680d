"""Why a DNS record does not pass and how to fix it: a sentence for each code that the check stored. Pure."""

from __future__ import annotations

from typing import Any, Protocol

from django.utils.translation import gettext_lazy

from accounts.mail.host_names import relative
from domains.records import MX_PRIORITY, merged_spf, tags_of

REASONS = {
    "unreachable": gettext_lazy("DNS did not answer, or its server failed. The check is repeated automatically."),
    "alias": gettext_lazy(
        "%(host)s is an alias (CNAME) of %(name)s, which hides every other record of that name. "
        "Remove the CNAME and enter the value."
    ),
    "misplaced": gettext_lazy(
        "The record is at %(name)s because your DNS host adds the domain itself. "
        "Enter the host as %(relative)s instead."
    ),
    "quoted": gettext_lazy("Quotation marks or backslashes are part of the text. Enter the value without them."),
    "mx_missing": gettext_lazy("There is no MX record. Enter %(value)s with priority %(priority)d."),
    "mx_null": gettext_lazy(
        "The domain says that it accepts no email (null MX). "
        "Replace that record: enter %(value)s with priority %(priority)d."
    ),
    "mx_suffixed": gettext_lazy("Your DNS host appended the domain to the value. Enter it with its final dot."),
    "mx_other": gettext_lazy(
        "The record names another mail server, so bounces would not come back. "
        "Enter %(value)s with priority %(priority)d."
    ),
    "mx_outranked": gettext_lazy(
        "Another mail server has the same or a smaller priority number and would receive the bounces. "
        "Give our server the smallest number, or send from a subdomain."
    ),
    "spf_missing": gettext_lazy("There is no SPF record. Enter %(value)s"),
    "spf_prefix": gettext_lazy("Not an SPF record: it must begin with “v=spf1 ”. Enter %(value)s"),
    "spf_several": gettext_lazy(
        "There are %(count)d SPF records, and receivers reject all of them. Keep only this one: %(merged)s"
    ),
    "spf_glued": gettext_lazy("A space is missing after %(include)s. Change the record to: %(merged)s"),
    "spf_lacking": gettext_lazy("The record does not contain %(include)s. Change it to: %(merged)s"),
    "spf_after_all": gettext_lazy("Everything after “all” is ignored. Change the record to: %(merged)s"),
    "dkim_missing": gettext_lazy("There is no DKIM record at this host. Enter the value as one TXT record."),
    "dkim_split": gettext_lazy(
        "The key is split over several records. Enter it as one record; "
        "a long value may be split into several strings inside it."
    ),
    "dkim_several": gettext_lazy("There are several TXT records at this host. Keep only the one shown here."),
    "dkim_no_key": gettext_lazy("The record has no p= tag, so it contains no key. Enter the value exactly as shown."),
    "dkim_revoked": gettext_lazy("An empty p= tag revokes the key. Enter the value exactly as shown."),
    "dkim_cut": gettext_lazy(
        "The key was cut off after %(length)d of %(whole)d characters. Enter the value in strings of at most "
        "255 characters, or use a 1024-bit key if your DNS host cannot do that."
    ),
    "dkim_other": gettext_lazy("This is a different key. Replace the value with the one shown here."),
    "dkim_tags": gettext_lazy("The key is right, but v= or k= is wrong. Enter the value exactly as shown."),
    "dkim_testing": gettext_lazy("The tag t=y tells receivers to ignore the signatures. Remove it."),
    "dmarc_missing": gettext_lazy("There is no DMARC record. Enter %(value)s, or a stricter policy of your own."),
    "dmarc_prefix": gettext_lazy("The record must begin with exactly v=DMARC1. Enter %(value)s"),
    "dmarc_several": gettext_lazy(
        "There are %(count)d DMARC records, and receivers ignore all of them. Keep only one."
    ),
    "dmarc_policy": gettext_lazy("The record needs the tag p=none, p=quarantine or p=reject."),
}


class JudgedRecord(Protocol):
    """What a sentence needs of a DNS record and its last check."""

    kind: str
    host: str
    expected: str
    seen: str
    reason: str


def sentence(record: JudgedRecord) -> str:
    """Return what is wrong with the record and how to fix it, in the active language; "" for one that passed."""
    code, _blank, name = record.reason.partition(" ")
    return str(REASONS[code]) % _values(record, name) if code in REASONS else ""


def _values(record: JudgedRecord, name: str) -> dict[str, Any]:
    seen = tuple(record.seen.splitlines())
    values: dict[str, Any] = {
        "value": record.expected,
        "priority": MX_PRIORITY,
        "count": len(seen),
        "host": record.host,
        "name": name,
        "relative": relative(record.host, name.removeprefix(f"{record.host}.")),
    }
    if record.kind == "spf":
        include = record.expected.split()[1].lower()
        values |= {"include": include, "merged": merged_spf(seen, include)}
    elif record.kind == "dkim" and seen:
        values |= {
            "length": len(tags_of(seen[0]).get("p", "")),
            "whole": len(tags_of(record.expected)["p"]),
        }
    return values
