"""Claims, leases and fences on a real PostgreSQL: who lost a mail writes nothing about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F

from sending.delivery import queue, submissions
from sending.delivery.queue import NewAttempt, Settlement
from sending.delivery.queued import QueuedMessage
from sending.events import NewEvent
from sending.models import Attachment, Attempt, DeliverStatus, Event, EventKind, Message, QueueItem
from sending.models.ids import time_of
from tests.sending.delivery.post import Post
from tests.side_by_side import side_by_side

pytestmark = pytest.mark.django_db

ATTEMPT = NewAttempt(
    account_id=1,
    message=1,
    number=1,
    started_at=datetime(2026, 11, 22, tzinfo=UTC),
    milliseconds=12,
    host="mx [192.0.2.1]:25",
    tls="TLSv1.3",
    outcome="delivered",
    reply_code=250,
    enhanced_code="2.0.0",
    bounce_class="",
    reply="250 ok",
    conversation="S: 250 ok",
    next_attempt_at=None,
)


@pytest.fixture
def post() -> Post:
    return Post()


def take(limit: int = 10, worker: str = "one") -> list[QueuedMessage]:
    return queue.claim(limit, worker)[0]


def attempt_of(queued: QueuedMessage, **fields: Any) -> NewAttempt:
    number = queued.attempts_before + 1
    return replace(ATTEMPT, account_id=queued.submission.account_id, message=queued.message, number=number, **fields)


def delivered(queued: QueuedMessage, **fields: Any) -> Settlement:
    event = NewEvent(kind=EventKind.DELIVERED, message=queued.message)
    values: dict[str, Any] = {"event": event, "attempt": attempt_of(queued)}
    return Settlement(queued=queued, **{**values, **fields})


def end_leases() -> None:
    QueueItem.objects.update(available_at=F("available_at") - timedelta(days=1))


def test_a_claim_brings_all_that_the_mail_is_made_from(post: Post) -> None:
    (message,) = post.put("ada@a.test", variables={"name": "Ada"}, headers={"X-A": "b"}, unsubscribe="2")
    messages, now = queue.claim(10, "one")
    (queued,) = messages
    assert now is not None
    assert (queued.message, queued.recipient, queued.recipient_domain) == (message.pk, "ada@a.test", "a.test")
    assert (queued.fence, queued.attempts_before, queued.submission.account_id) == (1, 0, post.account.pk)
    submission = queued.submission
    assert (submission.variables, submission.headers, submission.to) == ({"name": "Ada"}, {"X-A": "b"}, ["ada@a.test"])
    assert (submission.unsubscribe, submission.may_send, submission.has_attachments) == ("2", True, False)
    assert submission.sender is not None
    assert submission.sender.private_key == post.domain.dkim_private_key


def test_what_is_claimed_or_not_due_is_nobody_elses(post: Post) -> None:
    post.put("a@a.test", "b@a.test")
    post.put("later@a.test", due_in=60)
    assert [queued.recipient for queued in take(1, "one")] == ["a@a.test"]
    assert [queued.recipient for queued in take(10, "two")] == ["b@a.test"]
    assert take() == []
    assert queue.claim(10, "three") == ([], None)


@pytest.mark.django_db(transaction=True)
def test_two_claims_at_once_take_different_mails_and_wait_for_nothing(post: Post) -> None:
    messages = post.put("a@a.test", "b@a.test")
    done: list[int | str] = []

    def first() -> None:
        transaction.on_commit(lambda: done.append("committed"))
        done.extend(queued.message for queued in take(1, "one"))

    def second() -> None:
        done.extend(queued.message for queued in take(1, "two"))

    assert side_by_side(first, second) is None
    assert done == [*(message.pk for message in messages), "committed"]


def test_an_ended_lease_gives_the_mail_to_the_next_with_a_higher_fence(post: Post) -> None:
    post.put("a@a.test")
    (first,) = take(worker="one")
    end_leases()
    (second,) = take(worker="two")
    assert second.fence == first.fence + 1


def test_a_stale_worker_writes_nothing(post: Post) -> None:
    post.put("a@a.test")
    (stale,) = take(worker="one")
    end_leases()
    (current,) = take(worker="two")
    assert queue.settle([delivered(stale)], "one") == set()
    assert queue.settle([delivered(stale, again=5.0)], "one") == set()
    assert queue.renew([stale], "one") == set()
    assert not Attempt.objects.exists()
    assert not Event.objects.exists()
    assert queue.settle([delivered(current)], "two") == {current.message}
    assert Attempt.objects.count() == Event.objects.count() == 1


def test_neither_an_old_fence_nor_another_worker_s_name_writes_anything(post: Post) -> None:
    post.put("ada@a.test")
    (old,) = take(worker="one")
    end_leases()
    (held,) = take(worker="one")
    for queued, worker in ((old, "one"), (held, "two")):
        assert queue.renew([queued], worker) == set()
        assert queue.settle([delivered(queued)], worker) == set()
        assert queue.settle([Settlement(queued=queued, again=5.0)], worker) == set()
    assert not Attempt.objects.exists()
    assert not Event.objects.filter(kind=EventKind.DELIVERED).exists()
    assert queue.renew([held], "one") == {held.message}


def test_a_delivery_leaves_the_queue_and_is_recorded(post: Post) -> None:
    (message,) = post.put("a@a.test")
    (queued,) = take()
    queue.settle([delivered(queued)], "one")
    assert not QueueItem.objects.exists()
    attempt = Attempt.objects.get()
    assert (attempt.message, attempt.number, attempt.account_id) == (message.pk, 1, post.account.pk)
    assert (attempt.host, attempt.reply, attempt.milliseconds) == ("mx [192.0.2.1]:25", "250 ok", 12)
    assert Event.objects.get().kind == EventKind.DELIVERED
    assert Message.objects.get().deliver_status == DeliverStatus.DELIVERED


def test_a_deferred_mail_waits_and_counts_its_attempt(post: Post) -> None:
    post.put("a@a.test")
    (queued,) = take()
    deferred = NewEvent(kind=EventKind.DEFERRED, message=queued.message, reason="busy", bounce_class="QuotaIssues")
    queue.settle(
        [delivered(queued, again=300.0, event=deferred, attempt=attempt_of(queued, outcome="deferred"))], "one"
    )
    item = QueueItem.objects.get()
    assert (item.attempts, item.worker) == (1, "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT available_at - statement_timestamp() FROM sending_queueitem")
        assert timedelta(seconds=295) < cursor.fetchone()[0] <= timedelta(seconds=300)
    end_leases()
    (again,) = take()
    assert again.attempts_before == 1
    queue.settle([delivered(again)], "one")
    assert list(Attempt.objects.order_by("id").values_list("number", flat=True)) == [1, 2]


def test_putting_back_is_no_attempt_and_no_event(post: Post) -> None:
    post.put("a@a.test")
    (queued,) = take()
    queue.settle([Settlement(queued=queued, again=0.0)], "one")
    assert (QueueItem.objects.get().attempts, Attempt.objects.count(), Event.objects.count()) == (0, 0, 0)
    assert len(take()) == 1


def test_the_same_settlements_written_twice_are_written_once(post: Post) -> None:
    """A commit whose answer got lost is tried again."""
    post.put("a@a.test", "b@a.test")
    first, second = take()
    deferred = NewEvent(kind=EventKind.DEFERRED, message=second.message)
    results = [delivered(first), delivered(second, again=9.0, event=deferred)]
    assert len(queue.settle(results, "one")) == 2
    assert queue.settle(results, "one") == set()
    assert Attempt.objects.count() == Event.objects.count() == 2


def test_renewing_lengthens_the_lease(post: Post) -> None:
    post.put("a@a.test")
    (queued,) = take()
    before = QueueItem.objects.get().available_at
    end_leases()
    assert queue.renew([queued], "one") == {queued.message}
    assert QueueItem.objects.get().available_at >= before
    assert take(worker="two") == []


def test_a_place_in_the_queue_without_a_message_is_cleared(post: Post) -> None:
    (message,) = post.put("a@a.test")
    Message.objects.all().delete()
    messages, now = queue.claim(10, "one")
    assert messages == []
    assert now is not None
    assert not QueueItem.objects.filter(message=message.pk).exists()


def test_a_batch_costs_the_same_number_of_queries_as_one(post: Post, django_assert_num_queries: Any) -> None:
    post.put("a@a.test")
    with django_assert_num_queries(4):
        assert len(take()) == 1
    for n in range(5):
        post.put(*[f"{n}-{m}@a.test" for m in range(5)])
    with django_assert_num_queries(4):
        assert len(take(100)) == 25


def test_attachments_come_in_order(post: Post) -> None:
    (message,) = post.put("a@a.test")
    for name in ("b.txt", "a.txt"):
        Attachment.objects.create(
            account=post.account, submission_id=message.submission_id, name=name, content=name.encode()
        )
    (queued,) = take()
    assert queued.submission.has_attachments
    assert queue.attachments({queued.submission.id}) == {
        queued.submission.id: [("b.txt", b"b.txt"), ("a.txt", b"a.txt")]
    }


def test_what_cannot_be_read_is_told_by_its_fault_and_keeps_nobody_from_the_rest(post: Post) -> None:
    """A key that no secret decrypts, and a row with a number that Python does not read."""
    keyless, damaged = Post(), Post()
    post.put("ada@a.test", "bob@a.test")
    keyless.put("keyless@a.test")
    (message,) = damaged.put("damaged@a.test")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE domains_senderdomain SET dkim_private_key = 'AAAA' WHERE id = %s", [keyless.domain.pk])
        unreadable = f'{{"name": {"1" * 5000}}}'
        cursor.execute(
            "UPDATE sending_submission SET variables = %s WHERE id = %s", [unreadable, message.submission_id]
        )
    found = {queued.recipient: queued for queued in take()}
    faults = {recipient: type(queued.submission.fault) for recipient, queued in found.items()}
    none = type(None)
    assert faults == {
        "ada@a.test": none,
        "bob@a.test": none,
        "keyless@a.test": ValueError,
        "damaged@a.test": ValueError,
    }
    for recipient, account in (("keyless@a.test", keyless.account), ("damaged@a.test", damaged.account)):
        submission = found[recipient].submission
        message = Message.objects.get(recipient=recipient)
        assert (submission.account_id, submission.id) == (account.pk, message.submission_id)
        assert submission.accepted_at == time_of(submission.id)


def test_a_database_that_is_away_is_no_fault_of_the_mails(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    post.put("ada@a.test")

    def away(*args: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(submissions, "fetch", away)
    with pytest.raises(OperationalError):
        take()
