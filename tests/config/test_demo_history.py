from datetime import UTC, datetime, timedelta

import pytest

from config import demo_history
from sending.models import DeliverStatus, Event, EventKind, Message
from sending.models.ids import time_of
from tests import factories

NOW = datetime(2026, 3, 31, 15, 0, tzinfo=UTC)


@pytest.fixture
def history(db):
    account = factories.account()
    template = factories.template(account)
    count = demo_history.write(account=account, sender="shop@mail.demo.test", template=template, days=5, now=NOW)
    return count


def test_it_fills_every_day_and_nothing_lies_in_the_future(history):
    days = {time_of(number).date() for number in Message.objects.values_list("id", flat=True)}
    assert days == {(NOW - timedelta(days=back)).date() for back in range(6)}
    assert history == Message.objects.count()
    assert time_of(Event.objects.latest("id").pk) < NOW


def test_every_message_has_the_events_its_state_tells_of(history):
    ends = {
        DeliverStatus.DELIVERED: EventKind.DELIVERED,
        DeliverStatus.BOUNCED: EventKind.BOUNCE,
        DeliverStatus.DROPPED: EventKind.REFUSED,
    }
    kinds: dict[int, set[int]] = {}
    for message, kind in Event.objects.values_list("message", "kind"):
        kinds.setdefault(message, set()).add(kind)
    finished = NOW - timedelta(minutes=30)
    for message in Message.objects.all():
        if time_of(message.pk) < finished:
            assert ends[DeliverStatus(message.deliver_status)] in kinds[message.pk]


def test_opens_follow_deliveries(history):
    delivered = dict(Event.objects.filter(kind=EventKind.DELIVERED).values_list("message", "id"))
    for message, number in Event.objects.filter(kind=EventKind.OPEN).values_list("message", "id"):
        assert number > delivered[message]
