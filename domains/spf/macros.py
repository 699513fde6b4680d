"""The macros of SPF (RFC 7208 7). Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote

from domains.spf.grammar import MACRO

MAX_NAME = 253


@dataclass(frozen=True)
class SendingHost:
    """Who sends: the address of the client, the MAIL FROM address (with its local part) and the EHLO name."""

    ip: IPv4Address | IPv6Address
    mail_from: str
    helo: str


def expand(spec: str, sender: SendingHost, domain: str, validated: Callable[[], str]) -> str:
    """Return the name that a domain-spec stands for, shortened from the left to what DNS can hold (7.3).

    `validated` gives the client's validated name for %{p}, which costs look-ups.
    """

    def replaced(macro: re.Match[str]) -> str:
        letter, digits, turned, delimiters, literal = macro.groups()
        if literal:
            return {"%": "%", "_": " ", "-": "%20"}[literal]
        value = validated() if letter in "pP" else _values(sender, domain)[letter.lower()]
        parts = re.split("[" + re.escape(delimiters or ".") + "]", value)
        if turned:
            parts.reverse()
        text = ".".join(parts[-_number(digits) :] if digits else parts)
        return quote(text, safe="-._~") if letter.isupper() else text

    name = MACRO.sub(replaced, spec).removesuffix(".")
    while len(name) > MAX_NAME and "." in name:
        name = name.partition(".")[2]
    return name


def _number(digits: str) -> int:
    """Return how many parts are kept; no name has as many as four digits can say."""
    return int(digits.lstrip("0")[:4])


def _values(sender: SendingHost, domain: str) -> dict[str, str]:
    local, _at, sender_domain = sender.mail_from.rpartition("@")
    local = local or "postmaster"
    return {
        "s": f"{local}@{sender_domain}",
        "l": local,
        "o": sender_domain,
        "d": domain,
        "i": dotted(sender.ip),
        "h": sender.helo,
        "v": "in-addr" if sender.ip.version == 4 else "ip6",
    }


def dotted(ip: IPv4Address | IPv6Address) -> str:
    """Return an address as %{i} has it: IPv6 in nibbles."""
    return str(ip) if ip.version == 4 else ".".join(ip.exploded.replace(":", ""))
