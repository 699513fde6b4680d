"""What is deleted with age, and what stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from sending import report_queue, retention, tasks
from sending.models import (
    Attachment,
    Event,
    InboundReport,
    Message,
    PostmasterMail,
    QueueItem,
    SimulatedMail,
    Submission,
    partitions,
)
from sending.models.ids import first_of
from sending.sensitive import hashed
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


def test_content_goes_before_what_became_of_the_mail(rules: Callable[..., None]) -> None:
    account = factories.account()
    values = {"variables": {"name": "Ann", "code": "493817"}, "sensitive": {"code": ""}, "headers": {"X-A": "b"}}
    for days in (8, 7):
        at = first_of(NOW - timedelta(days=days))
        whole = factories.submission(account, id=at, **values)
        factories.message(account, submission=whole, id=at + 1, subject="Hello Ann")
        Attachment.objects.create(account=account, submission=whole, name="a.pdf", content=b"x")
        SimulatedMail.objects.create(id=at, account=account, mail_from="a", recipient="b", raw=b"x")
        InboundReport.objects.create(id=at, account=account, kind="dsn", raw=b"x", state="read", read_at=NOW)
    rules(content_days=7)
    assert retention.erase_content(NOW) == 3
    assert retention.erase_content(NOW) == 0
    old, young = Submission.objects.order_by("id")
    assert (old.variables, old.headers, old.is_content_erased) == ({}, {}, True)
    assert old.sensitive == {"code": hashed(old.message_id, "code", "493817")}
    assert (young.variables, young.sensitive, young.is_content_erased) == (values["variables"], {"code": ""}, False)
    assert Attachment.objects.get().submission == young
    assert SimulatedMail.objects.get().pk == young.pk
    assert [bytes(report.raw) for report in InboundReport.objects.order_by("id")] == [b"", b"x"]
    assert Message.objects.filter(subject="Hello Ann").count() == 2


def test_what_waits_keeps_its_content_however_old() -> None:
    account = factories.account()
    at = first_of(NOW - timedelta(days=100))
    whole = factories.submission(account, id=at, variables={"name": "Ann"})
    Attachment.objects.create(account=account, submission=whole, name="a.pdf", content=b"x")
    # One recipient has it, the other's is still in the queue: work was on hold.
    factories.message(account, submission=whole, id=at + 1)
    message = factories.message(account, submission=whole, id=at + 2)
    item = QueueItem.objects.create(message=message.pk, account=account, recipient_domain="a.test")
    SimulatedMail.objects.create(id=at, account=account, mail_from="a", recipient="b", raw=b"x", act_at=NOW)
    InboundReport.objects.create(id=at, account=account, kind="dsn", raw=b"x")
    InboundReport.objects.create(id=at + 1, account=account, kind="unknown", raw=b"x", state="aside", read_at=NOW)
    assert retention.erase_content(NOW) == 0
    item.delete()
    assert retention.erase_content(NOW) == 1
    assert Submission.objects.get().variables == {}
    assert not Attachment.objects.exists()
    assert {bytes(report.raw) for report in InboundReport.objects.all()} == {b"x"}


def test_content_goes_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_CONTENT_BATCH", 2)
    account = factories.account()
    for number in range(5):
        factories.submission(account, id=first_of(datetime(2020, 1, 1, tzinfo=UTC)) + number)
    assert retention.erase_content(NOW) == 5


def test_a_report_whose_mail_was_erased_is_not_read_again() -> None:
    at = first_of(NOW - timedelta(days=100))
    InboundReport.objects.create(id=at, kind="dsn", raw=b"x", state="read", read_at=NOW, summary="bounced")
    retention.erase_content(NOW)
    assert report_queue.read_again(ids=[at]) == 0
    assert InboundReport.objects.get().summary == "bounced"


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
