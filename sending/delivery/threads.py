"""The engine's threads: for the database and for rendering, so that the loop never waits."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import Error as DatabaseError
from django.db import connection, connections

log = logging.getLogger("ses.delivery")
Given = TypeVar("Given")

RENDERERS = 2
AWAY_SECONDS = 1.0


class EngineThreads:
    """One thread takes from the database, one writes to it, two render and sign."""

    def __init__(self) -> None:
        self._taker = ThreadPoolExecutor(1, "take")
        self._writer = ThreadPoolExecutor(1, "write")
        self._renderers = ThreadPoolExecutor(RENDERERS, "render")

    async def take(self, act: Callable[..., Given], *args: object) -> Given:
        """Run a read or a claim; raise django.db.Error."""
        return await asyncio.get_running_loop().run_in_executor(self._taker, _in_database, act, args)

    async def write(self, act: Callable[..., Given], *args: object) -> Given:
        """Run a write; raise django.db.Error."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, _in_database, act, args)

    async def render(self, act: Callable[..., Given], *args: object) -> Given:
        """Run work that needs no database."""
        return await asyncio.get_running_loop().run_in_executor(self._renderers, act, *args)

    async def close(self) -> None:
        """Close the threads' connections and end them."""
        for pool in (self._taker, self._writer):
            await asyncio.get_running_loop().run_in_executor(pool, connections.close_all)
        for pool in (self._taker, self._writer, self._renderers):
            pool.shutdown()


async def database_away(error: BaseException) -> None:
    """Say that the database does not answer, and wait a moment before the next try."""
    log.warning("The database does not answer (%s); trying again.", str(error).strip().partition("\n")[0])
    await asyncio.sleep(AWAY_SECONDS)


def _in_database(act: Callable[..., Given], args: Sequence[object]) -> Given:
    try:
        # COPY goes past Django, and so do its errors.
        with connection.wrap_database_errors:
            return act(*args)
    except DatabaseError:
        # The next act begins with a new connection: this one may be broken.
        connections.close_all()
        raise
