"""Claiming from a short queue and from a long one."""

from __future__ import annotations

import time

from django.db import connection

from sending.delivery import queue
from sending.delivery.engine import BATCH
from sending.models import QueueItem
from sending.models.rows import insert_select
from tests.performance.stage import Stage

SHORT, LONG = 50_000, 1_000_000
CLAIMS = 60


def run(stage: Stage, scale: float) -> bool:
    """Claim batches from both."""
    short, long = int(SHORT * scale), int(LONG * scale)
    fast, slow = claims_per_second(short), claims_per_second(long)
    print(f"claim slowdown {fast / slow:.2f} with {long:,} waiting ({slow:,.0f}/s, {fast:,.0f}/s with {short:,})")
    return True


def claims_per_second(waiting: int) -> float:
    """Return the mails claimed per second, in batches as the engine takes them, from a queue of so many."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE sending_queueitem")
        item = {
            "message": "n",
            "account_id": "1",
            "recipient_domain": "'inbox.test'",
            "available_at": "now() - interval '1 hour' + n * interval '1 millisecond'",
        }
        cursor.execute(insert_select(QueueItem, "FROM generate_series(1, %s) AS n", item), [waiting])
        cursor.execute("VACUUM ANALYZE sending_queueitem")
        began = time.monotonic()
        for _ in range(CLAIMS):
            cursor.execute(queue._CLAIM, [BATCH, 600, "bench"])
            assert len(cursor.fetchall()) == BATCH
        return CLAIMS * BATCH / (time.monotonic() - began)
