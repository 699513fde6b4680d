"""When a deferred mail is tried again, and when it is given up (RFC 5321 4.5.4.1): pure."""

from __future__ import annotations

from datetime import datetime, timedelta

JITTER = 0.1


def spread_of(message: int) -> float:
    """Return the message's own number in [-1, 1]: mails deferred together are not tried again together.

    It stays the same over all attempts, so that no interval is shorter than the one before it.
    """
    return (message * 0x9E3779B97F4A7C15 % 2**64) / 2**63 - 1


def interval(attempts_before: int, *, spread: float, first: int, maximum: int) -> float:
    """Return the seconds to wait after so many attempts: `first`, doubled to `maximum`, moved by up to a tenth."""
    return min(first * 2.0 ** min(attempts_before - 1, 60), float(maximum)) * (1 + JITTER * spread)


def next_attempt(
    message: int, attempts_before: int, *, accepted_at: datetime, now: datetime, first: int, maximum: int, life: int
) -> datetime | None:
    """Return when to try again after so many attempts, or None when the mail is older than `life`; all in seconds."""
    if is_expired(accepted_at=accepted_at, now=now, life=life):
        return None
    return now + timedelta(seconds=interval(attempts_before, spread=spread_of(message), first=first, maximum=maximum))


def is_expired(*, accepted_at: datetime, now: datetime, life: int) -> bool:
    """Say whether a mail has been tried for `life` seconds."""
    return now >= accepted_at + timedelta(seconds=life)
