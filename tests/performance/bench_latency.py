"""How long one mail takes on an idle system: from the API's answer to the receiver's 250."""

from __future__ import annotations

import asyncio
import random
import time

from tests.performance.client import Connection, percentile, send_email
from tests.performance.sink import Receiver
from tests.performance.stage import Stage
from tests.performance.world import account_that_sends

MAILS = 60
# Long enough, at times, for the engine to fall asleep.
PAUSE_SECONDS = 1.0


def run(stage: Stage, scale: float) -> bool:
    """Send one mail after another, with pauses."""
    waits = asyncio.run(measure(stage, int(MAILS * scale)))
    print(
        "API answer to receiver's 250: "
        + ", ".join(f"p{share} {percentile(waits, share / 100) * 1000:.0f} ms" for share in (50, 95, 99))
    )
    return True


async def measure(stage: Stage, count: int) -> list[float]:
    """Return each mail's seconds."""
    taken: asyncio.Queue[float] = asyncio.Queue()

    class Stopwatch(Receiver):
        def count(self) -> None:
            taken.put_nowait(time.monotonic())

    sink = await asyncio.get_running_loop().create_server(Stopwatch, "127.0.0.1", 0)
    sender = await asyncio.to_thread(account_that_sends, "mail.bench.test")
    port = stage.start_web()
    stage.start("manage.py", "run_delivery", SES_SIMULATOR_MX_PORT=str(sink.sockets[0].getsockname()[1]))
    connection = await Connection.open(port)
    chance, waits = random.Random(7), []
    for number in range(count + 1):
        request = send_email(
            sender.key,
            port,
            sender=sender.address,
            recipient=f"customer{number}@inbox.test",
            template=sender.template,
            number=number,
        )
        answer = await connection.ask(request)
        answered = time.monotonic()
        assert "MessageId" in answer["Response"], answer
        waits.append(max(0.0, await taken.get() - answered))
        await asyncio.sleep(chance.uniform(0, 2 * PAUSE_SECONDS))
    connection.close()
    sink.close()
    # The first waited for the engine to start.
    return waits[1:]
