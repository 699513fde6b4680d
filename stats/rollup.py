"""Roll-ups: minute, hour and day volumes counted from the events alone.

An event's id is taken before its transaction commits, so an event with an older id may still appear. A pass
therefore counts everything since `RollUpState.rolled_to` anew, and moves that edge on only over minutes that
no open transaction can add to. One scan of the new events makes a small table of counts; the three roll-ups
are made from it: minutes and hours are replaced, days grow by what became settled, and their open rows are
made anew.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.db import connection, transaction

from sending.models import BounceType, Event, EventKind
from sending.models.ids import SEQUENCE_BITS, first_of, time_of
from stats.models import DayVolume, HourVolume, MinuteVolume, RollUpState

LOCK = 7_306_001
# A backlog is counted in slices, one transaction each, so that progress is kept.
SLICE = timedelta(hours=6)
LAST_ID = 2**63 - 1

# Which events a counter counts: every event belongs to exactly one.
COUNTERS: dict[str, str] = {
    "accepted": f"kind = {EventKind.ACCEPTED}",
    "refused": f"kind = {EventKind.REFUSED}",
    "delivered": f"kind = {EventKind.DELIVERED}",
    "deferred": f"kind = {EventKind.DEFERRED}",
    "bounced_hard": f"kind = {EventKind.BOUNCE} AND bounce_type = '{BounceType.HARD}'",
    "bounced_soft": f"kind = {EventKind.BOUNCE} AND bounce_type <> '{BounceType.HARD}'",
    "dropped": f"kind = {EventKind.DROPPED}",
    "opened": f"kind = {EventKind.OPEN} AND NOT machine",
    "opened_by_machine": f"kind = {EventKind.OPEN} AND machine",
    "clicked": f"kind = {EventKind.CLICK} AND NOT machine",
    "clicked_by_machine": f"kind = {EventKind.CLICK} AND machine",
    "complained": f"kind = {EventKind.SPAMREPORT}",
    "unsubscribed": f"kind = {EventKind.UNSUBSCRIBE}",
}

_NAMES = ", ".join(COUNTERS)
_SUMS = ", ".join(f"sum(found.{name})" for name in COUNTERS)
_REPLACE = ", ".join(f"{name} = excluded.{name}" for name in COUNTERS)
_ADD = ", ".join(f"{name} = held.{name} + excluded.{name}" for name in COUNTERS)
_CHANGED = (
    f"({', '.join(f'held.{name}' for name in COUNTERS)}) IS DISTINCT FROM "
    f"({', '.join(f'excluded.{name}' for name in COUNTERS)})"
)

_MAKE_TABLE = f"""
CREATE TEMP TABLE IF NOT EXISTS stats_found (
    account_id bigint, sender_domain text COLLATE "C", recipient_domain text COLLATE "C",
    minute timestamptz, settled boolean, {", ".join(f"{name} bigint" for name in COUNTERS)}
) ON COMMIT DELETE ROWS
"""

_COUNT = f"""
INSERT INTO stats_found
SELECT account_id, sender_domain, recipient_domain,
       to_timestamp((id >> {SEQUENCE_BITS}) / 60000 * 60), id < %(settle)s,
       {", ".join(f"count(*) FILTER (WHERE {condition})" for condition in COUNTERS.values())}
FROM sending_event WHERE id >= %(low)s AND id < %(high)s
GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608

_MINUTES = f"""
INSERT INTO stats_minutevolume AS held (account_id, sender_domain, minute, {_NAMES})
SELECT account_id, sender_domain, minute, {_SUMS} FROM stats_found AS found GROUP BY 1, 2, 3
ON CONFLICT (account_id, minute, sender_domain) DO UPDATE SET {_REPLACE} WHERE {_CHANGED}
"""  # noqa: S608

_HOURS = f"""
INSERT INTO stats_hourvolume AS held (account_id, sender_domain, hour, {_NAMES})
SELECT found.account_id, found.sender_domain, touched.hour, {_SUMS}
FROM (SELECT DISTINCT account_id, date_trunc('hour', minute, 'UTC') AS hour FROM stats_found) AS touched
JOIN stats_minutevolume AS found ON found.account_id = touched.account_id
     AND found.minute >= touched.hour AND found.minute < touched.hour + interval '1 hour'
GROUP BY 1, 2, 3
ON CONFLICT (account_id, hour, sender_domain) DO UPDATE SET {_REPLACE} WHERE {_CHANGED}
"""  # noqa: S608

