"""What DNS said, as values (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class DnsStatus(Enum):
    """How a look-up ended. UNREACHABLE says nothing about the record."""

    FOUND = "found"
    NO_NAME = "no name"
    NO_DATA = "no data"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class DnsAnswer:
    """What DNS said: TXT records with their strings joined, MX as "10 host."; `alias` where a CNAME led."""

    status: DnsStatus
    values: tuple[str, ...] = ()
    alias: str = ""
