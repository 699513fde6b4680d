"""What DNS said, as values (pure)."""

from __future__ import annotations

from collections.abc import Callable
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

    @property
    def found(self) -> tuple[str, ...]:
        """Return the records, none unless the look-up found some."""
        return self.values if self.status is DnsStatus.FOUND else ()


# Asks for the records of a type at a name and never raises.
LookUp = Callable[[str, str], DnsAnswer]


@dataclass(frozen=True)
class Step:
    """One link in a chain of look-ups: a term or name that was followed, and what it led to.

    `level` is the depth of nesting; `number` counts look-ups from 1, 0 where none is counted; `outcome` is a code of
    `reasons.OUTCOMES`; `found` is the text DNS returned.
    """

    level: int
    term: str
    number: int
    outcome: str
    found: str = ""
