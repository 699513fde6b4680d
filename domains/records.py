"""The DNS records a sender domain needs, and the verdict on what DNS returns. Pure.

MX: RFC 5321 5.1 and RFC 7505 (null MX). SPF: RFC 7208 3 to 5. DKIM keys: RFC 6376 3.6. DMARC: RFC 7489 6.3 and 6.6.3.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from accounts.mail.host_names import MAX_LENGTH, relative, zone_of
from domains.dns_answers import DnsAnswer, DnsStatus

Kind = Literal["mx", "spf", "dkim", "dmarc"]
State = Literal["passed", "missing", "wrong", "unreachable"]

MX_PRIORITY = 5
MAX_SEEN = 4000
MAX_REASON = 500
_DMARC_POLICIES = frozenset({"none", "quarantine", "reject"})


@dataclass(frozen=True)
class ExpectedRecord:
    """One record: `host` is a full name without final dot, `value` what to enter (an MX without its priority)."""

    kind: Kind
    type: Literal["MX", "TXT"]
    host: str
    value: str
    domain: str

    @property
    def relative_host(self) -> str:
        """Return the host as entered in the zone the domain most likely lies in."""
        return relative(self.host, zone_of(self.domain))


@dataclass(frozen=True)
class RecordVerdict:
    """The result of checking a record: `seen` is DNS's text, `reason` a code of `reasons`, empty when it passed.

    Two codes are followed by a blank and a name: "alias" by what the host is an alias of, "misplaced" by where
    the record is.
    """

    state: State
    seen: str = ""
    reason: str = ""


def expected_for(
    domain: str, *, mx_host: str, spf_include: str, selector: str, public_key: str
) -> tuple[ExpectedRecord, ExpectedRecord, ExpectedRecord, ExpectedRecord]:
    """Return the four records of `domain` (a host name in A-labels)."""
    return (
        ExpectedRecord("mx", "MX", domain, f"{mx_host}.", domain),
        ExpectedRecord("spf", "TXT", domain, f"v=spf1 include:{spf_include} ~all", domain),
        ExpectedRecord("dkim", "TXT", dkim_host(domain, selector), f"v=DKIM1; k=rsa; p={public_key}", domain),
        ExpectedRecord("dmarc", "TXT", f"_dmarc.{domain}", "v=DMARC1; p=none", domain),
    )


def dkim_host(domain: str, selector: str) -> str:
    """Return the host of the public key of `selector` (RFC 6376 3.6.2.1)."""
    return f"{selector}._domainkey.{domain}"


def misplaced(expected: ExpectedRecord) -> tuple[str, ...]:
    """Return the names the record is at when a DNS host appended its zone to a full host name."""
    ends = dict.fromkeys((zone_of(expected.domain), expected.domain))
    names = (f"{expected.host}.{end}" for end in ends)
    return tuple(name for name in names if len(name) <= MAX_LENGTH)


def judge(
    expected: ExpectedRecord, answer: DnsAnswer, elsewhere: Mapping[str, DnsAnswer] | None = None
) -> RecordVerdict:
    """Compare DNS's answer with the record; `elsewhere` holds the answers for the `misplaced` names."""
    if answer.status is DnsStatus.UNREACHABLE:
        return RecordVerdict("unreachable", "", "unreachable")
    found = answer.values if answer.status is DnsStatus.FOUND else ()
    state, shown, reason = _JUDGES[expected.kind](expected, found)
    if state != "passed":
        reason = _alias_reason(answer) or _misplaced_reason(expected, elsewhere or {}) or reason
    return RecordVerdict(state, "\n".join(shown)[:MAX_SEEN], reason[:MAX_REASON])


_Judgement = tuple[State, tuple[str, ...], str]


def _judge_mx(expected: ExpectedRecord, found: tuple[str, ...]) -> _Judgement:
    hosts = sorted(_exchange(value) for value in found)
    ours = expected.value.removesuffix(".").lower()
    if not hosts:
        return "missing", (), "mx_missing"
    if not any(host == ours for _, host in hosts):
        if any(host == "" for _, host in hosts):
            return "wrong", found, "mx_null"
        if any(host.startswith(f"{ours}.") for _, host in hosts):
            return "wrong", found, "mx_suffixed"
        return "wrong", found, "mx_other"
    at = min(number for number, host in hosts if host == ours)
    if any(number <= at for number, host in hosts if host != ours):
        return "wrong", found, "mx_outranked"
    return "passed", found, ""


def _exchange(value: str) -> tuple[int, str]:
    number, _, host = value.strip().partition(" ")
    return (int(number) if number.isdecimal() else 0), host.strip().removesuffix(".").lower()


