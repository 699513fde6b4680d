"""A thread with a database connection of its own, so that an asyncio program never waits for the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import Error, close_old_connections, connection, connections

from accounts import idle_transactions

Returned = TypeVar("Returned")


class DatabaseThread:
    """One thread and its connection: acts run one after the other, in the order they are given.

    A transaction of it that hangs is ended by PostgreSQL, so that nobody waits for its rows.
    """

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name, initializer=idle_transactions.limit_thread)

    async def run(self, act: Callable[..., Returned], *args: object) -> Returned:
        """Run an act and return what it returns; raise what it raises, the database's faults as django.db.Error."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, _in_database, act, args)

    def close(self, *, last: Callable[[], None] | None = None) -> None:
        """Wait for the acts that were given, run `last`, close the connection and end the thread."""
        if last is not None:
            self._pool.submit(last)
        self._pool.submit(connections.close_all)
        self._pool.shutdown()


def _in_database(act: Callable[..., Returned], args: Sequence[object]) -> Returned:
    # A connection that broke, or grew old, since the last act is opened anew.
    close_old_connections()
    try:
        # What goes past Django's cursors shall fail as they do.
        with connection.wrap_database_errors:
            return act(*args)
    except Error:
        # This connection may be broken: the next act begins with a new one.
        connections.close_all()
        raise
