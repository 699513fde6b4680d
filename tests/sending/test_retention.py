"""What is deleted with age, and what stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from sending import retention, tasks
from sending.models import (
    Attachment,
    Event,
    InboundReport,
    Message,
    PostmasterMail,
    SimulatedMail,
    Submission,
    partitions,
)
from sending.models.ids import first_of
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 5, tzinfo=UTC)


def test_days_beyond_retention_go_and_the_others_stay(rules: Callable[..., None]) -> None:
    account = factories.account()
    for days in (11, 10):
        moment = NOW - timedelta(days=days)
        partitions.ensure(moment.date(), moment.date())
        whole = factories.submission(account, id=first_of(moment))
        message = factories.message(account, submission=whole, id=first_of(moment))
        Attachment.objects.create(account=account, submission=whole, name="a.pdf", content=b"x")
        Event.objects.create(account=account, id=first_of(moment), kind=1, message=message.pk)
        SimulatedMail.objects.create(id=first_of(moment), account=account, mail_from="a", recipient="b", raw=b"")
        InboundReport.objects.create(id=first_of(moment), account=account, kind="dsn", raw=b"")
        PostmasterMail.objects.create(id=first_of(moment), recipient="postmaster", raw=b"")
    rules(retention_days=10)
    # Three partitions of the day, and a submission, a file, a mail, a report and a mail to postmaster.
    assert retention.retire(NOW) == 3 + 5
    assert retention.retire(NOW) == 0
    for model in (Message, Event, Submission, Attachment, SimulatedMail, InboundReport, PostmasterMail):
        assert model.objects.count() == 1
    assert partitions.existing("sending_message")[0] == (NOW - timedelta(days=10)).date()


def test_rows_outside_the_days_partitions_go_too() -> None:
    old = first_of(datetime(2020, 1, 1, tzinfo=UTC))
    message = factories.message(factories.account(), id=old)
    Event.objects.create(account=message.account, id=old, kind=1, message=message.pk)
    assert retention.retire(NOW) >= 2
    assert not Message.objects.exists()
    assert not Event.objects.exists()


def test_rows_that_came_before_their_day_s_partition_move_into_it() -> None:
    message = factories.message(factories.account(), id=first_of(NOW))
    assert partitions.ensure(NOW.date(), NOW.date()) == len(partitions.TABLES)
    assert Message.objects.get() == message
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM sending_message")
        assert cursor.fetchall() == [(partitions.name_of("sending_message", NOW.date()),)]


def test_of_the_mails_to_postmaster_the_newest_are_kept_however_young_they_are(rules: Callable[..., None]) -> None:
    rules(postmaster_kept=3)
    for number in range(5):
        PostmasterMail.objects.create(id=first_of(NOW) + number, recipient="postmaster", raw=b"")
        retention.retire(NOW)
    kept = PostmasterMail.objects.order_by("id").values_list("id", flat=True)
    assert list(kept) == [first_of(NOW) + number for number in (2, 3, 4)]


def test_many_rows_go_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    account = factories.account()
    for number in range(5):
        factories.submission(account, id=first_of(datetime(2020, 1, 1, tzinfo=UTC)) + number)
    assert retention.retire(NOW) == 5


def test_partitions_are_made_ahead_once() -> None:
    tasks.keep_partitions()
    assert tasks.keep_partitions() == 0
    # A task that fails for days loses nothing by it.
    days = [datetime.now(UTC).date() + timedelta(days=ahead) for ahead in range(8)]
    assert all(set(days) <= set(partitions.existing(table)) for table in partitions.TABLES)


def test_nothing_young_is_retired_by_the_task() -> None:
    message = factories.message(factories.account())
    tasks.retire()
    assert Message.objects.get() == message
