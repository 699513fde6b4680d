"""What a delivery process knows of the hold: it looks each second, and before the first claim."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from django.db import Error as DatabaseError

from sending import holds
from sending.database_thread import DatabaseThread
from sending.delivery.threads import database_away
from sending.last_run import LastRun
from sending.models import HoldPeriod

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0


class HoldWatch:
    """Whether delivery is on hold; a claim asks the database itself, this is for what was claimed before."""

    def __init__(self, last_run: LastRun) -> None:
        self._last_run = last_run
        self._thread = DatabaseThread("hold")
        self.is_on_hold = False
        # False until the database was looked at, and again after it was away: it may be another when it is back.
        self.is_known = False

    async def look(self) -> None:
        """Compare the database with the last run, and learn whether delivery is on hold; raise django.db.Error."""
        await self._thread.run(self._last_run.look)
        is_on_hold = await self._thread.run(holds.is_on_hold, HoldPeriod.Kind.DELIVERY)
        if is_on_hold != self.is_on_hold:
            logger.warning("Delivery is on hold." if is_on_hold else "Delivery was released from hold.")
        self.is_on_hold, self.is_known = is_on_hold, True

    async def run(self, on_hold: Callable[[], None]) -> None:
        """Look each second, for ever; while delivery is on hold call `on_hold` after each look."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except Exception as error:
                self.is_known = False
                await database_away(error)
                continue
            if self.is_on_hold:
                on_hold()

    async def close(self) -> None:
        """Mark the end of the run, and end the thread."""
        try:
            await self._thread.run(self._last_run.look)
        except DatabaseError as error:
            logger.warning("The end of this run is not marked (%s).", error)
        self._thread.close()
