"""The report port and its reader."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from sending.inbound import server
from sending.inbound.desk import Desk
from sending.smtp.door import listen
from sending.smtp.serving import serve
from sending.smtp.store import Store

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Take bounce and spam reports over SMTP and record what they say."

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until SIGTERM or Ctrl-C."""
        asyncio.run(_run())


async def _run() -> None:
    store = Store(server.write)
    desk = Desk()
    port = await listen(lambda: server.door(store, desk.wake), settings.BIND_HOST, settings.INBOUND_PORT)
    log.info("ready: reports at %s:%d", settings.BIND_HOST, settings.INBOUND_PORT)
    try:
        await serve(store.run(), desk.run())
    finally:
        port.close()
