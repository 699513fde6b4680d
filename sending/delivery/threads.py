"""The engine's threads: for the database and for rendering, so that the event loop is never blocked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sending.database_thread import DatabaseThread

logger = logging.getLogger(__name__)
Returned = TypeVar("Returned")

RENDERERS = 2
AWAY_SECONDS = 1.0


class EngineThreads:
    """One thread takes from the database, one writes to it, two render and sign."""

    def __init__(self) -> None:
        self._taker = DatabaseThread("take")
        self._writer = DatabaseThread("write")
        self._renderers = ThreadPoolExecutor(RENDERERS, "render")

    async def take(self, act: Callable[..., Returned], *args: object) -> Returned:
        """Run a read or a claim; raise django.db.Error."""
        return await self._taker.run(act, *args)

    async def write(self, act: Callable[..., Returned], *args: object) -> Returned:
        """Run a write; raise django.db.Error."""
        return await self._writer.run(act, *args)

    async def render(self, act: Callable[..., Returned], *args: object) -> Returned:
        """Run work that needs no database."""
        return await asyncio.get_running_loop().run_in_executor(self._renderers, act, *args)

    def close(self) -> None:
        """Close the threads' connections and end them."""
        self._taker.close()
        self._writer.close()
        self._renderers.shutdown()


async def database_away(error: BaseException) -> None:
    """Say what keeps the database from being asked, and wait a moment; what is tried again is lost to nobody."""
    logger.warning(
        "The database does not answer (%s); trying again.", str(error).strip().partition("\n")[0] or repr(error)
    )
    await asyncio.sleep(AWAY_SECONDS)
