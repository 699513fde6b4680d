"""The delivery process: `manage.py run_delivery`; run as many as the machines carry."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

import uvloop
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sending.delivery import routing
from sending.delivery.engine import Engine
from sending.delivery.hold import HoldWatch
from sending.last_run import LastRun
from sending.smtp.host import Host


class Command(BaseCommand):
    """Delivers what waits in the queue until SIGTERM or Ctrl-C, then finishes what is on the wire."""

    help = "Deliver the mails that wait in the queue."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the one option."""
        parser.add_argument("--once", action="store_true", help="leave when nothing is due any more")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        """Run the engine to its end."""
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_deliver(once))


async def _deliver(once: bool) -> None:
    simulator = Host("simulator", settings.SIMULATOR_HOST, settings.SIMULATOR_MX_PORT)
    try:
        router, close = routing.router(
            settings.TRANSPORT, simulator=simulator, relay_url=settings.RELAY_URL, resolver=settings.RESOLVER
        )
    except ValueError as error:
        raise CommandError(str(error)) from error
    watch = HoldWatch(LastRun(settings.DATA_DIR))
    engine = Engine(router, helo=settings.HELO_NAME, once=once, watch=watch)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, engine.stop)
    try:
        await engine.run()
    finally:
        await close()
