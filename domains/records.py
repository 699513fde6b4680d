"""The DNS records a sender domain needs, and what a check of one says. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from accounts.mail.host_names import MAX_LENGTH, relative, zone_of
from domains.dns_answers import Step

Kind = Literal["mx", "spf", "dkim", "dmarc"]
State = Literal["passed", "missing", "wrong", "unreachable"]

MX_PRIORITY = 5
_QUOTES = re.compile(r"[\"'\\“”‘’]")


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
    """The result of checking a record: `seen` is DNS's text, `reason` a code of `reasons`.

    A record that passed has a code only where there is something to know about it. Codes may be followed by a blank
    and what they are about: a name, a term, a number. `value` is what to enter for this domain, which keeps what its
    present record says; empty when the check says nothing about it. `steps` is the chain of look-ups.
    """

    state: State
    seen: str = ""
    reason: str = ""
    value: str = ""
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """What a record's own rules say: `found` are the records the verdict is about."""

    state: State
    reason: str = ""
    found: tuple[str, ...] = ()
    value: str = ""
    steps: tuple[Step, ...] = ()


def expected_for(
    domain: str, *, mx_host: str, spf_include: str, selector: str, public_key: str
) -> tuple[ExpectedRecord, ExpectedRecord, ExpectedRecord, ExpectedRecord]:
    """Return the four records of `domain` (a host name in A-labels) that has none yet."""
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


def is_quoted(text: str) -> bool:
    """Say whether quotation marks or backslashes of a form or zone file became part of a record."""
    return without_quotes(text) != text


def without_quotes(text: str) -> str:
    """Return a text without quotation marks and backslashes."""
    return _QUOTES.sub("", text)
