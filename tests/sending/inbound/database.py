"""A database that fails over: for a while it takes no writes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db import connection


@contextlib.contextmanager
def read_only() -> Iterator[None]:
    """Make the tests' database read-only for every connection, new or old, until the end of the block."""
    _set("on")
    try:
        yield
    finally:
        _set("off")


def _set(value: str) -> None:
    with connection.cursor() as cursor:
        # The whole server's setting reaches connections that are open; the database's own would not.
        cursor.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
        cursor.execute("SELECT pg_reload_conf()")
        cursor.execute("SHOW default_transaction_read_only")
        while cursor.fetchone()[0] != value:
            cursor.execute("SHOW default_transaction_read_only")
