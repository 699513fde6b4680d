"""Rows on disk before the 250: mails that come in together are written together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from sending.database_thread import DatabaseThread

logger = logging.getLogger(__name__)

T = TypeVar("T")
MAX_BATCH = 500


class BatchWriter(Generic[T]):
    """Writes what is put into it in batches; a batch is whatever came while the one before was written."""

    def __init__(self, write: Callable[[Sequence[T]], None]) -> None:
        self._write = write
        self._waiting: asyncio.Queue[tuple[T, asyncio.Future[None]]] = asyncio.Queue()
        self._thread = DatabaseThread("batch")

    async def put(self, row: T) -> None:
        """Return once `row` is committed; raise what the database raised otherwise."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((row, done))
        await done

    async def run(self) -> None:
        """Write for ever; when cancelled, what was put is not promised and its senders were not answered."""
        try:
            while True:
                batch = [await self._waiting.get()]
                while len(batch) < MAX_BATCH and not self._waiting.empty():
                    batch.append(self._waiting.get_nowait())
                failure: Exception | None = None
                try:
                    await self._thread.run(self._write, [row for row, _ in batch])
                except Exception as error:
                    logger.warning("%d mails not stored, their senders will try again: %s", len(batch), error)
                    failure = error
                for _, done in batch:
                    if not done.cancelled():
                        done.set_exception(failure) if failure else done.set_result(None)
        finally:
            self._thread.close()
