"""Limits that hold under concurrency: one statement for a whole batch, right to the last unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True)
class Limit:
    """`amount` units of `key` out of `allowed` per window of `seconds` (UTC-aligned)."""

    key: str
    allowed: int
    seconds: int
    amount: int = 1


_TAKE = """
INSERT INTO accounts_allowance AS held (key, "window", used, ends_at)
SELECT key, floor(extract(epoch FROM now()) / seconds)::bigint, amount,
       to_timestamp((floor(extract(epoch FROM now()) / seconds) + 1) * seconds)
FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[]) AS want(key, allowed, seconds, amount)
WHERE amount <= allowed
ORDER BY key
ON CONFLICT (key, "window") DO UPDATE SET used = held.used + excluded.used
WHERE held.used + excluded.used <= (SELECT allowed FROM unnest(%s::text[], %s::bigint[]) AS cap(key, allowed)
                                    WHERE cap.key = held.key)
RETURNING key
"""


def take(limits: Iterable[Limit]) -> set[str]:
    """Use up every limit that still has room and return the keys that had none (those are left as they were).

    Call it inside the transaction of the act: a rollback gives the units back. Keys are distinct.
    """
    wanted = sorted(limits, key=lambda limit: limit.key)
    if not wanted:
        return set()
    keys = [limit.key for limit in wanted]
    allowed = [limit.allowed for limit in wanted]
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE,
            [keys, allowed, [limit.seconds for limit in wanted], [limit.amount for limit in wanted], keys, allowed],
        )
        granted = {row[0] for row in cursor.fetchall()}
    return set(keys) - granted


def take_one(limit: Limit) -> bool:
    """Use up one limit by itself, in one round trip; False when it has no room."""
    return not take([limit])


def used(key: str, *, seconds: int) -> int:
    """Return how many units of `key` the present window has used."""
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT used FROM accounts_allowance WHERE key = %s AND "window" = '
            "floor(extract(epoch FROM now()) / %s)::bigint",
            [key, seconds],
        )
        row = cursor.fetchone()
    return row[0] if row else 0


def forget_ended() -> int:
    """Delete the windows that are over and return how many there were."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_allowance WHERE ends_at < now() - interval '1 hour'")
        return cursor.rowcount
