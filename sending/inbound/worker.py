"""The report worker: reads reports as they come in, and those an earlier worker left unread.

Only a fault of the mail itself sets a report aside. Anything else lets it wait for its next try, and the ones behind
it are read; when even that cannot be written, or no parser works, the worker pauses, ever longer, and goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time

from django.conf import settings

from accounts.database_faults import is_fault_of_row_alone
from sending import holds, report_queue
from sending.database_thread import DatabaseThread
from sending.inbound import reading
from sending.inbound.parsing import Parser, ParserEnded, ParserKilled, ParserUnavailable, Stopped
from sending.models import HoldPeriod

logger = logging.getLogger(__name__)

POLL_SECONDS = 5.0


class ReportWorker:
    """Reads reports one after the other in a thread of its own, woken at each arrival."""

    def __init__(self, parser: Parser | None = None) -> None:
        self._arrived = asyncio.Event()
        self._parser = parser or reading.parser()
        # Failures in a row, and when (monotonic) the first of them was.
        self._failures = 0
        self._failing_since = 0.0

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
                        self._failures = 0
                    self._failures = 0
                except Exception as error:
                    await asyncio.sleep(self._pause_after(error))
                    continue
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._arrived.wait(), POLL_SECONDS)
        finally:
            self._parser.stop()
            thread.close(last=self._parser.close)

    def read_batch(self) -> int:
        """Read the reports that are due, a batch at most, and return how many there were; none while that is on hold.

        Raises when nothing can be read now: ParserUnavailable, or an error of a database that is away or read-only.
        """
        if holds.is_on_hold(HoldPeriod.Kind.REPORTS):
            return 0
        reports = report_queue.due()
        for report in reports:
            self._read(report)
        return len(reports)

    def _read(self, report: int) -> None:
        try:
            kind = reading.read(report, self._parser)
        except (ParserUnavailable, Stopped):
            raise
        except ParserEnded as error:
            # Its own fault only when a parser reads other mails.
            self._parser.check()
            if isinstance(error, ParserKilled):
                report_queue.postpone(report, error)
            else:
                report_queue.parser_ended(report, error)
        except Exception as error:
            if is_fault_of_row_alone(error):
                logger.exception("report %d cannot be recorded", report)
                report_queue.set_aside(report, f"Not recorded: {type(error).__name__}")
            else:
                report_queue.postpone(report, error)
        else:
            if kind:
                logger.info("report %d read: %s", report, kind)

    def _pause_after(self, error: Exception) -> float:
        """Log that nothing can be read, loudly once that lasts, and return the seconds until the next try."""
        if not self._failures:
            self._failing_since = time.monotonic()
        self._failures += 1
        pause = report_queue.pause_seconds(self._failures)
        lasts = time.monotonic() - self._failing_since
        level = logging.ERROR if lasts >= settings.RULES.inbound_late_seconds else logging.WARNING
        logger.log(level, "reports have not been read for %d s, trying again in %g s: %r", lasts, pause, error)
        return pause
