"""Reports wait, are postponed with growing pauses, set aside, read again; after an hour somebody is told."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEntry, Notice
from sending import report_queue, tasks
from sending.models import InboundReport, Message
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def message() -> Message:
    return factories.message(factories.account(), recipient="ann@example.net")


def stored(message: Message, **fields: object) -> InboundReport:
    return InboundReport.objects.create(message=message.pk, kind=InboundReport.Kind.UNKNOWN, raw=b"x", **fields)


def ids() -> list[int]:
    return list(InboundReport.objects.order_by("id").values_list("id", flat=True))


def test_the_longest_due_come_first_and_postponed_ones_later(message: Message) -> None:
    for _ in range(3):
        stored(message)
    first, second, third = ids()
    assert report_queue.due() == [first, second, third]
    report_queue.postpone(first, OSError("full"))
    assert report_queue.due() == [second, third]


def test_who_has_waited_for_its_turn_longest_is_first_however_young_it_is(message: Message) -> None:
    now = timezone.now()
    for seconds in (10, 30, 20):
        stored(message, due_at=now - timedelta(seconds=seconds))
    first, second, third = ids()
    assert report_queue.due() == [second, third, first]


def test_what_another_reader_has_read_is_not_set_aside(message: Message) -> None:
    stored(message, state="read", read_at=timezone.now(), summary="failed")
    [report] = ids()
    report_queue.set_aside(report, "Not parsed: KeyError")
    report_queue.postpone(report, OSError("full"))
    read = InboundReport.objects.get()
    assert (read.state, read.summary, read.attempts) == ("read", "failed", 0)


def test_a_reason_that_a_database_cannot_hold_sets_aside_all_the_same(message: Message) -> None:
    stored(message)
    [report] = ids()
    report_queue.set_aside(report, "no\0 such \udce4" + "x" * 600)
    aside = InboundReport.objects.get()
    assert aside.state == "aside"
    assert aside.summary == ("no such ?" + "x" * 600)[:500]


def test_a_report_that_is_read_again_begins_anew_and_one_that_waits_is_left_alone(message: Message) -> None:
    long_ago, later = timezone.now() - timedelta(days=2), timezone.now() + timedelta(seconds=200)
    tried = {"attempts": 30, "parser_ends": report_queue.MAX_PARSER_ENDS - 1, "waiting_since": long_ago}
    stored(message, state="aside", read_at=long_ago, **tried)
    stored(message, due_at=later, **tried)
    aside, waiting = ids()
    assert report_queue.read_again(ids=[aside, waiting]) == 1
    # It is not late at once, and the parser may end over it as often as over any other.
    assert report_queue.due() == [aside]
    begun = InboundReport.objects.get(pk=aside)
    assert (begun.attempts, begun.parser_ends, begun.read_at) == (0, 0, None)
    assert begun.waiting_since > long_ago
    left = InboundReport.objects.get(pk=waiting)
    assert (left.attempts, left.due_at, left.waiting_since) == (30, later, long_ago)


def test_pauses_double_up_to_five_minutes_and_never_end() -> None:
    pauses = [report_queue.pause_seconds(attempts) for attempts in range(1, 2_000)]
    assert pauses[:9] == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    assert set(pauses[9:]) == {300}


def test_every_postponing_makes_the_next_pause_longer(message: Message) -> None:
    stored(message)
    [report] = ids()
    waits = []
    for _ in range(4):
        report_queue.postpone(report, OSError("full"))
        waits.append((InboundReport.objects.get().due_at - timezone.now()).total_seconds())
    assert waits == sorted(waits)
    assert waits[3] > 7


def test_a_waiting_report_has_not_been_read_and_the_others_have(message: Message) -> None:
    for wrong in ({"state": "waiting", "read_at": timezone.now()}, {"state": "read"}, {"state": "aside"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            stored(message, **wrong)


def test_what_was_set_aside_waits_again_by_one_command(message: Message) -> None:
    stored(message)
    stored(message, state="read", read_at=timezone.now())
    aside, read = ids()
    report_queue.set_aside(aside, "Not parsed: KeyError")
    assert report_queue.due() == []
    out = io.StringIO()
    call_command("reread_reports", "--list", stdout=out)
    assert "1 Not parsed: KeyError" in out.getvalue()
    call_command("reread_reports", stdout=out)
    assert "1 reports wait" in out.getvalue()
    assert report_queue.due() == [aside]
    call_command("reread_reports", str(read), stdout=out)
    assert set(report_queue.due()) == {aside, read}
    entries = AuditEntry.objects.filter(act="admin.read_reports_again").order_by("id")
    assert list(entries.values_list("actor", "target")) == [("command line", "set aside"), ("command line", str(read))]


def test_only_what_was_set_aside_since_a_moment_is_read_again(message: Message) -> None:
    stored(message, state="aside", read_at=timezone.now() - timedelta(days=2))
    stored(message, state="aside", read_at=timezone.now())
    assert report_queue.read_again(since=timezone.now() - timedelta(days=1)) == 1
    assert report_queue.due() == ids()[1:]


def test_after_an_hour_the_log_and_the_account_are_told_until_the_reports_are_read(
    message: Message, caplog: pytest.LogCaptureFixture
) -> None:
    stored(message)
    other = factories.account()
    assert tasks.notice_late_reports() == 0
    assert not Notice.objects.exists()
    InboundReport.objects.update(waiting_since=timezone.now() - timedelta(minutes=61))
    assert tasks.notice_late_reports() == 1
    assert tasks.notice_late_reports() == 1
    notice = Notice.objects.get(closed_at=None)
    assert (notice.account, notice.level) == (message.account, "danger")
    assert notice.account != other
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    InboundReport.objects.update(state="read", read_at=timezone.now())
    assert tasks.notice_late_reports() == 0
    assert not Notice.objects.filter(closed_at=None).exists()
