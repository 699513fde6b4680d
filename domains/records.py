"""The DNS records a sender domain needs, and the verdict on what DNS returns: pure."""

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
    """The result of checking a record; `seen` is DNS's text, `reason` says what to do and is empty when it passed."""

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
    """Return the host of the public key of `selector`."""
    return f"{selector}._domainkey.{domain}"


def misplaced(expected: ExpectedRecord) -> tuple[str, ...]:
    """Return the names the record stands at when a DNS host appended its zone to a full host name."""
    ends = dict.fromkeys((zone_of(expected.domain), expected.domain))
    names = (f"{expected.host}.{end}" for end in ends)
    return tuple(name for name in names if len(name) <= MAX_LENGTH)


def judge(
    expected: ExpectedRecord, answer: DnsAnswer, elsewhere: Mapping[str, DnsAnswer] | None = None
) -> RecordVerdict:
    """Compare DNS's answer with the record; `elsewhere` holds the answers for the `misplaced` names."""
    if answer.status is DnsStatus.UNREACHABLE:
        return RecordVerdict(
            "unreachable", "", "DNS did not answer, or its server failed. The check repeats by itself."
        )
    found = answer.values if answer.status is DnsStatus.FOUND else ()
    state, shown, reason = _JUDGES[expected.kind](expected, found)
    if state != "passed":
        reason = _alias(expected, answer) or _doubled(expected, elsewhere or {}) or reason
    return RecordVerdict(state, "\n".join(shown)[:MAX_SEEN], reason[:MAX_REASON])


RecordFinding = tuple[State, tuple[str, ...], str]


def _mx(expected: ExpectedRecord, found: tuple[str, ...]) -> RecordFinding:
    hosts = sorted(_exchange(value) for value in found)
    ours = expected.value.removesuffix(".").lower()
    enter = f"Enter {expected.value} with priority {MX_PRIORITY}."
    if not hosts:
        return "missing", (), f"There is no MX record. {enter}"
    if not any(host == ours for _, host in hosts):
        if any(host == "" for _, host in hosts):
            return "wrong", found, f"The domain says that it takes no mail (null MX). Replace that record. {enter}"
        if any(host.startswith(f"{ours}.") for _, host in hosts):
            return "wrong", found, "The DNS host appended your domain to the value. Enter it with its final dot."
        return "wrong", found, f"The mail server is another one, so bounces would not come back. {enter}"
    at = min(number for number, host in hosts if host == ours)
    if any(number <= at for number, host in hosts if host != ours):
        return (
            "wrong",
            found,
            (
                "Another mail server has the same or a smaller priority number and would get the bounces. "
                "Give our server the smallest number, or use a sub-domain for sending."
            ),
        )
    return "passed", found, ""


def _exchange(value: str) -> tuple[int, str]:
    number, _, host = value.strip().partition(" ")
    return (int(number) if number.isdecimal() else 0), host.strip().removesuffix(".").lower()


def _spf(expected: ExpectedRecord, found: tuple[str, ...]) -> RecordFinding:
    include = expected.value.split()[1].lower()
    spf = tuple(value for value in found if value.lower().split(" ", 1)[0] == "v=spf1")
    if not spf:
        near = tuple(value for value in found if "spf1" in value.lower() or include in value.lower())
        if any(value.lstrip().startswith(('"', "'", "\\")) for value in near):
            return "wrong", near, _QUOTED
        if near:
            return "wrong", near, f"This is no SPF record: it must begin with “v=spf1 ”. Enter {expected.value}"
        return "missing", (), f"There is no SPF record. Enter {expected.value}"
    if len(spf) > 1:
        return (
            "wrong",
            spf,
            (
                f"There are {len(spf)} SPF records, and receivers refuse all of them. "
                f"Keep this one: {_merged(spf, include)}"
            ),
        )
    terms = [term.removeprefix("+") for term in spf[0].lower().split()]
    if include not in terms:
        glued = any(term.startswith(include) for term in terms)
        why = f"A blank is missing after {include}." if glued else f"It lacks {include}."
        return "wrong", spf, f"{why} Change it to: {_merged(spf, include)}"
    if any(_is_all(term) for term in terms[: terms.index(include)]):
        return "wrong", spf, f"What stands after “all” is ignored. Change it to: {_merged(spf, include)}"
    return "passed", spf, ""


def _is_all(term: str) -> bool:
    return term.lstrip("+-~?").lower() == "all"


