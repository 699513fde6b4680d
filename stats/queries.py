"""Reads of the roll-ups: summed in SQL, returned as one row of counts per bucket."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Sum

from accounts.caller import Caller
from accounts.scoping import visible
from domains.models import SenderDomain
from sending.models import QueueItem
from sending.models.ids import SEQUENCE_BITS, first_of
from stats import rollup
from stats.intervals import Axis, Grain, midnight
from stats.models import DayVolume, HourVolume, RollUpState
from stats.volumes import Volumes

# At most so many recipient domains are offered in a filter, the busiest of the last 90 days first.
MAX_OFFERED = 100
# A longer queue is shown as "more than" this.
MAX_COUNTED = 100_000
RAW = "sending_event"

_SUMS = ", ".join(f"sum({name})::bigint AS {name}" for name in rollup.COUNTERS)


def volumes(
    caller: Caller, axis: Axis, *, sender_domain: str = "", recipient_domain: str = "", known_to: datetime
) -> Volumes:
    """Return the counters of each bucket of `axis`; buckets after `known_to` are still to come."""
    source = _source(axis, recipient_domain)
    read = _count_events if source.table == RAW else _sum_roll_up
    rows = read(source, caller, axis, sender_domain, recipient_domain)
    # Keyed by the instant: datetimes of two zones do not compare equal in the hour that occurs twice.
    found = {_moment(row.pop("bucket"), axis).timestamp(): row for row in rows}
    nothing, buckets = dict.fromkeys(rollup.COUNTERS, 0), axis.buckets
    return Volumes(buckets, [found.get(at.timestamp(), nothing if at <= known_to else None) for at in buckets])


def accepted_by_domain(caller: Caller, day: date) -> dict[str, int]:
    """Return how many mails each sender domain had accepted on a UTC day."""
    rows = visible(HourVolume.objects.all(), caller).filter(
        hour__gte=midnight(day, UTC), hour__lt=midnight(day + timedelta(days=1), UTC)
    )
    return dict(rows.values_list("sender_domain").annotate(total=Sum("accepted")))


def waiting(caller: Caller) -> int:
    """Return how many of the account's mails wait in the queue now; counting ends at `MAX_COUNTED`."""
    return visible(QueueItem.objects.all(), caller).values("pk")[:MAX_COUNTED].count()


def sender_domains(caller: Caller) -> list[str]:
    """Return the account's sender domains by name."""
    return list(visible(SenderDomain.objects.all(), caller).order_by("name").values_list("name", flat=True))


def recipient_domains(caller: Caller, today: date) -> list[str]:
    """Return the recipient domains of the last 90 days, the busiest first."""
    rows = visible(DayVolume.objects.all(), caller).filter(day__gte=today - timedelta(days=90))
    busiest = rows.values("recipient_domain").annotate(mails=Sum("accepted")).order_by("-mails", "recipient_domain")
    return [row["recipient_domain"] for row in busiest[:MAX_OFFERED]]


def rolled_at() -> datetime | None:
    """Return to what time the figures go; None when nothing was ever counted."""
    return RollUpState.objects.values_list("rolled_at", flat=True).first()


class _Source(NamedTuple):
    """Where the counters of an axis are read: a table, its column of time, and SQL for the bucket of a row."""

    table: str
    key: str
    bucket: str


def _source(axis: Axis, recipient_domain: str) -> _Source:
    """Return the coarsest roll-up that has the buckets; for minutes of a recipient domain the events themselves."""
    if axis.grain is Grain.MINUTE:
        return _Source(RAW if recipient_domain else "stats_minutevolume", "minute", "minute")
    if recipient_domain:
        return _Source("stats_dayvolume", "day", "day")
    table, key = ("stats_hourvolume", "hour") if axis.on_whole_hours else ("stats_minutevolume", "minute")
    if axis.grain is Grain.DAY:
        return _Source(table, key, f"({key} AT TIME ZONE %(zone)s)::date")
    return _Source(table, key, f"date_bin('1 hour', {key}, %(start)s)")


def _sum_roll_up(
    source: _Source, caller: Caller, axis: Axis, sender_domain: str, recipient_domain: str
) -> list[dict[str, Any]]:
    start, end = _span(axis, source.key)
    values: dict[str, Any] = {
        "account": caller.account.pk,
        "start": start,
        "end": end,
        "zone": str(axis.zone),
        "sender_domain": sender_domain,
        "recipient_domain": recipient_domain,
    }
    # Only the tables that a recipient domain is asked of have one.
    domains = [name for name in ("sender_domain", "recipient_domain") if values[name]]
    narrowed = "".join(f" AND {name} = %({name})s" for name in domains)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {source.bucket} AS bucket, {_SUMS} FROM {source.table} "  # noqa: S608
            f"WHERE account_id = %(account)s AND {source.key} >= %(start)s AND {source.key} < %(end)s{narrowed} "
            "GROUP BY 1",
            values,
        )
        return _rows(cursor)


def _count_events(
    source: _Source, caller: Caller, axis: Axis, sender_domain: str, recipient_domain: str
) -> list[dict[str, Any]]:
    """Count the events themselves; only an hour at most is asked of them."""
    counts = ", ".join(f"count(*) FILTER (WHERE {condition}) AS {name}" for name, condition in rollup.COUNTERS.items())
    values: dict[str, Any] = {
        "account": caller.account.pk,
        "low": first_of(axis.first),
        "high": first_of(axis.end),
        "sender_domain": sender_domain,
        "recipient_domain": recipient_domain,
    }
    narrowed = " AND sender_domain = %(sender_domain)s" if sender_domain else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT to_timestamp((id >> {SEQUENCE_BITS}) / 60000 * 60) AS bucket, {counts} "  # noqa: S608
            f"FROM {source.table} WHERE account_id = %(account)s AND id >= %(low)s AND id < %(high)s "
            f"AND recipient_domain = %(recipient_domain)s{narrowed} GROUP BY 1",
            values,
        )
        return _rows(cursor)


def _rows(cursor: CursorWrapper) -> list[dict[str, Any]]:
    """Return the cursor's rows by the names of their columns."""
    names = [column.name for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _span(axis: Axis, key: str) -> Sequence[date | datetime]:
    if key == "day":
        first, last = axis.days
        return first, last + timedelta(days=1)
    if axis.grain is Grain.DAY:
        return axis.first, midnight(axis.days[1] + timedelta(days=1), axis.zone)
    return axis.first, axis.end


def _moment(bucket: date | datetime, axis: Axis) -> datetime:
    return bucket if isinstance(bucket, datetime) else midnight(bucket, axis.zone)
