"""What is deleted with age, and what stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from sending import retention, tasks
from sending.models import Attachment, Event, InboundReport, Message, SimulatedMail, Submission, partitions
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
    rules(retention_days=10)
    # Three partitions of the day, and a submission, a file, a mail and a report.
    assert retention.retire(NOW) == 3 + 4
    assert retention.retire(NOW) == 0
    for model in (Message, Event, Submission, Attachment, SimulatedMail, InboundReport):
        assert model.objects.count() == 1
    assert partitions.existing("sending_message")[0] == (NOW - timedelta(days=10)).date()


def test_rows_outside_the_days_partitions_go_too() -> None:
    factories.message(factories.account(), id=first_of(datetime(2020, 1, 1, tzinfo=UTC)))
    assert retention.retire(NOW) >= 1
    assert not Message.objects.exists()


def test_many_rows_go_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    account = factories.account()
    for number in range(5):
        factories.submission(account, id=first_of(datetime(2020, 1, 1, tzinfo=UTC)) + number)
    assert retention.retire(NOW) == 5


def test_partitions_are_made_ahead_once() -> None:
    tasks.keep_partitions()
    assert tasks.keep_partitions() == 0
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    assert all(tomorrow in partitions.existing(table) for table in partitions.TABLES)


def test_nothing_young_is_retired_by_the_task() -> None:
    message = factories.message(factories.account())
    tasks.retire()
    assert Message.objects.get() == message
