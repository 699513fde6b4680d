"""What the authentication codes of the audit log are computed from: one spelling of each entry and each seal.

HMAC-SHA-256 (RFC 2104) under keys derived from `SES_SECRETS_KEY`, so that who owns the tables but has no key cannot
make one. New codes use the first key of the list; any key of it verifies.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.secrets import keys_for

FIRST_HASH = bytes(32)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class EntryRecord:
    """An entry as the database keeps it; `details` is JSON text."""

    id: int
    account_id: int | None
    at: datetime
    actor: str
    channel: str
    ip: str
    act: str
    target: str
    details: str

    def mac(self) -> bytes:
        """Return the code that is written beside the entry."""
        return _code(keys_for("audit.entry")[0], self._spelling())

    def is_by(self, mac: bytes) -> bool:
        """Say whether `mac` is this content's, under any key of the list."""
        try:
            spelling = self._spelling()
        except (ValueError, RecursionError):
            # Details of thousands of levels: nothing that was written here.
            return False
        return any(hmac.compare_digest(_code(key, spelling), mac) for key in keys_for("audit.entry"))

    def _spelling(self) -> bytes:
        microseconds = (self.at - _EPOCH) // timedelta(microseconds=1)
        fields = [self.id, self.account_id, microseconds, self.actor, self.channel, self.ip, self.act, self.target]
        return json.dumps([*fields, canonical(self.details)]).encode()


def seal_hash(*, number: int, previous: bytes, entry: int, mac: bytes) -> bytes:
    """Return the code of seal `number`, which binds an entry to the hash of the seal before it."""
    return _code(keys_for("audit.seal")[0], _seal_spelling(number, previous, entry, mac))


def is_seal_hash(found: bytes, *, number: int, previous: bytes, entry: int, mac: bytes) -> bool:
    """Say whether `found` is the code of that seal, under any key of the list."""
    spelling = _seal_spelling(number, previous, entry, mac)
    return any(hmac.compare_digest(_code(key, spelling), found) for key in keys_for("audit.seal"))


def canonical(text: str) -> str:
    """Return the one spelling of JSON `text` that PostgreSQL's jsonb does not change.

    jsonb keeps no order of keys, no form of a string's escapes, and of a number its value alone: 1e2 comes back as 100.
    """
    return _spelled(json.loads(text, parse_float=Decimal, parse_int=Decimal))


def _spelled(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{_spelled(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_spelled, value)) + "]"
    return _number(value) if isinstance(value, Decimal) else json.dumps(value)


def _number(value: Decimal) -> str:
    # Not normalize(): it rounds to 28 digits.
    digits = f"{value:f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits


def _seal_spelling(number: int, previous: bytes, entry: int, mac: bytes) -> bytes:
    return struct.pack(">qq", number, entry) + previous + mac


def _code(key: bytes, spelling: bytes) -> bytes:
    return hmac.digest(key, spelling, hashlib.sha256)
