"""stats.queries: sums of the roll-ups, in any zone the same events; the log itself is left alone."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sending.models import EventKind, QueueItem
from stats import queries, rollup
from stats.intervals import Axis, Grain, axis, label, last_minutes
from tests import factories

pytestmark = pytest.mark.django_db

END = datetime(2026, 3, 10, tzinfo=UTC)
START = END - timedelta(days=9)
ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe")


def fill(account, count=60, seed=5):
    chance = random.Random(seed)
    for _ in range(count):
        factories.event(
            account,
            EventKind.DELIVERED,
            START + timedelta(seconds=chance.randrange(9 * 86_400)),
            sender_domain=chance.choice(["mail.test", "news.test"]),
            recipient_domain=chance.choice(["a.test", "b.test"]),
        )
    rollup.rebuild(START.date())


def delivered(caller, span, **domains):
    """Return the deliveries of all buckets together."""
    return queries.volumes(caller, span, known_to=END, **domains).sums()["delivered"]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("grain", [Grain.HOUR, Grain.DAY])
def test_every_event_stands_in_the_bucket_of_its_zone(zone, grain):
    account = factories.account()
    zone = ZoneInfo(zone)
    for hour in range(0, 60, 5):
        factories.event(account, at=START + timedelta(hours=hour, minutes=47))
    rollup.rebuild(START.date())
    span = Axis(START, START + timedelta(days=4), grain, zone)
    volumes = queries.volumes(factories.caller(account), span, known_to=END)
    expected = dict.fromkeys((bucket.timestamp() for bucket in span.buckets), 0)
    for hour in range(0, 60, 5):
        at = (START + timedelta(hours=hour, minutes=47)).timestamp()
        expected[max(moment for moment in expected if moment <= at)] += 1
    assert dict(zip(expected, volumes.of(["delivered"]), strict=True)) == expected
    assert sum(expected.values()) == 12


def test_days_of_a_zone_that_is_between_the_hours_in_winter_alone():
    account = factories.account()
    at = datetime(2026, 6, 10, 13, 45, tzinfo=UTC)
    factories.event(account, EventKind.DELIVERED, at)
    rollup.rebuild(at.date())
    zone = ZoneInfo("Australia/Lord_Howe")
    span = Axis(datetime(2026, 2, 1, tzinfo=zone), datetime(2026, 11, 1, tzinfo=zone), Grain.DAY, zone)
    volumes = queries.volumes(factories.caller(account), span, known_to=span.end)
    assert [f"{bucket:%m-%d}" for bucket, counts in volumes.begun() if counts["delivered"]] == ["06-11"]


@pytest.mark.parametrize(
    ("zone", "moments", "labels"),
    [
        ("America/New_York", ["2026-11-01T05:30Z", "2026-11-01T06:30Z"], ["01:00 -04:00", "01:00 -05:00"]),
        ("Australia/Lord_Howe", ["2026-04-04T14:45Z", "2026-04-04T15:15Z"], ["01:00", "01:30 +10:30"]),
        ("America/New_York", ["2026-03-08T06:30Z", "2026-03-08T07:30Z"], ["01:00", "03:00"]),
    ],
)
def test_the_hours_around_a_change_of_the_clock_are_counted_apart(zone, moments, labels):
    account, zone = factories.account(), ZoneInfo(zone)
    moments = [datetime.fromisoformat(moment) for moment in moments]
    for moment in moments:
        factories.event(account, EventKind.DELIVERED, moment)
    rollup.rebuild(moments[0].date())
    day = moments[0].astimezone(zone).replace(hour=0, minute=0)
    span = axis(day, day + timedelta(days=1), zone)
    begun = queries.volumes(factories.caller(account), span, known_to=span.end).begun()
    counted = [label(bucket, span.grain)[11:] for bucket, counts in begun if counts["delivered"]]
    assert counted == labels


def test_filters_narrow_by_sender_and_recipient_domain():
    account = factories.account()
    fill(account)
    caller = factories.caller(account)
    everything = axis(START, END, UTC)
    whole = delivered(caller, everything)
    by_sender = [delivered(caller, everything, sender_domain=domain) for domain in ("mail.test", "news.test")]
    days = axis(START, END, UTC, by_recipient=True)
    by_recipient = [delivered(caller, days, recipient_domain=domain) for domain in ("a.test", "b.test")]
    assert whole == sum(by_sender) == sum(by_recipient) == 60
    assert min(by_sender + by_recipient) > 0


def test_another_accounts_figures_are_never_counted():
    fill(factories.account())
    stranger = factories.caller(factories.account())
    assert delivered(stranger, axis(START, END, UTC)) == 0
    assert queries.recipient_domains(stranger, END.date()) == []


def test_buckets_to_come_are_unknown_not_zero():
    account = factories.account()
    fill(account)
    volumes = queries.volumes(factories.caller(account), axis(START, END + timedelta(days=2), UTC), known_to=END)
    assert [count is None for count in volumes.of(["delivered"])] == [False] * 10 + [True]
    assert volumes.sums()["delivered"] == 60


def test_minutes_of_one_recipient_domain_are_counted_from_the_events():
    account = factories.account()
    at = END.replace(hour=1, minute=30, second=7)
    for seconds, name in ((0, "a.test"), (30, "a.test"), (60, "a.test"), (61, "b.test")):
        factories.event(account, at=at + timedelta(seconds=seconds), recipient_domain=name)
    span = last_minutes(at + timedelta(minutes=2), 5, UTC)
    caller = factories.caller(account)
    volumes = queries.volumes(caller, span, recipient_domain="a.test", known_to=at + timedelta(minutes=2))
    assert volumes.of(["delivered"]) == [0, 0, 2, 1, 0]
    assert delivered(caller, span, recipient_domain="a.test", sender_domain="news.test") == 0


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("recipient_domain", ["", "a.test"])
@pytest.mark.parametrize("days", [1, 7, 90])
def test_charts_by_hour_and_day_read_roll_ups_alone(zone, recipient_domain, days):
    caller = factories.caller(factories.account())
    span = axis(END - timedelta(days=days), END, ZoneInfo(zone), by_recipient=bool(recipient_domain))
    with CaptureQueriesContext(
        connection,
    ) as seen:
        queries.volumes(caller, span, recipient_domain=recipient_domain, known_to=END)
    assert len(seen) == 1
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {seen[0]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "volume" in plan
    assert "sending_" not in plan


def test_the_busiest_recipient_domains_are_offered_first():
    account = factories.account()
    for name in ("a.test", "b.test", "b.test"):
        factories.event(account, EventKind.ACCEPTED, START, recipient_domain=name)
    rollup.rebuild(START.date())
    assert queries.recipient_domains(factories.caller(account), END.date()) == ["b.test", "a.test"]


def test_waiting_counts_the_accounts_own_queue():
    account, other = factories.account(), factories.account()
    for number, owner in enumerate([account, account, other]):
        QueueItem.objects.create(message=number, account=owner, recipient_domain="a.test")
    assert queries.waiting(factories.caller(account)) == 2


def test_accepted_mails_of_a_day_are_counted_by_sender_domain():
    account = factories.account()
    for hours in (1, 23, 25):
        factories.event(account, EventKind.ACCEPTED, START + timedelta(hours=hours))
    rollup.rebuild(START.date())
    assert queries.accepted_by_domain(factories.caller(account), START.date()) == {"mail.test": 2}
