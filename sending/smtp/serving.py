"""Running servers in the foreground: until a signal comes, or one of them fails."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine


async def serve(*jobs: Coroutine[None, None, None]) -> None:
    """Run `jobs` until SIGTERM or Ctrl-C, then cancel them; raise the error of one that ends before."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    running = [asyncio.ensure_future(job) for job in jobs]
    stop = asyncio.create_task(stopped.wait())
    done, _ = await asyncio.wait([stop, *running], return_when=asyncio.FIRST_COMPLETED)
    for task in (stop, *running):
        task.cancel()
    await asyncio.gather(stop, *running, return_exceptions=True)
    for task in done - {stop}:
        task.result()
