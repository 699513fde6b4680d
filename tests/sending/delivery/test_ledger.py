"""What a process holds: nothing waits for ever, and what cannot be written now is written later."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.db import DataError, OperationalError

from sending.delivery import hands as hands_module
from sending.delivery import queue
from sending.delivery.handover import Handover
from sending.delivery.ledger import Ledger
from sending.delivery.queue import Result
from sending.delivery.results import judged
from tests.sending.delivery.test_pipeline import NOW, work

DONE = Handover(code=250, text="250 ok", stage="body")


class Hands:
    """Writes nothing; fails as told, then keeps what was to be written."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.settled: list[Result] = []

    async def write(self, act: Callable[..., Any], *args: Any) -> Any:
        if act is queue.renew:
            return set()
        if self.failures:
            raise self.failures.pop(0)
        self.settled += args[0]
        return set()


def run(hands: Hands, act: Callable[[Ledger], Awaitable[None]], lease: float = 60) -> Ledger:
    async def main() -> Ledger:
        ledger = Ledger(hands, worker="me", lease=lease)  # type: ignore[arg-type]
        loops = [asyncio.create_task(ledger.settle_loop()), asyncio.create_task(ledger.renew_loop())]
        try:
            async with asyncio.timeout(5):
                await act(ledger)
        finally:
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
        return ledger

    return asyncio.run(main())


def result(one: Any) -> Result:
    return judged(one, DONE, began=NOW, seconds=0)


def test_settled_work_is_let_go_and_who_waits_for_it_goes_on() -> None:
    async def act(ledger: Ledger) -> None:
        one = work()
        ledger.hold([one], time.monotonic())
        assert ledger.is_held(one)
        await ledger.add_awaited(result(one))

    hands = Hands()
    assert len(run(hands, act)) == 0
    assert len(hands.settled) == 1


def test_work_that_was_lost_while_on_the_wire_keeps_no_connection_waiting() -> None:
    async def act(ledger: Ledger) -> None:
        one = work()
        ledger.hold([one], time.monotonic())
        ledger.forget([one])
        await ledger.add_awaited(result(one))

    run(Hands(), act)


def test_an_ended_lease_is_noticed_before_sending() -> None:
    async def act(ledger: Ledger) -> None:
        one = work()
        ledger.hold([one], time.monotonic() - 61)
        assert not ledger.is_held(one)

    assert len(run(Hands(), act)) == 0


def test_a_lease_that_cannot_be_renewed_is_forgotten() -> None:
    async def act(ledger: Ledger) -> None:
        ledger.hold([work()], time.monotonic())
        while len(ledger):
            await asyncio.sleep(0.01)

    run(Hands(), act, lease=0.1)


def test_results_wait_for_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands_module, "AWAY_SECONDS", 0.01)

    async def act(ledger: Ledger) -> None:
        one = work()
        ledger.hold([one], time.monotonic())
        await ledger.add_awaited(result(one))

    hands = Hands(OperationalError("gone"), OperationalError("still gone"))
    run(hands, act)
    assert len(hands.settled) == 1


def test_a_result_whose_words_cannot_be_stored_is_written_without_them() -> None:
    async def act(ledger: Ledger) -> None:
        one = work()
        ledger.hold([one], time.monotonic())
        await ledger.add_awaited(result(one))

    hands = Hands(DataError("batch"), DataError("single"))
    run(hands, act)
    (written,) = hands.settled
    assert written.attempt is None
    assert written.happening is not None
