"""Only a fault of the mail sets a report aside; whatever else fails, it is read later and those behind it now."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from sending import events, report_queue
from sending.inbound import reading
from sending.inbound.parsing import Parser, ParserEnded, ParserKilled, ParserUnavailable
from sending.inbound.report import Report, ReportKind
from sending.inbound.worker import ReportWorker
from sending.models import Event, EventKind, InboundReport, Message
from tests import factories
from tests.sending.inbound import mails
from tests.sending.inbound.database import read_only

PASSING = [
    psycopg.errors.ReadOnlySqlTransaction("25006"),
    psycopg.errors.IdleInTransactionSessionTimeout("25P03"),
    psycopg.errors.DiskFull("53100"),
    psycopg.errors.TooManyConnections("53300"),
    psycopg.errors.AdminShutdown("57P01"),
    psycopg.errors.DeadlockDetected("40P01"),
    psycopg.errors.QueryCanceled("57014"),
    psycopg.errors.InternalError_("XX000"),
    # The account was deleted, or another reader was first, at that very moment.
    psycopg.errors.ForeignKeyViolation("23503"),
    psycopg.errors.UniqueViolation("23505"),
    # A sequence at its end; a database that must be vacuumed before it takes writes.
    psycopg.errors.SequenceGeneratorLimitExceeded("2200H"),
    psycopg.errors.ProgramLimitExceeded("54000"),
    psycopg.OperationalError("connection refused"),
    psycopg.InterfaceError("the connection is closed"),
    OSError(28, "No space left on device"),
    MemoryError(),
    EOFError(),
    KeyError("a bug of ours"),
]
FINAL = [psycopg.errors.StringDataRightTruncation("22001"), psycopg.errors.CheckViolation("23514")]


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    made = reading.parser()
    yield made
    made.close()


@pytest.fixture
def message(db: None) -> Message:
    return factories.message(factories.account(), recipient="ann@example.net")


def stored(raw: bytes, message: Message) -> int:
    row = InboundReport.objects.create(message=message.pk, kind=InboundReport.Kind.UNKNOWN, raw=raw)
    row.refresh_from_db()
    return row.pk


def state(report: int) -> str:
    return InboundReport.objects.get(pk=report).state


def make_due() -> None:
    InboundReport.objects.filter(state="waiting").update(due_at=timezone.now())


def failing(error: Exception) -> Callable[..., Any]:
    """Return a wrapper of statements that fails each write of an event."""

    def fail(execute: Any, sql: str, params: Any, *others: Any) -> Any:
        if "INSERT INTO" in sql and "sending_event" in sql:
            with connection.wrap_database_errors:
                raise error
        return execute(sql, params, *others)

    return fail


@pytest.mark.parametrize("error", PASSING, ids=repr)
def test_a_fault_that_is_not_the_mails_leaves_the_report_waiting(
    error: Exception, message: Message, parser: Parser
) -> None:
    bounce, letter = stored(mails.dsn(), message), stored(mails.LETTER, message)
    with connection.execute_wrapper(failing(error)):
        assert ReportWorker(parser).read_batch() == 2
    assert state(bounce) == "waiting"
    # Those behind it were read, and it does not come up again at once.
    assert state(letter) == "read"
    assert report_queue.due() == []
    make_due()
    ReportWorker(parser).read_batch()
    assert state(bounce) == "read"
    assert Event.objects.filter(message=message.pk, kind=EventKind.BOUNCE).count() == 1


@pytest.mark.parametrize("error", FINAL, ids=repr)
def test_a_fault_of_the_mail_sets_it_aside(error: Exception, message: Message, parser: Parser) -> None:
    bounce = stored(mails.dsn(), message)
    with connection.execute_wrapper(failing(error)):
        ReportWorker(parser).read_batch()
    row = InboundReport.objects.get(pk=bounce)
    assert (row.state, row.kind) == ("aside", "unknown")
    assert row.summary.startswith("Not recorded: ")
    assert bytes(row.raw) == mails.dsn()


class Scripted(Parser):
    """A parser that ends over mails that say "poison", and works or not, as `works` says."""

    def __init__(self) -> None:
        self.works = True

    def parse(self, raw: bytes, sent: str = "") -> Report:
        if not self.works:
            raise ParserUnavailable("no memory for a process")
        if b"poison" in raw:
            raise ParserEnded("the parser ended (exit code -11)")
        if b"memory" in raw:
            raise ParserKilled("the parser ended (exit code -9)")
        return Report(kind=ReportKind.BOUNCE, status="5.1.1", diagnostic="no such user")

    def stop(self) -> None:
        """Nothing runs."""

    def close(self) -> None:
        """Nothing runs."""


def test_without_a_parser_nothing_is_judged_and_the_worker_waits(message: Message) -> None:
    report, parser = stored(mails.dsn(), message), Scripted()
    parser.works = False
    with pytest.raises(ParserUnavailable):
        ReportWorker(parser).read_batch()
    row = InboundReport.objects.get(pk=report)
    assert (row.state, row.attempts) == ("waiting", 0)
    parser.works = True
    ReportWorker(parser).read_batch()
    assert state(report) == "read"


def test_a_parser_that_ends_is_the_mails_fault_only_after_many_times_while_it_reads_others(message: Message) -> None:
    poison, others, parser = stored(b"poison", message), 0, Scripted()
    for _ in range(report_queue.MAX_PARSER_ENDS):
        assert state(poison) == "waiting"
        good = stored(mails.dsn(), message)
        make_due()
        ReportWorker(parser).read_batch()
        others += state(good) == "read"
    assert others == report_queue.MAX_PARSER_ENDS
    assert state(poison) == "aside"


def test_a_parser_that_is_killed_over_a_mail_however_often_never_sets_it_aside(message: Message) -> None:
    large, parser = stored(b"memory", message), Scripted()
    for _ in range(2 * report_queue.MAX_PARSER_ENDS):
        make_due()
        ReportWorker(parser).read_batch()
    assert state(large) == "waiting"
    row = InboundReport.objects.get(pk=large)
    assert (row.attempts, row.parser_ends) == (2 * report_queue.MAX_PARSER_ENDS, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("raw", [b"poison", b"memory", mails.dsn()])
def test_what_cannot_even_be_written_down_makes_the_worker_wait(raw: bytes) -> None:
    report = stored(raw, factories.message(factories.account(), recipient="ann@example.net"))
    with read_only(), pytest.raises(DatabaseError):
        ReportWorker(Scripted()).read_batch()
    connection.close()
    row = InboundReport.objects.get(pk=report)
    assert (row.state, row.attempts, row.parser_ends) == ("waiting", 0, 0)


def test_a_parser_that_ends_over_every_mail_is_no_mails_fault(message: Message) -> None:
    class Broken(Scripted):
        def parse(self, raw: bytes, sent: str = "") -> Report:
            raise ParserEnded("the parser ended (exit code -9)")

    report = stored(mails.dsn(), message)
    for _ in range(2 * report_queue.MAX_PARSER_ENDS):
        with pytest.raises(ParserUnavailable):
            ReportWorker(Broken()).read_batch()
    assert state(report) == "waiting"


def test_a_report_that_hangs_the_real_parser_is_read_after_the_machine_wakes(message: Message) -> None:
    parser = reading.parser()
    try:
        parser.check()
        assert parser.process
        assert parser.process.pid
        parser.wall_seconds = 0.2
        os.kill(parser.process.pid, signal.SIGSTOP)
        report = stored(mails.dsn(), message)
        parser_check, parser.check = parser.check, lambda: None  # type: ignore[method-assign]
        ReportWorker(parser).read_batch()
        parser.check = parser_check  # type: ignore[method-assign]
        assert state(report) == "waiting"
        parser.wall_seconds = 600
        make_due()
        ReportWorker(parser).read_batch()
        assert state(report) == "read"
    finally:
        parser.close()


def reading_until(condition: Callable[[], bool], worker: ReportWorker, during: Callable[[], None]) -> None:
    """Run a worker in a loop of its own, call `during` in the meantime, and return once `condition` holds."""

    async def run() -> None:
        running = asyncio.create_task(worker.run())
        await asyncio.to_thread(during)
        end = time.monotonic() + 120
        while not await asyncio.to_thread(condition):
            assert not running.done(), running
            assert time.monotonic() < end, "it never came"
            worker.wake()
            await asyncio.sleep(0.05)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(run())


@pytest.mark.django_db(transaction=True)
def test_a_read_only_database_ends_no_worker_and_loses_no_report(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_queue, "pause_seconds", lambda attempts: 0.2)
    message = factories.message(factories.account(), recipient="ann@example.net")
    events.record([events.NewEvent(kind=EventKind.DELIVERED, message=message.pk)])
    report = stored(mails.dsn(), message)

    def until_it_has_met_it() -> None:
        end = time.monotonic() + 60
        while caplog.text.count("reports have not been read") < 2:
            assert time.monotonic() < end
            time.sleep(0.05)
        failed_over.close()
        connection.close()

    def is_read() -> bool:
        try:
            return state(report) == "read"
        finally:
            connection.close()

    with contextlib.ExitStack() as failed_over:
        failed_over.enter_context(read_only())
        reading_until(is_read, ReportWorker(Scripted()), until_it_has_met_it)
    # The failover ended this thread's own as well.
    connection.close()
    assert Event.objects.filter(message=message.pk, kind=EventKind.BOUNCE).count() == 1


def test_the_pause_of_a_worker_grows_and_is_loud_after_an_hour(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, error = ReportWorker(Scripted()), ParserUnavailable("no memory")
    pauses = [worker._pause_after(error) for _ in range(12)]
    assert pauses[:4] == [1, 2, 4, 8]
    assert pauses[-1] == 300
    assert {record.levelname for record in caplog.records} == {"WARNING"}
    an_hour_on = time.monotonic() + 3601
    monkeypatch.setattr("sending.inbound.worker.time.monotonic", lambda: an_hour_on)
    worker._pause_after(error)
    assert caplog.records[-1].levelname == "ERROR"
