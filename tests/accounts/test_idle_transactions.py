"""Transactions that sit idle: those of servers are ended, those of commands and tasks live as long as their work."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.core.management import call_command
from django.db import Error, connection, connections, transaction
from pytest_django import Settings

from accounts import idle_transactions
from tests.conftest import Rules

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
WAIT_SECONDS = 120


def limit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        return cursor.fetchone()[0]


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def is_there(process: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [process])
        return cursor.fetchone() is not None


def in_thread(act: Callable[[], None]) -> None:
    """Run `act` with a connection of its own."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(WAIT_SECONDS)
    assert not thread.is_alive()
    if failures:
        raise failures[0]


@contextmanager
def idle_server_transaction() -> Iterator[int]:
    """Open a transaction as a server would, leave it idle, and give the number of its process at the database."""
    opened, leave = threading.Event(), threading.Event()
    numbers: list[int] = []

    def hang() -> None:
        idle_transactions.limit_thread()
        connection.set_autocommit(False)
        numbers.append(backend())
        opened.set()
        assert leave.wait(WAIT_SECONDS)
        with pytest.raises(Error):
            backend()

    thread = threading.Thread(target=in_thread, args=(hang,))
    thread.start()
    try:
        assert opened.wait(WAIT_SECONDS)
        yield numbers[0]
    finally:
        leave.set()
        thread.join(WAIT_SECONDS)


def test_a_transaction_of_a_command_outlives_the_limit_that_ends_a_server_s(rules: Rules) -> None:
    rules(lease_seconds=2)
    # It is idle before the other begins, and still when PostgreSQL has ended the other.
    with transaction.atomic():
        own = backend()
        in_thread(lambda: wait_for_the_end_of_a_server_s_transaction(own))
        assert backend() == own


def wait_for_the_end_of_a_server_s_transaction(other: int) -> None:
    with idle_server_transaction() as process:
        deadline = time.monotonic() + WAIT_SECONDS
        while is_there(process):
            assert time.monotonic() < deadline, "PostgreSQL did not end it"
            time.sleep(0.05)
    assert is_there(other)


@pytest.mark.parametrize("command", ["migrate", "demo"])
def test_no_command_puts_a_limit_on_its_transactions(command: str, settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    shown = []

    def look(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if not shown:
            shown.append("")
            shown[0] = limit()
        return result

    # Each command, with a connection of its own.
    def run() -> None:
        with connection.execute_wrapper(look):
            call_command(command, verbosity=0, stdout=io.StringIO())

    in_thread(run)
    assert shown == ["0"]


def test_the_limit_is_half_a_lease_and_keeps_options_that_were_given(rules: Rules) -> None:
    rules(lease_seconds=50)

    def look() -> None:
        connection.settings_dict = {
            **connection.settings_dict,
            "OPTIONS": {**connection.settings_dict["OPTIONS"], "options": "-c statement_timeout=77s"},
        }
        idle_transactions.limit_thread()
        assert limit() == "25s"
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone()[0] == "77s"

    in_thread(look)
    assert limit() == "0"


@pytest.mark.parametrize(("program", "expected"), [("config.front", "30s"), ("config.settings", "0")])
def test_every_thread_of_the_web_server_runs_under_it(program: str, expected: str) -> None:
    code = f"""
import os, threading
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django; django.setup()
import {program}
from django.db import connection
def show():
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        print(cursor.fetchone()[0])
    connection.close()
thread = threading.Thread(target=show); thread.start(); thread.join(); show()
"""
    environment = {**os.environ, "SES_DATA_DIR": str(configured.TEST_DATA_DIR)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout.split() == [expected, expected], done.stderr
