"""What one process could do without a database: render, sign with RSA-2048, pipelined SMTP.

Run as `python -m tests.performance.ceiling PORT COUNT KEYFILE`.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import django
import uvloop

django.setup()

from sending.delivery import pipeline  # noqa: E402
from sending.delivery.queued import QueuedMessage, RenderedMail  # noqa: E402
from sending.delivery.sites import Site, SiteCallbacks, SiteLimits  # noqa: E402
from sending.smtp.dialogue import Timing  # noqa: E402
from sending.smtp.host import Host  # noqa: E402
from sending.smtp.result import SmtpResult  # noqa: E402
from tests.performance import mails  # noqa: E402

CHUNK = 25
MAX_WAITING = 500


async def main(port: int, count: int, key: str) -> None:
    """Send `count` mails."""
    left = count
    done = asyncio.Event()

    at_once = asyncio.get_running_loop().create_future()
    at_once.set_result(None)

    def finished(mail: RenderedMail, smtp_result: SmtpResult, began: float, seconds: float) -> Awaitable[None]:
        nonlocal left
        assert smtp_result.code == 250, smtp_result
        left -= 1
        if not left:
            done.set()
        return at_once

    def postponed(mail: RenderedMail, seconds: float) -> None:
        raise AssertionError("the sink refuses")

    limits = SiteLimits(helo="bench.test", timing=Timing(10, 60, 60), connections=20, mails_per_connection=100, pause=1)
    site = Site((Host("sink", "127.0.0.1", port),), limits, SiteCallbacks(lambda mail: True, finished, postponed))
    template = mails.template()
    messages = [mails.queued(number + 1, key, template) for number in range(count)]
    chunks = iter([messages[at : at + CHUNK] for at in range(0, count, CHUNK)])
    pool = ThreadPoolExecutor(2)

    put = 0

    async def render() -> None:
        nonlocal put
        for chunk in chunks:
            for mail in await asyncio.get_running_loop().run_in_executor(pool, rendered, chunk):
                site.put(mail)
                put += 1
            while put - (count - left) > MAX_WAITING:
                await asyncio.sleep(0.005)

    await asyncio.gather(render(), render())
    await done.wait()
    await site.close()


def rendered(messages: Sequence[QueuedMessage]) -> list[RenderedMail]:
    """Return the signed mails of a chunk."""
    mails = [pipeline.render(queued) for queued in messages]
    return [mail for mail in mails if isinstance(mail, RenderedMail)]


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]).read_text()))