_DAYS = f"""
INSERT INTO stats_dayvolume AS held (account_id, sender_domain, recipient_domain, day, settled, {_NAMES})
SELECT account_id, sender_domain, recipient_domain, (minute AT TIME ZONE 'UTC')::date, settled, {_SUMS}
FROM stats_found AS found WHERE settled = %(settled)s GROUP BY 1, 2, 3, 4, 5
ON CONFLICT (account_id, day, sender_domain, recipient_domain, settled) DO UPDATE SET
"""  # noqa: S608

_EVENTS = f"SELECT coalesce(sum({' + '.join(COUNTERS)}), 0)::bigint FROM stats_found"  # noqa: S608

# Read before the events are counted: events these transactions have not committed have ids after their start.
_CLOCK_AND_OLDEST_WRITER = """
SELECT clock_timestamp(), min(xact_start) FROM pg_stat_activity
WHERE backend_xid IS NOT NULL AND backend_type = 'client backend'
  AND datname = current_database() AND pid <> pg_backend_pid()
"""


def roll_up(*, now: datetime | None = None) -> int:
    """Bring the roll-ups up to date and return how many events were counted; 0 while another pass runs.

    `now` is the database's clock unless given.
    """
    counted, more = 0, True
    while more:
        with transaction.atomic():
            if not _locked("pg_try_advisory_xact_lock"):
                break
            events, more = _step(_state(), now)
            counted += events
    return counted


def rebuild(since: date) -> int:
    """Count the roll-ups from the UTC day `since` anew, in one transaction; return how many events there were.

    Days whose events are gone keep their figures.
    """
    with transaction.atomic():
        _locked("pg_advisory_xact_lock")
        state = _state()
        oldest = Event.objects.order_by("pk").values_list("pk", flat=True).first()
        if oldest is None:
            return 0
        # Events that were never rolled up are included, and the first day is a whole day.
        first = min(datetime.combine(since, time.min, UTC), _midnight(time_of(state.rolled_to)))
        first = max(first, _midnight(time_of(oldest)))
        MinuteVolume.objects.filter(minute__gte=first).delete()
        HourVolume.objects.filter(hour__gte=first).delete()
        DayVolume.objects.filter(day__gte=first.date()).delete()
        state.rolled_to = first_of(first)
        counted, more = 0, True
        while more:
            events, more = _step(state, None)
            counted += events
    return counted


def _step(state: RollUpState, now: datetime | None) -> tuple[int, bool]:
    """Count one window; return its events, and whether there is more behind it."""
    now, edge = _edge(now)
    low = _first_event(state.rolled_to)
    if low is None:
        low = max(state.rolled_to, edge)
    more = low + first_of(int(SLICE.total_seconds() * 1000)) < edge
    if more:
        settle = high = first_of(time_of(low) + SLICE)
    else:
        settle, high = max(low, edge), LAST_ID
    with connection.cursor() as cursor:
        cursor.execute(_MAKE_TABLE)
        cursor.execute("DELETE FROM stats_found")
        cursor.execute(_COUNT, {"low": low, "settle": settle, "high": high})
        cursor.execute(_MINUTES)
        cursor.execute(_HOURS)
        if settle > state.rolled_to:
            cursor.execute("DELETE FROM stats_dayvolume WHERE NOT settled")
            cursor.execute(_DAYS + _ADD, {"settled": True})
        cursor.execute(f"{_DAYS}{_REPLACE} WHERE {_CHANGED}", {"settled": False})
        cursor.execute(_EVENTS)
        events = cursor.fetchone()[0]
    state.rolled_to, state.rolled_at = settle, time_of(settle) if more else now
    state.save(update_fields=["rolled_to", "rolled_at"])
    return events, more


def _edge(now: datetime | None) -> tuple[datetime, int]:
    """Return the time, and the start of the minute before which no new event can appear."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOCK_AND_OLDEST_WRITER)
        clock, oldest = cursor.fetchone()
    now = now or clock
    horizon = min(now, oldest or now) - timedelta(seconds=settings.RULES.late_event_seconds)
    return now, first_of(_minute(horizon))


def _first_event(low: int) -> int | None:
    """Return the edge of the minute of the first event from `low` on."""
    first = Event.objects.filter(pk__gte=low).order_by("pk").values_list("pk", flat=True).first()
    return first_of(_minute(time_of(first))) if first else None


def _state() -> RollUpState:
    return RollUpState.objects.get_or_create(pk=1)[0]


def _locked(function: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [LOCK])
        return cursor.fetchone()[0] is not False


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
