"""How fast health and the API answer while a hundred clients stall their bodies, beside the same without them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from tests.accounts.api.calls import tc3_headers
from tests.performance.client import Connection, percentile, post
from tests.performance.stage import Stage
from tests.performance.world import account_that_sends

STALLED = 100
REQUESTS = 100
ROUNDS = 5
# A call that reads: what is measured is the way to it.
ACTION = "ListEmailAddress"
HALF = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"


def run(stage: Stage, scale: float) -> bool:
    """Measure in turns: with stalled bodies, without, with again."""
    key = account_that_sends("mail.bench.test").key
    port = stage.start_web(SES_RULE_WEB_SILENCE_SECONDS="600")

    def call() -> bytes:
        return post(tc3_headers(key, ACTION, body=b"{}", Host=f"127.0.0.1:{port}"), b"{}")

    def health() -> bytes:
        return f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()

    waits = asyncio.run(measure(port, {"API": call, "/healthz": health}, int(REQUESTS * scale)))
    for name in ("API", "/healthz"):
        with_them, without = (percentile(waits[name, stalled], 0.95) * 1000 for stalled in (STALLED, 0))
        print(f"front stalled bodies: {name} p95 {with_them:.1f} ms with {STALLED} ({without:.1f} ms without)")
    return True


async def measure(
    port: int, requests: dict[str, Callable[[], bytes]], count: int
) -> dict[tuple[str, int], list[float]]:
    """Return the seconds of each request, by its name and the number of stalled bodies."""
    waits: dict[tuple[str, int], list[float]] = {(name, stalled): [] for name in requests for stalled in (STALLED, 0)}
    for _ in range(ROUNDS):
        for stalled in (STALLED, 0):
            held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(stalled)]
            for _, writer in held:
                writer.write(HALF)
            for name, request in requests.items():
                connection = await Connection.open(port)
                await connection.ask(request())
                for _ in range(count // ROUNDS):
                    began = time.monotonic()
                    await connection.ask(request())
                    waits[name, stalled].append(time.monotonic() - began)
                connection.close()
            assert not any(reader.at_eof() for reader, _ in held), "a stalled client was cut off"
            for _, writer in held:
                writer.close()
    return waits
