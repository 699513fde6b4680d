"""Periodic work of the statistics."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import connection

from stats import rollup

# Not the lock of a single pass (`rollup.LOCK`): this one is held for the whole minute.
LOCK = 7_306_002
SECONDS = 57.0
PAUSE = 2.5


def roll_up(
    seconds: float = SECONDS,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Keep the figures fresh for `seconds` and return how many passes were made; 0 while another task does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
    try:
        passes, end = 0, clock() + seconds
        while True:
            rollup.roll_up()
            passes += 1
            if clock() + PAUSE >= end:
                return passes
            sleep(PAUSE)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
