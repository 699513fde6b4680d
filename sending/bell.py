"""The bell between acceptance and delivery: an idle engine hears of new mail at once instead of asking for it.

Ringing is a courtesy. Engines look by themselves every second, and for `AWAKE_SECONDS` after they were busy or
heard the bell twenty times a second, so a process needs to ring only once in a while.
"""

from __future__ import annotations

import asyncio
import logging
import time

import psycopg
from django.db import connection

log = logging.getLogger("ses.delivery")

CHANNEL = "ses_queue"
# The pause between two rings of one process is shorter than the time the first keeps engines awake.
RING_EVERY_SECONDS = 1.0
AWAKE_SECONDS = 2.0
AWAY_SECONDS = 1.0


class Ringer:
    """One process's hand at the bell."""

    def __init__(self) -> None:
        self._rang = float("-inf")

    def ring(self) -> None:
        """Wake the idle engines; nothing to do when they were woken a moment ago."""
        now = time.monotonic()
        if now - self._rang < RING_EVERY_SECONDS:
            return
        with connection.cursor() as cursor:
            # A lost ring costs a second, so it waits for no disk.
            cursor.execute("SELECT set_config('synchronous_commit', 'off', true), pg_notify(%s, '')", [CHANNEL])
        self._rang = now


class Bell:
    """An engine's ear: `rung` is set whenever there may be new mail."""

    def __init__(self) -> None:
        self.rung = asyncio.Event()
        # False while the database is away: then somebody has to look.
        self.hears = False

    async def listen(self) -> None:
        """Listen for ever, over a connection of its own that is opened anew whenever it breaks."""
        while True:
            try:
                await self._listen()
            except psycopg.Error as error:
                log.debug("The bell is not heard (%s).", error)
            self.hears = False
            await asyncio.sleep(AWAY_SECONDS)

    async def _listen(self) -> None:
        parameters = connection.get_connection_params()
        for ours in ("cursor_factory", "context", "prepare_threshold"):
            parameters.pop(ours, None)
        async with await psycopg.AsyncConnection.connect(**parameters, autocommit=True) as ear:
            await ear.execute(f"LISTEN {CHANNEL}")
            self.hears = True
            # Whoever rang before is not heard any more.
            self.rung.set()
            async for _ in ear.notifies():
                self.rung.set()


ringer = Ringer()
