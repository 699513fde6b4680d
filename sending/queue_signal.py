"""The queue signal from acceptance to delivery: an idle engine learns of new mail at once instead of polling for it.

The signal is a courtesy. Engines look by themselves every second, and for `AWAKE_SECONDS` after they were busy or
were signalled twenty times a second, so a process needs to notify only once in a while.
"""

from __future__ import annotations

import asyncio
import logging
import time

import psycopg
from django.db import connection

logger = logging.getLogger(__name__)

CHANNEL = "ses_queue"
# The pause between two notifications of one process is shorter than the time the first keeps engines awake.
NOTIFY_EVERY_SECONDS = 1.0
AWAKE_SECONDS = 2.0
AWAY_SECONDS = 1.0


class QueueNotifier:
    """Tells idle engines of new mail, for one process."""

    def __init__(self) -> None:
        self._notified = float("-inf")

    def notify(self) -> None:
        """Wake the idle engines; nothing to do when they were woken a moment ago."""
        now = time.monotonic()
        if now - self._notified < NOTIFY_EVERY_SECONDS:
            return
        with connection.cursor() as cursor:
            # A lost signal costs a second, so it waits for no disk.
            cursor.execute("SELECT set_config('synchronous_commit', 'off', true), pg_notify(%s, '')", [CHANNEL])
        self._notified = now


class QueueListener:
    """One engine's wait for the signal: `signalled` is set whenever there may be new mail."""

    def __init__(self) -> None:
        self.signalled = asyncio.Event()
        # False while the database is away: then the engine polls.
        self.is_listening = False

    async def listen(self) -> None:
        """Listen for ever, over a connection of its own that is opened anew whenever it breaks."""
        while True:
            try:
                await self._listen()
            except Exception as error:
                # Whatever keeps the signal away, the engine polls.
                logger.debug("The queue signal is away (%s).", error)
            self.is_listening = False
            await asyncio.sleep(AWAY_SECONDS)

    async def _listen(self) -> None:
        parameters = connection.get_connection_params()
        for option in ("cursor_factory", "context", "prepare_threshold"):
            parameters.pop(option, None)
        async with await psycopg.AsyncConnection.connect(**parameters, autocommit=True) as listening:
            await listening.execute(f"LISTEN {CHANNEL}")
            self.is_listening = True
            # Signals sent before this were missed.
            self.signalled.set()
            async for _ in listening.notifies():
                self.signalled.set()


notifier = QueueNotifier()
