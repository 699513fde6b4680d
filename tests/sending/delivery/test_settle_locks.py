"""A process that is stopped while it settles: PostgreSQL ends its transaction, and another has its mails.

It can be stopped before each statement. idle_in_transaction_session_timeout ends such a session; it would not end one
that stands in the midst of a COPY, which is why none may hold these locks.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, connections

from sending.delivery import queue
from sending.delivery.results import settlement_of
from sending.models import Attempt, Event, QueueItem
from sending.smtp.result import SmtpResult
from tests.sending.delivery.post import Post
from tests.sending.delivery.test_pipeline import NOW
from tests.waiting import WAIT_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)

WORKER = "stopped"


class StoppedBefore:
    """Stops before statement number `number` of a transaction until `wake` is set."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.statements: list[str] = []
        self.stopped, self.wake = threading.Event(), threading.Event()

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if len(self.statements) == self.number:
            # Only from here on: a slow machine may pause as long between any two statements.
            execute("SET idle_in_transaction_session_timeout = 100", None, False, context)
            self.stopped.set()
            assert self.wake.wait(WAIT_SECONDS)
        self.statements.append(sql.strip())
        return execute(sql, params, many, context)


def settle(post: Post, held: StoppedBefore, failures: list[Exception]) -> None:
    """Claim what waits and settle it as delivered, in a thread of its own with a connection of its own."""
    try:
        messages, _ = queue.claim(10, WORKER)
        done = SmtpResult(code=250, text="250 ok", stage="body")
        results = [settlement_of(queued, done, began=NOW, seconds=0) for queued in messages]
        with connection.execute_wrapper(held):
            queue.settle(results, WORKER)
    except DatabaseError as error:
        failures.append(error)
    finally:
        connections.close_all()


def run(post: Post, number: int, meanwhile: Callable[[], None]) -> tuple[StoppedBefore, list[Exception]]:
    held, failures = StoppedBefore(number), []
    thread = threading.Thread(target=settle, args=(post, held, failures))
    thread.start()
    try:
        if number >= 0:
            assert held.stopped.wait(WAIT_SECONDS)
            meanwhile()
    finally:
        held.wake.set()
        thread.join(WAIT_SECONDS)
    return held, failures


def lock_every_row() -> None:
    """Lock what the stopped one holds; that waits until its session has ended."""
    with closing(psycopg.connect(**connection.get_connection_params() | {"context": None})) as other:
        other.execute(f"SET lock_timeout = '{WAIT_SECONDS}s'")
        other.execute("SELECT FROM sending_queueitem FOR UPDATE")
        other.execute("SELECT FROM sending_message FOR UPDATE")
        other.rollback()


def statements() -> list[str]:
    """Return what one settlement executes."""
    post = Post()
    post.put("ada@a.test")
    held, failures = run(post, -1, lambda: None)
    assert not failures
    QueueItem.objects.all().delete()
    return held.statements


def test_attempts_and_events_are_written_by_statements_not_by_copy() -> None:
    texts = statements()
    for table in ("sending_attempt", "sending_event"):
        assert any(text.startswith(f'INSERT INTO "{table}"') for text in texts)


@pytest.mark.parametrize("number", range(1, 7))
def test_a_process_stopped_before_any_statement_gives_its_mails_back(number: int) -> None:
    assert number < len(statements())
    Attempt.objects.all().delete()
    Event.objects.all().delete()
    post = Post()
    post.put("ada@a.test")
    _, failures = run(post, number, lock_every_row)
    assert len(failures) == 1
    assert QueueItem.objects.count() == 1
    assert not Attempt.objects.exists()
    assert not Event.objects.exists()
