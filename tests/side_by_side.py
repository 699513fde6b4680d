"""Two acts at once on real rows: the second begins when the first is done but not committed."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connection, transaction

from tests.waiting import WAIT_SECONDS, until


def side_by_side(first: Callable[[], object], second: Callable[[], object]) -> Exception | None:
    """Do both acts, each in a connection of its own, and return what the second raised.

    An act that takes the right lock waits for the other's commit; one that takes none ends before it.
    """
    raised: list[Exception] = []

    def run() -> None:
        try:
            second()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        first()
        thread.start()
        until(lambda: not thread.is_alive() or _somebody_waits(), "the second act to end or to wait")
    thread.join(WAIT_SECONDS)
    return raised[0] if raised else None


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])
