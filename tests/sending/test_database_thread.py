"""A thread with a connection of its own: errors are Django's, and a broken connection is not used again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import psycopg
import pytest
from django.db import OperationalError, connection

from sending.database_thread import DatabaseThread
from tests.conftest import Rules

pytestmark = pytest.mark.django_db(transaction=True)
Given = TypeVar("Given")


def backend() -> int:
    """Return the number of the connection's process at the server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def end(process: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [process])


def fail(error: Exception) -> None:
    raise error


def run(act: Callable[[DatabaseThread], Awaitable[Given]]) -> Given:
    async def main() -> Given:
        thread = DatabaseThread("test")
        try:
            return await act(thread)
        finally:
            thread.close()

    return asyncio.run(main())


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep connections from act to act, as the product does; the tests' own settings do not."""
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", None)


def test_acts_share_one_connection_and_it_is_not_the_callers() -> None:
    async def act(thread: DatabaseThread) -> tuple[int, int]:
        return await thread.run(backend), await thread.run(backend)

    first, second = run(act)
    assert first == second != backend()


def test_a_connection_the_server_ended_is_opened_anew() -> None:
    async def act(thread: DatabaseThread) -> tuple[int, int]:
        first = await thread.run(backend)
        await asyncio.to_thread(_ended, first)
        return first, await thread.run(backend)

    first, second = run(act)
    assert first != second


def _ended(process: int) -> None:
    end(process)
    connection.close()


def test_what_goes_past_django_fails_with_djangos_errors_and_the_next_act_begins_anew() -> None:
    async def act(thread: DatabaseThread) -> tuple[int, int]:
        first = await thread.run(backend)
        with pytest.raises(OperationalError):
            await thread.run(fail, psycopg.OperationalError("gone"))
        return first, await thread.run(backend)

    first, second = run(act)
    assert first != second


def test_a_fault_that_is_not_the_databases_is_raised_as_it_is() -> None:
    async def act(thread: DatabaseThread) -> None:
        await thread.run(fail, KeyError("a fault"))

    with pytest.raises(KeyError):
        run(act)


def test_closing_waits_for_what_was_begun_and_runs_the_last_act() -> None:
    done: list[str] = []

    async def main() -> None:
        thread = DatabaseThread("test")
        begun = asyncio.ensure_future(thread.run(done.append, "act"))
        await asyncio.sleep(0)
        thread.close(last=lambda: done.append("last"))
        await begun

    asyncio.run(main())
    assert done == ["act", "last"]


def test_a_transaction_of_it_that_hangs_is_ended(rules: Rules) -> None:
    rules(lease_seconds=44)

    def limit() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW idle_in_transaction_session_timeout")
            return cursor.fetchone()[0]

    assert run(lambda thread: thread.run(limit)) == "22s"
    assert limit() == "0"
