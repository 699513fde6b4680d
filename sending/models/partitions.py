"""Day partitions of the tables whose primary key is a time-ordered number.

Each table also has a default partition, so that no row is ever refused for want of a day's partition.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.db import connection, transaction

from sending.models.ids import first_of

TABLES = ("sending_message", "sending_attempt", "sending_event")
DAYS_AHEAD = 7


def name_of(table: str, day: date) -> str:
    """Return the name of a table's partition of one UTC day."""
    return f"{table}_{day:%Y%m%d}"


def existing(table: str) -> list[date]:
    """Return the days that have a partition, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = %s::regclass",
            [table],
        )
        names = [row[0].removeprefix(f"{table}_") for row in cursor.fetchall()]
    return sorted(datetime.strptime(name, "%Y%m%d").date() for name in names if name.isdigit())


def ensure(first: date | None = None, last: date | None = None) -> int:
    """Make the missing partitions from `first` to `last` (default: today to a week ahead); return how many."""
    today = datetime.now(UTC).date()
    first, last = first or today, last or today + timedelta(days=DAYS_AHEAD)
    made = 0
    for table in TABLES:
        have = set(existing(table))
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            if day not in have:
                made += _make(table, day)
    return made


def drop_before(day: date) -> list[str]:
    """Drop the partitions of days before `day` and return their names."""
    dropped = []
    for table in TABLES:
        for old in existing(table):
            if old < day:
                with connection.cursor() as cursor:
                    cursor.execute(f"DROP TABLE {name_of(table, old)}")
                dropped.append(name_of(table, old))
    return dropped


def _make(table: str, day: date) -> bool:
    name = name_of(table, day)
    low = first_of(datetime(day.year, day.month, day.day, tzinfo=UTC))
    high = first_of(datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1))
    with transaction.atomic(), connection.cursor() as cursor:
        # One maker at a time; who comes second finds the partition there.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('partitions'))")
        cursor.execute("SELECT to_regclass(%s)", [name])
        if cursor.fetchone()[0]:
            return False
        cursor.execute(f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
        # Rows that came before their partition lie in the default one; it must be rid of them first.
        cursor.execute(f"LOCK TABLE {table}_default IN ACCESS EXCLUSIVE MODE")
        cursor.execute(
            f"WITH moved AS (DELETE FROM {table}_default WHERE id >= %s AND id < %s RETURNING *) "  # noqa: S608
            f"INSERT INTO {name} SELECT * FROM moved",
            [low, high],
        )
        cursor.execute(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({low}) TO ({high})")
    return True
