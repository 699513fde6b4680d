"""Reads of the roll-ups: summed in SQL, returned as one row of counts per bucket."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

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

_SUMS = ", ".join(f"coalesce(sum({name}), 0)::bigint AS {name}" for name in rollup.COUNTERS)


def volumes(
    caller: Caller, axis: Axis, *, sender_domain: str = "", recipient_domain: str = "", known_to: datetime
) -> Volumes:
    """Return the counters of each bucket of `axis`; buckets after `known_to` are still to come."""
    _, _, at = _source(axis, recipient_domain)
    zone = [str(axis.zone)] if "%s" in at else []
    rows = _read(f"{at} AS bucket, ", caller, axis, sender_domain, recipient_domain, "GROUP BY 1", zone)
    # Keyed by the instant: datetimes of two zones do not compare equal in the hour that occurs twice.
    found = {_moment(row.pop("bucket"), axis).timestamp(): row for row in rows}
    nothing, buckets = dict.fromkeys(rollup.COUNTERS, 0), axis.buckets
    return Volumes(buckets, [found.get(at.timestamp(), nothing if at <= known_to else None) for at in buckets])


def totals(caller: Caller, axis: Axis, *, sender_domain: str = "", recipient_domain: str = "") -> dict[str, int]:
    """Return the counters summed over all of `axis`."""
    return _read("", caller, axis, sender_domain, recipient_domain, "", [])[0]


def accepted_by_domain(caller: Caller, day: date) -> dict[str, int]:
    """Return how many mails each sender domain had accepted on a UTC day."""
    rows = visible(HourVolume.objects.all(), caller).filter(
        hour__gte=midnight(day, UTC), hour__lt=midnight(day + timedelta(days=1), UTC)
    )
    return dict(rows.values_list("sender_domain").annotate(total=Sum("accepted")))


def waiting(caller: Caller, *, recipient_domain: str = "") -> int:
    """Return how many of the account's mails wait in the queue now; counting ends at `MAX_COUNTED`."""
    items = visible(QueueItem.objects.all(), caller)
    if recipient_domain:
        items = items.filter(recipient_domain=recipient_domain)
    return items.values("pk")[:MAX_COUNTED].count()


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


def _read(
    bucket: str, caller: Caller, axis: Axis, sender_domain: str, recipient_domain: str, group: str, zone: list[str]
) -> list[dict[str, Any]]:
    table, key, _ = _source(axis, recipient_domain)
    if table == RAW:
        return _count_raw(bucket, caller, axis, sender_domain, recipient_domain, group)
    where = f"account_id = %s AND {key} >= %s AND {key} < %s"
    values: list[Any] = [caller.account.pk, *_span(axis, key)]
    for column, wanted in (("sender_domain", sender_domain), ("recipient_domain", recipient_domain)):
        if wanted:
            where += f" AND {column} = %s"
            values.append(wanted)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {bucket}{_SUMS} FROM {table} WHERE {where} {group}", [*zone, *values])  # noqa: S608
        return _rows(cursor)


def _count_raw(
    bucket: str, caller: Caller, axis: Axis, sender_domain: str, recipient_domain: str, group: str
) -> list[dict[str, Any]]:
    """Count the events themselves: minutes by recipient domain have no roll-up, and are asked for an hour at most."""
    counts = ", ".join(f"count(*) FILTER (WHERE {condition}) AS {name}" for name, condition in rollup.COUNTERS.items())
    values: list[Any] = [caller.account.pk, first_of(axis.first), first_of(axis.end), recipient_domain]
    sender = ""
    if sender_domain:
        sender, values = " AND sender_domain = %s", [*values, sender_domain]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {bucket}{_SUMS} FROM ("  # noqa: S608
            f"SELECT to_timestamp((id >> {SEQUENCE_BITS}) / 60000 * 60) AS minute, {counts} FROM {RAW} "
            f"WHERE account_id = %s AND id >= %s AND id < %s AND recipient_domain = %s{sender} GROUP BY 1"
            f") AS counted {group}",
            values,
        )
        return _rows(cursor)


def _rows(cursor: CursorWrapper) -> list[dict[str, Any]]:
    """Return the cursor's rows by the names of their columns."""
    names = [column.name for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _source(axis: Axis, recipient_domain: str) -> tuple[str, str, str]:
    """Return table, key column and bucket expression: the coarsest roll-up that can answer."""
    if axis.grain is Grain.MINUTE:
        return RAW if recipient_domain else "stats_minutevolume", "minute", "minute"
    if recipient_domain:
        return "stats_dayvolume", "day", "day"
    table, key = ("stats_hourvolume", "hour") if axis.on_whole_hours else ("stats_minutevolume", "minute")
    if axis.grain is Grain.DAY:
        return table, key, f"({key} AT TIME ZONE %s)::date"
    return table, key, f"date_trunc('hour', {key}, 'UTC')"


def _span(axis: Axis, key: str) -> Sequence[date | datetime]:
    if key == "day":
        first, last = axis.days
        return first, last + timedelta(days=1)
    if axis.grain is Grain.DAY:
        return axis.first, midnight(axis.days[1] + timedelta(days=1), axis.zone)
    return axis.first, axis.end


def _moment(bucket: date | datetime, axis: Axis) -> datetime:
    return bucket if isinstance(bucket, datetime) else midnight(bucket, axis.zone)
