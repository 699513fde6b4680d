"""A domain's records as a snippet of a zone file (RFC 1035 5.1). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from domains.records import MX_PRIORITY

# Bytes of one character string (RFC 1035 3.3).
MAX_STRING = 255
# Seconds.
TTL = 3600


class Record(Protocol):
    """What a line needs of a DNS record."""

    type: str
    host: str
    expected: str


def snippet(records: Iterable[Record]) -> str:
    """Return one line per record: full host with final dot, TTL, and long text cut into strings."""
    return "\n".join(f"{record.host}. {TTL} IN {record.type} {_data(record)}" for record in records)


def _data(record: Record) -> str:
    if record.type == "MX":
        return f"{MX_PRIORITY} {record.expected}"
    text = record.expected.replace("\\", "\\\\").replace('"', '\\"')
    return " ".join(f'"{text[at : at + MAX_STRING]}"' for at in range(0, len(text), MAX_STRING))
