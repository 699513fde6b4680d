"""Statistics and exports on a long log: charts, the refresh of the roll-ups, and the CSV."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime, timedelta

from django.db import connection

from accounts.models import Account
from sending.events import MessageParties
from sending.models import Event, EventKind, Message, ids, partitions
from sending.models.rows import insert_select, names_of
from stats import queries, rollup
from stats.exports import Selection, lines
from stats.intervals import Axis, Grain
from stats.models import RollUpState
from tests import factories
from tests.performance.stage import Stage

EVENTS, NEW = 400_000, 20_000
DAYS = 90
TIMES = 15
# Two events a mail: accepted, and what became of it; 50 sender and 2,000 recipient domains.
_MESSAGE = {
    "id": "%(low)s + n * %(step)s::bigint",
    "account_id": "%(account)s",
    "submission_id": "1",
    "message_id": "'qcloudses-30-1250000000-date-20260301120000-' || n",
    "from_address": "'news@mail.test'",
    "sender_domain": "'mail' || n %% 50 || '.test'",
    "recipient": "'customer' || n || '@d' || n %% 2000 || '.test'",
    "recipient_domain": "'d' || n %% 2000 || '.test'",
    "subject": "'Order'",
    "template": "1",
    "deliver_status": "1",
}
_EVENT = {
    "id": "id + turn",
    **{name: name for name in names_of(MessageParties)},
    "kind": "CASE turn WHEN 1 THEN 9 ELSE (ARRAY[1, 1, 1, 1, 1, 4, 5, 3, 8, 1])[1 + (id >> 2) %% 10] END",
    "message": "id",
    "reason": "CASE turn WHEN 2 THEN '250 2.0.0 OK: queued' ELSE '' END",
}
_MESSAGES = insert_select(Message, "FROM generate_series(1, %(mails)s) AS n", _MESSAGE)
_EVENTS = insert_select(
    Event, "FROM sending_message CROSS JOIN generate_series(1, 2) AS turn WHERE id > %(after)s", _EVENT
)


def run(stage: Stage, scale: float) -> bool:
    """Fill 90 days, then measure each."""
    count = int(EVENTS * scale)
    account = factories.account()
    now = datetime.now(UTC)
    start = (now - timedelta(days=DAYS)).replace(hour=0, minute=0, second=0, microsecond=0)
    partitions.ensure(start.date(), now.date())
    low, high = ids.first_of(start), ids.first_of(now - timedelta(minutes=2))
    fill(account, low, high, count // 2)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    began = time.perf_counter()
    assert rollup.rebuild(start.date()) == count
    print(f"roll-ups from raw {count / (time.perf_counter() - began):,.0f} events/s")
    settled = RollUpState.objects.get().rolled_to
    fill(account, settled, settled + ids.first_of(10_000), NEW // 2)
    began = time.perf_counter()
    assert rollup.roll_up() >= NEW
    print(f"roll-up refresh {(time.perf_counter() - began) * 1000:.0f} ms for {NEW:,} new events among {count:,}")
    rollup.roll_up()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    charts(account, now, count)
    export(account, start, now)
    return True


def fill(account: Account, low: int, high: int, mails: int) -> None:
    """Spread so many mails evenly between two ids."""
    values = {"low": low, "step": (high - low) // (mails + 1) // 4 * 4, "account": account.pk, "mails": mails}
    with connection.cursor() as cursor:
        cursor.execute(_MESSAGES, values)
        cursor.execute(_EVENTS, {"after": low})


def charts(account: Account, now: datetime, count: int) -> None:
    """Print the median of each kind of chart."""
    caller = factories.service_caller(account)
    wanted = {
        "1 day by minute": (Axis(now - timedelta(days=1), now, Grain.MINUTE, UTC), ""),
        "30 days by hour": (Axis(now - timedelta(days=30), now, Grain.HOUR, UTC), ""),
        "90 days by day": (Axis(now - timedelta(days=DAYS), now, Grain.DAY, UTC), ""),
        "90 days by day, one recipient domain": (Axis(now - timedelta(days=DAYS), now, Grain.DAY, UTC), "d7.test"),
    }
    for sender in ("", "mail7.test"):
        for name, (axis, recipient) in wanted.items():
            waits = []
            for _ in range(TIMES):
                began = time.perf_counter()
                queries.volumes(caller, axis, sender_domain=sender, recipient_domain=recipient, known_to=now)
                waits.append(time.perf_counter() - began)
            which = f"{name}{', one sender domain' if sender else ''}"
            print(f"chart {which}: {statistics.median(waits) * 1000:.1f} ms at {count:,} events")


def export(account: Account, start: datetime, end: datetime) -> None:
    """Print how fast the whole log leaves as CSV, and how soon it begins."""
    selection = Selection(account_id=account.pk, kinds=list(EventKind), start=start, end=end)
    began = time.perf_counter()
    pieces = lines(selection, "UTC")
    rows = next(pieces).count(b"\n")
    first = time.perf_counter() - began
    rows += sum(piece.count(b"\n") for piece in pieces) - 1
    took = time.perf_counter() - began
    print(f"export {rows / took:,.0f} rows/s, first byte after {first * 1000:.0f} ms ({rows:,} rows)")
