"""The simulated world: its mail server and its DNS."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sending.batch_writer import BatchWriter
from sending.simulator import dns, smtp_server
from sending.simulator.acting import Readers
from sending.simulator.readers import Outside
from sending.smtp.server import listen
from sending.smtp.serving import serve

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Run the mailbox simulator: a mail server and a DNS zone on this machine."

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until SIGTERM or Ctrl-C; refuse where real mail is sent."""
        if settings.TRANSPORT != "simulator":
            raise CommandError("The simulator runs only with SES_TRANSPORT=simulator.")
        asyncio.run(_run())


async def _run() -> None:
    writer = BatchWriter(smtp_server.write, size=lambda taken: taken.size)
    mailboxes = smtp_server.Mailboxes(writer)
    host = settings.SIMULATOR_HOST
    port = await listen(smtp_server.simulator_port(mailboxes), host, settings.SIMULATOR_MX_PORT)
    logger.info("ready: mail at %s:%d, DNS at port %d", host, settings.SIMULATOR_MX_PORT, settings.SIMULATOR_DNS_PORT)
    try:
        await serve(writer.run(), Readers(Outside()).run(), dns.serve(host, settings.SIMULATOR_DNS_PORT))
    finally:
        port.close()
