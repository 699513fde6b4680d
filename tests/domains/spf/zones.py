"""DNS zones written as dicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domains.dns_answers import DnsAnswer, DnsStatus, LookUp

Zone = Mapping[str, Sequence[Mapping[str, Any] | str]]


def dns(zone: Zone) -> LookUp:
    """Return look-ups in a zone of the RFC 7208 test suite: name -> [{type: value}], "TIMEOUT" for what is silent.

    Its type SPF stands for TXT wherever a name has no TXT of its own.
    """
    names = {name.removesuffix(".").lower(): list(rows) for name, rows in zone.items()}

    def look_up(name: str, type: str, aliases_left: int = 8) -> DnsAnswer:
        name = name.removesuffix(".").lower()
        rows = names.get(name)
        if rows is None:
            return DnsAnswer(DnsStatus.UNREACHABLE if name.startswith("error.") else DnsStatus.NO_NAME)
        maps = [row for row in rows if not isinstance(row, str)]
        texts = any("TXT" in row for row in maps)
        values = [
            _text(kind, value)
            for row in maps
            for kind, value in row.items()
            if (kind == type or (kind == "SPF" and type == "TXT" and not texts)) and value != "NONE"
        ]
        if "TIMEOUT" in values or (not values and "TIMEOUT" in rows):
            return DnsAnswer(DnsStatus.UNREACHABLE)
        aliases = [row["CNAME"] for row in maps if "CNAME" in row]
        if aliases and not values and type != "CNAME":
            # A chain without an end is a fault of DNS.
            return look_up(aliases[0], type, aliases_left - 1) if aliases_left else DnsAnswer(DnsStatus.UNREACHABLE)
        return DnsAnswer(DnsStatus.FOUND, tuple(values)) if values else DnsAnswer(DnsStatus.NO_DATA)

    return look_up


def _text(kind: str, value: Any) -> str:
    if kind == "MX":
        return f"{value[0]} {value[1].removesuffix('.')}."
    return "".join(value) if isinstance(value, list) else str(value)
