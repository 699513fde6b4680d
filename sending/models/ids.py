"""Time-ordered 64-bit numbers: milliseconds since 1970 UTC above, a sequence below (20 bits)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from django.db import connection, models

SEQUENCE_BITS = 20
# What the API calls a day, and the time that message ids carry.
CHINA = timezone(timedelta(hours=8))


class NextId(models.Func):
    """The database's next number, as a column default."""

    function = "ses_next_id"
    template = "%(function)s()"
    output_field = models.BigIntegerField()


def ms_of(number: int) -> int:
    """Return the time in a number, milliseconds UTC."""
    return number >> SEQUENCE_BITS


def time_of(number: int) -> datetime:
    """Return the time in a number, aware UTC, exact to the millisecond."""
    return datetime.fromtimestamp(ms_of(number) / 1000, UTC)


def first_of(moment: datetime | int) -> int:
    """Return the smallest number of a moment (aware datetime, or milliseconds UTC): the edge of a time range."""
    ms = moment if isinstance(moment, int) else round(moment.timestamp() * 1000)
    return ms << SEQUENCE_BITS


def take(count: int) -> list[int]:
    """Return `count` new numbers, ascending, in one round trip."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ses_next_id() FROM generate_series(1, %s)", [count])
        return sorted(row[0] for row in cursor.fetchall())


class TimeOrderedId(models.BigIntegerField):
    """A primary key that says when its row was made."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("primary_key", True)
        kwargs.setdefault("db_default", NextId())
        super().__init__(**kwargs)
