"""`up` goes on: the database that ended is started again, and one that is away at the start is waited for."""

from __future__ import annotations

import threading

import psycopg
import pytest
from django.db import Error, connection

from config.management.commands.up import Command
from config.pg_binaries import CannotStart


class Waiting(threading.Event):
    """An event that is not set for some waits, and takes none of their time."""

    def __init__(self, waits: int) -> None:
        super().__init__()
        self.waits = waits

    def wait(self, timeout: float | None = None) -> bool:
        self.waits -= 1
        if self.waits < 0:
            self.set()
        return self.is_set()


class Server:
    """An embedded server that has ended, and starts at the fourth try."""

    def __init__(self) -> None:
        self.failures = [CannotStart("slow"), OSError(28, "No space left on device"), psycopg.OperationalError("no")]
        self.runs = False

    def is_running(self) -> bool:
        return self.runs

    def start(self) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.runs = True


def raised(state: str) -> Error:
    with pytest.raises(Error) as caught, connection.wrap_database_errors:
        raise psycopg.errors.lookup(state)("as the server said")
    return caught.value


def test_a_database_that_ended_is_started_again_whatever_kept_it_from_starting() -> None:
    server, lines = Server(), []
    command = Command()
    command._say = lambda name, line: lines.append(line)  # type: ignore[method-assign]
    command._keep_running(server, Waiting(10))  # type: ignore[arg-type]
    assert server.is_running()
    assert any("No space" in line for line in lines)


def preparing(error: Error, monkeypatch: pytest.MonkeyPatch) -> bool:
    def fail(*, no_demo: bool) -> None:
        raise error

    command = Command()
    monkeypatch.setattr(command, "_prepare", fail)
    monkeypatch.setattr(command, "_say", lambda name, line: None)
    return command._prepared(Waiting(10), no_demo=True)


@pytest.mark.parametrize("state", ["25006", "57P03", "53300", "08006"])
def test_a_database_that_is_away_or_read_only_at_the_start_is_waited_for(
    state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not preparing(raised(state), monkeypatch)


@pytest.mark.parametrize("state", ["42501", "23505"])
def test_what_waiting_does_not_mend_is_said_at_once(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Error):
        preparing(raised(state), monkeypatch)
