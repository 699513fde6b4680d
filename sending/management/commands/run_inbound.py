"""The report port and its reader."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from sending.batch_writer import BatchWriter
from sending.inbound import server
from sending.inbound.worker import ReportWorker
from sending.smtp.server import listen
from sending.smtp.serving import serve

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Take bounce and spam reports over SMTP and record what they say."

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until SIGTERM or Ctrl-C."""
        asyncio.run(_run())


async def _run() -> None:
    writer = BatchWriter(server.write, size=lambda report: report.size)
    worker = ReportWorker()
    port = await listen(server.report_port(writer, worker.wake), settings.BIND_HOST, settings.INBOUND_PORT)
    logger.info("ready: reports at %s:%d", settings.BIND_HOST, settings.INBOUND_PORT)
    try:
        await serve(writer.run(), worker.run())
    finally:
        port.close()
