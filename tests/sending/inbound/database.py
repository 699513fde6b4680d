"""A database that fails over: for a while it takes no writes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db import connection


@contextlib.contextmanager
def read_only() -> Iterator[None]:
    """Make the tests' database, and no other of its server, read-only until the end of the block.

    Every connection but this thread's own is ended, as a failover does, so that whoever comes back finds it read-only.
    """
    _set("on")
    try:
        yield
    finally:
        _set("off")


def _set(value: str) -> None:
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        # What the own session may do is its own setting.
        cursor.execute("SET default_transaction_read_only = off")
        cursor.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {value}")
        cursor.execute(f"SET default_transaction_read_only = {value}")
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