def _judge_spf(expected: ExpectedRecord, found: tuple[str, ...]) -> _Judgement:
    include = expected.value.split()[1].lower()
    spf = tuple(value for value in found if value.lower().split(" ", 1)[0] == "v=spf1")
    if not spf:
        near = tuple(value for value in found if "spf1" in value.lower() or include in value.lower())
        if any(value.lstrip().startswith(('"', "'", "\\")) for value in near):
            return "wrong", near, "quoted"
        if near:
            return "wrong", near, "spf_prefix"
        return "missing", (), "spf_missing"
    if len(spf) > 1:
        return "wrong", spf, "spf_several"
    terms = [term.removeprefix("+") for term in spf[0].lower().split()]
    if include not in terms:
        glued = any(term.startswith(include) for term in terms)
        return "wrong", spf, "spf_glued" if glued else "spf_lacking"
    if any(_is_all(term) for term in terms[: terms.index(include)]):
        return "wrong", spf, "spf_after_all"
    return "passed", spf, ""


def _is_all(term: str) -> bool:
    return term.lstrip("+-~?").lower() == "all"


def merged_spf(spf: tuple[str, ...], include: str) -> str:
    """Return one SPF record that says what the records `spf` say and contains `include` (RFC 7208 4.5: only one)."""
    terms = [term for value in spf for term in value.split()[1:] if not term.lower().startswith(include)]
    kept = dict.fromkeys(term for term in terms if not _is_all(term))
    return " ".join(["v=spf1", include, *kept, "~all"])


def _judge_dkim(expected: ExpectedRecord, found: tuple[str, ...]) -> _Judgement:
    ours = tags_of(expected.value)
    if not found:
        return "missing", (), "dkim_missing"
    if any(mark in value for value in found for mark in "\"'\\"):
        return "wrong", found, "quoted"
    if len(found) > 1:
        if any(tags_of("".join(pair)) == ours for pair in (found, tuple(reversed(found)))):
            return "wrong", found, "dkim_split"
        return "wrong", found, "dkim_several"
    seen = {"v": "DKIM1", "k": "rsa", **tags_of(found[0])}
    key = seen.get("p")
    if key is None:
        return "wrong", found, "dkim_no_key"
    if key == "":
        return "wrong", found, "dkim_revoked"
    if key != ours["p"]:
        return "wrong", found, "dkim_cut" if ours["p"].startswith(key) else "dkim_other"
    if (seen["v"], seen["k"]) != ("DKIM1", "rsa"):
        return "wrong", found, "dkim_tags"
    if "y" in seen.get("t", "").split(":"):
        return "wrong", found, "dkim_testing"
    return "passed", found, ""


def tags_of(value: str) -> dict[str, str]:
    """Return the tags of a DKIM or DMARC record (RFC 6376 3.2), blanks removed; the first of two equal names counts."""
    tags: dict[str, str] = {}
    for part in value.split(";"):
        name, sign, text = part.partition("=")
        if sign:
            tags.setdefault(name.strip(), re.sub(r"\s+", "", text))
    return tags


def _judge_dmarc(expected: ExpectedRecord, found: tuple[str, ...]) -> _Judgement:
    policies = tuple(value for value in found if re.match(r"\s*v\s*=\s*DMARC1\s*(;|$)", value))
    if not policies:
        if any("dmarc1" in value.lower() for value in found):
            if any(mark in value for value in found for mark in "\"'\\"):
                return "wrong", found, "quoted"
            return "wrong", found, "dmarc_prefix"
        return "missing", found, "dmarc_missing"
    if len(policies) > 1:
        return "wrong", policies, "dmarc_several"
    if tags_of(policies[0]).get("p", "").lower() not in _DMARC_POLICIES:
        return "wrong", policies, "dmarc_policy"
    return "passed", policies, ""


_JUDGES: dict[Kind, Callable[[ExpectedRecord, tuple[str, ...]], _Judgement]] = {
    "mx": _judge_mx,
    "spf": _judge_spf,
    "dkim": _judge_dkim,
    "dmarc": _judge_dmarc,
}


def _misplaced_reason(expected: ExpectedRecord, elsewhere: Mapping[str, DnsAnswer]) -> str:
    for name, answer in elsewhere.items():
        if answer.status is DnsStatus.FOUND and _JUDGES[expected.kind](expected, answer.values)[0] == "passed":
            return f"misplaced {name}"
    return ""


def _alias_reason(answer: DnsAnswer) -> str:
    return f"alias {answer.alias}" if answer.alias else ""
