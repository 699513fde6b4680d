"""What a process holds: nothing waits for ever, and what cannot be written now is written later."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest
from django.db import DataError, Error, OperationalError, connection

from sending.delivery import queue
from sending.delivery import threads as threads_module
from sending.delivery.in_flight import InFlight
from sending.delivery.queue import Settlement
from sending.delivery.queued import QueuedMessage
from sending.delivery.results import settlement_of
from sending.smtp.result import SmtpResult
from tests.sending.delivery.test_pipeline import NOW, queued
from tests.waiting import WAIT_SECONDS

# Longer than any test takes: `FailingThreads` renews nothing.
LEASE = 3600.0
DONE = SmtpResult(code=250, text="250 ok", stage="body")


class FailingThreads:
    """Writes nothing; fails as told, then keeps what was to be written."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.settled: list[Settlement] = []

    async def write(self, act: Callable[..., Any], *args: Any) -> Any:
        if act is queue.renew:
            return set()
        if self.failures:
            raise self.failures.pop(0)
        self.settled += args[0]
        return set()


def run(threads: FailingThreads, act: Callable[[InFlight], Awaitable[None]], lease: float = LEASE) -> InFlight:
    async def main() -> InFlight:
        in_flight = InFlight(threads, worker="me", lease=lease)
        loops = [asyncio.create_task(in_flight.settle_loop()), asyncio.create_task(in_flight.renew_loop())]
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await act(in_flight)
        finally:
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
        return in_flight

    return asyncio.run(main())


def settlement(queued: QueuedMessage) -> Settlement:
    return settlement_of(queued, DONE, began=NOW, seconds=0)


def test_a_settled_message_is_forgotten_and_its_connection_goes_on() -> None:
    async def act(in_flight: InFlight) -> None:
        message = queued()
        in_flight.hold([message], time.monotonic())
        assert in_flight.is_held(message)
        await in_flight.add_awaited(settlement(message))

    threads = FailingThreads()
    assert len(run(threads, act)) == 0
    assert len(threads.settled) == 1


def test_a_message_lost_while_it_is_sent_keeps_no_connection_waiting() -> None:
    async def act(in_flight: InFlight) -> None:
        message = queued()
        in_flight.hold([message], time.monotonic())
        in_flight.forget([message])
        await in_flight.add_awaited(settlement(message))

    run(FailingThreads(), act)


def test_an_ended_lease_is_noticed_before_sending() -> None:
    async def act(in_flight: InFlight) -> None:
        message = queued()
        in_flight.hold([message], time.monotonic() - LEASE - 1)
        assert not in_flight.is_held(message)

    assert len(run(FailingThreads(), act)) == 0


def test_a_lease_that_cannot_be_renewed_is_forgotten() -> None:
    async def act(in_flight: InFlight) -> None:
        in_flight.hold([queued()], time.monotonic())
        while len(in_flight):
            await asyncio.sleep(0.01)

    run(FailingThreads(), act, lease=0.1)


def test_settlements_wait_for_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads_module, "AWAY_SECONDS", 0.01)

    async def act(in_flight: InFlight) -> None:
        message = queued()
        in_flight.hold([message], time.monotonic())
        await in_flight.add_awaited(settlement(message))

    threads = FailingThreads(OperationalError("gone"), OperationalError("still gone"))
    run(threads, act)
    assert len(threads.settled) == 1


def test_a_settlement_whose_texts_cannot_be_stored_is_written_without_them() -> None:
    async def act(in_flight: InFlight) -> None:
        message = queued()
        in_flight.hold([message], time.monotonic())
        await in_flight.add_awaited(settlement(message))

    threads = FailingThreads(DataError("batch"), DataError("single"))
    run(threads, act)
    (written,) = threads.settled
    assert written.attempt is not None
    assert written.attempt.reply == ""
    assert written.event is not None


@pytest.mark.parametrize("state", ["25006", "25P03", "40P01", "53100", "53300", "57014", "57P01", "57P03", "XX000"])
def test_a_fault_that_passes_costs_a_settlement_nothing_of_its_texts(
    state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads_module, "AWAY_SECONDS", 0.01)

    def passing() -> Exception:
        with pytest.raises(Error) as caught, connection.wrap_database_errors:
            raise psycopg.errors.lookup(state)("as the server said")
        return caught.value

    async def act(in_flight: InFlight) -> None:
        message = queued()
        in_flight.hold([message], time.monotonic())
        await in_flight.add_awaited(settlement(message))

    threads = FailingThreads(*[passing() for _ in range(3)])
    run(threads, act)
    (written,) = threads.settled
    assert written.attempt is not None


@pytest.mark.parametrize("error", [MemoryError(), OSError(12, "no memory"), RuntimeError("can't start new thread")])
def test_a_fault_of_memory_or_threads_ends_no_loop(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads_module, "AWAY_SECONDS", 0.01)

    async def act(in_flight: InFlight) -> None:
        message = queued()
        in_flight.hold([message], time.monotonic())
        await in_flight.add_awaited(settlement(message))

    threads = FailingThreads(error, error)
    run(threads, act)
    assert len(threads.settled) == 1


def test_a_settlement_that_can_never_be_written_holds_up_no_other_and_stays_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sending.delivery.in_flight.AWAY_SECONDS", 0.01)
    poison, good = queued(message=1), queued(message=2)

    class Threads(FailingThreads):
        async def write(self, act: Callable[..., Any], *args: Any) -> Any:
            if act is queue.settle and any(settlement.queued is poison for settlement in args[0]):
                raise DataError("never")
            return await super().write(act, *args)

    async def act(in_flight: InFlight) -> None:
        in_flight.hold([poison, good], time.monotonic())
        in_flight.add(settlement(poison))
        await in_flight.add_awaited(settlement(good))
        assert in_flight.is_held(poison)

    threads = Threads()
    assert len(run(threads, act)) == 1
    assert [settlement.queued for settlement in threads.settled] == [good]
