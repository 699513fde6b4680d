"""SendEmail through the whole product beside a view that checks an HMAC and inserts one row."""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from collections.abc import Callable

from django.db import connection

from tests.performance import mails
from tests.performance.client import Connection, percentile, post, send_email
from tests.performance.stage import Stage
from tests.performance.world import account_that_sends

SECONDS = 8.0
CONNECTIONS = 32
ACCOUNTS = 8
# As tests.performance.bare has it.
BARE_KEY = b"bench"


def run(stage: Stage, scale: float) -> bool:
    """Measure both, and the product with one account alone and with several."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_bare (id bigserial PRIMARY KEY, body bytea)")
    senders = [account_that_sends(f"mail{n}.bench.test") for n in range(ACCOUNTS)]

    def of(count: int) -> Callable[[int, int], bytes]:
        def request(port: int, number: int) -> bytes:
            sender = senders[number % count]
            return send_email(
                sender.key,
                port,
                sender=sender.address,
                recipient=f"customer{count}-{number}@inbox.test",
                template=sender.template,
                number=number,
            )

        return request

    def bare_request(port: int, number: int) -> bytes:
        body = json.dumps({**mails.variables(number), "filler": "x" * 400}).encode()
        signature = hmac.new(BARE_KEY, body, "sha256").hexdigest()
        return post({"Host": f"127.0.0.1:{port}", "X-Signature": signature}, body)

    ports = {
        "bare": stage.start_web(
            "tests.performance.bare:application", DJANGO_SETTINGS_MODULE="tests.performance.bare_settings"
        ),
        "product": stage.start_web(),
    }
    limit, _ = asyncio.run(load(ports["bare"], bare_request, SECONDS * scale))
    for count, name in ((1, "one account"), (ACCOUNTS, f"{ACCOUNTS} accounts")):
        rate, waits = asyncio.run(load(ports["product"], of(count), SECONDS * scale))
        print(f"acceptance ratio {rate / limit:.2f} with {name} ({rate:,.0f}/s of {limit:,.0f}/s, {waits})")
    return True


async def load(port: int, request: Callable[[int, int], bytes], seconds: float) -> tuple[float, str]:
    """Return the answers per second under full load, and how long they took."""
    number, waits = 0, []

    async def send_until(until: float) -> None:
        nonlocal number
        connection = await Connection.open(port)
        while time.monotonic() < until:
            number += 1
            asked = request(port, number)
            began = time.monotonic()
            answer = await connection.ask(asked)
            waits.append(time.monotonic() - began)
            assert "MessageId" in answer["Response"], answer
        connection.close()

    async def all_for(seconds: float) -> float:
        began = time.monotonic()
        await asyncio.gather(*(send_until(began + seconds) for _ in range(CONNECTIONS)))
        return time.monotonic() - began

    await all_for(1)
    waits.clear()
    took = await all_for(seconds)
    return len(waits) / took, ", ".join(
        f"p{share} {percentile(waits, share / 100) * 1000:.0f} ms" for share in (50, 99)
    )
