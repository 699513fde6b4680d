"""What waits, and dropping of it what was sent already."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F

from accounts.errors import Refused
from accounts.models import Account, AuditEntry
from sending import holds, timeline, waiting
from sending.holds import COMMAND_LINE, Kind
from sending.models import DeliverStatus, Event, EventKind, Message, QueueItem
from sending.models.ids import first_of
from tests import factories

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
Put = Callable[..., Message]


@pytest.fixture
def put() -> Put:
    """Return a function that puts a mail into the queue, accepted so many minutes after noon."""

    def add(account: Account, minutes: int, **item: object) -> Message:
        number = first_of(NOON + timedelta(minutes=minutes)) + Message.objects.count()
        message = factories.message(account, id=number)
        QueueItem.objects.create(message=number, account=account, recipient_domain="example.com", **item)
        return message

    return add


@pytest.fixture
def account() -> Account:
    return factories.account(name="Shop")


def on_hold() -> None:
    holds.hold(COMMAND_LINE, kinds=Kind, reason="")


def test_an_empty_queue_has_neither_oldest_nor_newest() -> None:
    assert waiting.in_all() == waiting.Waiting(0, 0, None, None)
    assert waiting.by_account() == []


def test_it_says_how_many_wait_how_old_they_are_and_of_which_accounts(put: Put, account: Account) -> None:
    other = factories.account(name="Other")
    for minutes in (5, 7, 9):
        put(account, minutes)
    put(other, 1, worker="w")
    QueueItem.objects.filter(worker="w").update(available_at=F("available_at") + timedelta(minutes=1))
    found = waiting.in_all()
    assert (found.emails, found.in_hand) == (4, 1)
    assert (found.oldest, found.newest) == (NOON + timedelta(minutes=1), NOON + timedelta(minutes=9))
    assert [(row.name, row.emails, row.oldest.minute) for row in waiting.by_account()] == [
        ("Shop", 3, 5),
        ("Other", 1, 1),
    ]


def test_what_was_accepted_before_is_dropped_as_an_event_and_the_rest_stays(put: Put, account: Account) -> None:
    old, new = put(account, 1), put(account, 3)
    on_hold()
    moment = NOON + timedelta(minutes=2)
    assert waiting.accepted_before(moment) == 1
    assert waiting.drop_accepted_before(COMMAND_LINE, moment=moment) == 1
    assert list(QueueItem.objects.values_list("message", flat=True)) == [new.pk]
    event = Event.objects.get(kind=EventKind.DROPPED)
    assert (event.message, event.account) == (old.pk, account)
    old.refresh_from_db()
    assert old.deliver_status == DeliverStatus.DROPPED
    assert "may have been sent already" in timeline.reason(old.deliver_message)
    entry = AuditEntry.objects.get(act="hold.drop")
    assert (entry.account, entry.actor, entry.details) == (account, "command line", {"total": 1})


def test_nothing_is_dropped_while_delivery_runs(put: Put, account: Account) -> None:
    put(account, 1)
    holds.hold(COMMAND_LINE, kinds=[Kind.REPORTS], reason="")
    with pytest.raises(Refused, match="not on hold"):
        waiting.drop_accepted_before(COMMAND_LINE, moment=NOON + timedelta(days=1))
    assert QueueItem.objects.count() == 1


def test_a_mail_that_is_being_sent_is_left_to_its_process_and_one_whose_lease_is_over_is_not(
    put: Put, account: Account
) -> None:
    sending, left = put(account, 1, worker="w"), put(account, 2, worker="killed")
    QueueItem.objects.filter(message=sending.pk).update(available_at=F("available_at") + timedelta(minutes=1))
    on_hold()
    assert waiting.drop_accepted_before(COMMAND_LINE, moment=NOON + timedelta(days=1)) == 1
    assert not QueueItem.objects.filter(message=left.pk).exists()
    assert QueueItem.objects.filter(message=sending.pk).exists()


def test_it_goes_in_batches_oldest_first_up_to_a_limit(
    put: Put, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = [put(account, minutes) for minutes in range(7)]
    on_hold()
    monkeypatch.setattr(waiting, "BATCH", 2)
    said: list[int] = []
    moment = NOON + timedelta(days=1)
    assert waiting.drop_accepted_before(COMMAND_LINE, moment=moment, limit=5, done=said.append) == 5
    assert said == [2, 4, 5]
    assert list(QueueItem.objects.order_by("message").values_list("message", flat=True)) == [m.pk for m in messages[5:]]


def test_a_release_in_the_middle_ends_the_dropping(put: Put, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    for minutes in range(4):
        put(account, minutes)
    on_hold()
    monkeypatch.setattr(waiting, "BATCH", 1)

    def release(total: int) -> None:
        holds.release(COMMAND_LINE, kinds=Kind)

    assert waiting.drop_accepted_before(COMMAND_LINE, moment=NOON + timedelta(days=1), done=release) == 1
    assert QueueItem.objects.count() == 3


def command(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_the_commands_hold_drop_and_release(put: Put, account: Account) -> None:
    put(account, 1)
    put(account, 3)
    with pytest.raises(CommandError, match="not on hold"):
        command("drop_waiting", "--accepted-before", "2026-11-28T12:02", "--yes")
    said = command("hold", "--only", "delivery", "reports", "--reason", "100 % wrong")
    assert "on hold: delivery" in said
    assert "callbacks" not in said
    assert [period.sentence for period in holds.current()] == ["100 % wrong"] * 2
    said = command("drop_waiting", "--accepted-before", "2026-11-28T12:02", "--yes")
    assert "1 waiting emails were accepted before 2026-11-28 12:02:00+00:00" in said
    assert "1 emails dropped" in said
    assert "released: reports" in command("release", "--only", "reports")
    said = command("release")
    assert "released: delivery" in said
    assert "1 emails waited" in said
    assert "nothing was on hold" in command("release")


def test_the_command_drops_nothing_unless_it_is_confirmed(
    put: Put, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(account, 1)
    on_hold()
    monkeypatch.setattr("sys.stdin", StringIO("no\n"))
    assert "Type yes" in command("drop_waiting", "--accepted-before", "2026-11-29")
    assert QueueItem.objects.count() == 1
    monkeypatch.setattr("sys.stdin", StringIO("yes\n"))
    command("drop_waiting", "--accepted-before", "2026-11-29")
    assert QueueItem.objects.count() == 0


def test_no_plan_of_the_database_drops_more_than_the_limit(put: Put, account: Account) -> None:
    """A subquery with a limit may be run once for each row beside it; joined so, it would drop them all."""
    for minutes in range(7):
        put(account, minutes)
    on_hold()
    with connection.cursor() as cursor:
        for way in ("hashjoin", "mergejoin", "hashagg", "material", "sort", "memoize"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    moment = NOON + timedelta(days=1)
    assert waiting.drop_accepted_before(COMMAND_LINE, moment=moment, limit=5) == 5
