"""Rows on disk before the 250: mails that come in together are written together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

from django.db.models import Model

from accounts.database_faults import is_fault_of_row
from sending.database_thread import DatabaseThread

logger = logging.getLogger(__name__)

T = TypeVar("T")
MAX_BATCH = 500
# A batch that has so many bytes is written without waiting for more.
MAX_BATCH_BYTES = 8 * 1024 * 1024
# Of mails in one statement, which takes several times that in memory.
MAX_STATEMENT_BYTES = 1024 * 1024


class BatchWriter(Generic[T]):
    """Writes what is put into it in batches; a batch is whatever came while the one before was written."""

    def __init__(self, write: Callable[[Sequence[T]], None], *, size: Callable[[T], int] = lambda row: 0) -> None:
        """`size` says how many bytes a row has."""
        self._write = write
        self._size = size
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
                size = self._size(batch[0][0])
                while len(batch) < MAX_BATCH and size < MAX_BATCH_BYTES and not self._waiting.empty():
                    batch.append(self._waiting.get_nowait())
                    size += self._size(batch[-1][0])
                failure = await self._written([row for row, _ in batch])
                if failure and len(batch) > 1 and is_fault_of_row(failure):
                    # One row's fault is not the others'.
                    for row, done in batch:
                        _finish(done, await self._written([row]))
                    continue
                for _, done in batch:
                    _finish(done, failure)
        finally:
            self._thread.close()

    async def _written(self, rows: Sequence[T]) -> Exception | None:
        try:
            await self._thread.run(self._write, rows)
        except Exception as error:
            logger.warning("%d mails not stored, their senders will try again: %s", len(rows), error)
            return error
        return None


def insert_with_raw(rows: Iterable[Model]) -> None:
    """Insert rows of one model that hold a mail in `raw`; few mails are in memory at a time when they are large."""
    together: list[Model] = []
    size = 0
    for row in rows:
        together.append(row)
        size += len(row.raw)  # type: ignore[attr-defined]
        if size >= MAX_STATEMENT_BYTES:
            type(row)._default_manager.bulk_create(together)
            together, size = [], 0
    if together:
        type(together[0])._default_manager.bulk_create(together)


def _finish(done: asyncio.Future[None], failure: Exception | None) -> None:
    if not done.cancelled():
        done.set_exception(failure) if failure else done.set_result(None)
