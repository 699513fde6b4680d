"""Rows on disk before the answer, together where they come together."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

from sending.batch_writer import BatchWriter
from tests.waiting import WAIT_SECONDS


def run(write: object, count: int) -> list[object]:
    """Put `count` rows at once into a writer over `write`; return what each `put` gave."""

    async def put_all() -> list[object]:
        writer: BatchWriter[int] = BatchWriter(write)
        running = asyncio.create_task(writer.run())
        given = await asyncio.gather(*(writer.put(n) for n in range(count)), return_exceptions=True)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return list(given)

    return asyncio.run(put_all())


def test_rows_that_come_together_are_written_together() -> None:
    batches: list[list[int]] = []
    assert run(lambda rows: batches.append(list(rows)), 1_200) == [None] * 1_200
    assert [row for batch in batches for row in batch] == list(range(1_200))
    assert len(batches) <= 4


def test_a_put_returns_only_when_its_row_is_written() -> None:
    async def answered_early() -> bool:
        gate = threading.Event()
        writer: BatchWriter[int] = BatchWriter(lambda rows: gate.wait(WAIT_SECONDS))
        running = asyncio.create_task(writer.run())
        put = asyncio.create_task(writer.put(1))
        done, _ = await asyncio.wait({put}, timeout=0.05)
        gate.set()
        await put
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return bool(done)

    assert not asyncio.run(answered_early())


def test_a_failed_write_fails_its_rows_and_the_next_are_tried_again() -> None:
    class Once:
        failed = False

        def __call__(self, rows: Sequence[int]) -> None:
            if not self.failed:
                self.failed = True
                raise ConnectionError("gone")

    async def twice() -> tuple[object, object]:
        writer: BatchWriter[int] = BatchWriter(Once())
        running = asyncio.create_task(writer.run())
        first = await asyncio.gather(writer.put(1), return_exceptions=True)
        second = await asyncio.gather(writer.put(2), return_exceptions=True)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return first[0], second[0]

    first, second = asyncio.run(twice())
    assert isinstance(first, ConnectionError)
    assert second is None