def _merged(spf: tuple[str, ...], include: str) -> str:
    """Return one SPF record that says what `spf` say and holds `include`."""
    terms = [term for value in spf for term in value.split()[1:] if not term.lower().startswith(include)]
    kept = dict.fromkeys(term for term in terms if not _is_all(term))
    return " ".join(["v=spf1", include, *kept, "~all"])


def _dkim(expected: ExpectedRecord, found: tuple[str, ...]) -> RecordFinding:
    ours = tags_of(expected.value)
    if not found:
        return "missing", (), "There is no DKIM record at this host. Enter the value as one TXT record."
    if any(mark in value for value in found for mark in "\"'\\"):
        return "wrong", found, _QUOTED
    if len(found) > 1:
        if any(tags_of("".join(pair)) == ours for pair in (found, tuple(reversed(found)))):
            return (
                "wrong",
                found,
                (
                    "The key is split over several records. Enter it as one record; "
                    "a long value may be cut into several strings inside it."
                ),
            )
        return "wrong", found, "There are several TXT records at this host. Keep only the one shown as expected."
    seen = {"v": "DKIM1", "k": "rsa", **tags_of(found[0])}
    key = seen.get("p")
    if key is None:
        return "wrong", found, "The record has no p= tag, so it holds no key. Enter the value as it stands."
    if key == "":
        return "wrong", found, "An empty p= tag withdraws the key. Enter the value as it stands."
    if key != ours["p"]:
        if ours["p"].startswith(key):
            return (
                "wrong",
                found,
                (
                    f"The key was cut off after {len(key)} of {len(ours['p'])} characters. Enter the value in strings "
                    "of at most 255 characters, or take a 1024 bit key if your DNS host cannot."
                ),
            )
        return "wrong", found, "This is another key. Replace the value by the one shown as expected."
    if (seen["v"], seen["k"]) != ("DKIM1", "rsa"):
        return "wrong", found, "The key is right, but v= or k= are not. Enter the value as it stands."
    if "y" in seen.get("t", "").split(":"):
        return "wrong", found, "The tag t=y tells receivers to ignore the signatures. Remove it."
    return "passed", found, ""


def tags_of(value: str) -> dict[str, str]:
    """Return the tags of a DKIM or DMARC record, blanks removed; the first of two equal names counts."""
    tags: dict[str, str] = {}
    for part in value.split(";"):
        name, sign, text = part.partition("=")
        if sign:
            tags.setdefault(name.strip(), re.sub(r"\s+", "", text))
    return tags


def _dmarc(expected: ExpectedRecord, found: tuple[str, ...]) -> RecordFinding:
    policies = tuple(value for value in found if re.match(r"\s*v\s*=\s*DMARC1\s*(;|$)", value))
    if not policies:
        if any("dmarc1" in value.lower() for value in found):
            if any(mark in value for value in found for mark in "\"'\\"):
                return "wrong", found, _QUOTED
            return "wrong", found, f"The record must begin with v=DMARC1 in this spelling. Enter {expected.value}"
        return "missing", found, f"There is no DMARC record. Enter {expected.value}, or a stricter policy of yours."
    if len(policies) > 1:
        return "wrong", policies, f"There are {len(policies)} DMARC records, and receivers ignore all. Keep one."
    if tags_of(policies[0]).get("p", "").lower() not in _DMARC_POLICIES:
        return "wrong", policies, "The record needs the tag p=none, p=quarantine or p=reject."
    return "passed", policies, ""


_QUOTED = "Quotation marks or backslashes became part of the text. Enter the value without them."
_JUDGES: dict[Kind, Callable[[ExpectedRecord, tuple[str, ...]], RecordFinding]] = {
    "mx": _mx,
    "spf": _spf,
    "dkim": _dkim,
    "dmarc": _dmarc,
}


def _doubled(expected: ExpectedRecord, elsewhere: Mapping[str, DnsAnswer]) -> str:
    for name, answer in elsewhere.items():
        if answer.status is DnsStatus.FOUND and _JUDGES[expected.kind](expected, answer.values)[0] == "passed":
            end = name.removeprefix(f"{expected.host}.")
            return (
                f"The record stands at {name}: your DNS host adds the domain by itself. "
                f"Enter the host as {relative(expected.host, end)} instead."
            )
    return ""


def _alias(expected: ExpectedRecord, answer: DnsAnswer) -> str:
    if not answer.alias:
        return ""
    return (
        f"{expected.host} is an alias (CNAME) of {answer.alias}, which hides every other record of that name. "
        "Remove the CNAME and enter the value."
    )
