"""The report worker: reads reports as they come in, and those an earlier worker left unread."""

from __future__ import annotations

import asyncio
import logging

from django.db import InterfaceError, OperationalError

from sending import holds
from sending.database_thread import DatabaseThread
from sending.inbound import reading
from sending.inbound.parsing import Parser, Stopped
from sending.models import HoldPeriod

logger = logging.getLogger(__name__)

POLL_SECONDS = 5.0


class ReportWorker:
    """Reads reports one after the other in a thread of its own, woken at each arrival."""

    def __init__(self, parser: Parser | None = None) -> None:
        self._arrived = asyncio.Event()
        self._parser = parser or reading.parser()

    def wake(self) -> None:
        """Say that a report was stored."""
        self._arrived.set()

    async def run(self) -> None:
        """Read for ever; the report in hand when cancelled is read again by the next reader."""
        thread = DatabaseThread("reader")
        try:
            while True:
                self._arrived.clear()
                try:
                    while await thread.run(self.read_batch):
                        pass
                except (OperationalError, InterfaceError) as error:
                    logger.warning("reports wait, the database is away: %s", error)
                try:
                    await asyncio.wait_for(self._arrived.wait(), POLL_SECONDS)
                except TimeoutError:
                    continue
        finally:
            self._parser.stop()
            thread.close(last=self._parser.close)

    def read_batch(self) -> int:
        """Read the reports that wait, a batch at most, and return how many there were; none while that is on hold."""
        if holds.is_on_hold(HoldPeriod.Kind.REPORTS):
            return 0
        reports = reading.unread()
        for report in reports:
            self._read(report)
        return len(reports)

    def _read(self, report: int) -> None:
        try:
            kind = reading.read(report, self._parser)
        except (OperationalError, InterfaceError, Stopped):
            raise
        except Exception as error:
            # Whatever a stranger's mail can raise is about that mail alone.
            logger.exception("report %d is set aside, its raw mail is kept", report)
            reading.set_aside(report, error)
        else:
            if kind:
                logger.info("report %d read: %s", report, kind)
