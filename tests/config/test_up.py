"""`manage.py up`: what it prints, seen from outside; and that it goes on when the database ends or is away."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError
from django.db import Error, connection

from config import embedded_pg
from config.management.commands.up import Command
from config.pg_binaries import CannotStart
from tests import product
from tests.folders import data_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder


def secrets_of(running: product.Product) -> set[str]:
    passwords = {person["password"] for person in running.demo["users"].values()}
    return passwords | {running.demo["api"]["secret_key"]}


def forget_the_application_s_role(folder: Path) -> None:
    """Make the data what a version left that knew one role alone."""
    server = embedded_pg.EmbeddedServer(folder, durable=False)
    server.start()
    known = embedded_pg.owner_settings_for(folder)
    with psycopg.connect(
        host=known["HOST"], user=known["USER"], password=known["PASSWORD"], dbname=known["NAME"], autocommit=True
    ) as connection:
        for statement in ("REASSIGN OWNED BY ses_app TO ses", "DROP OWNED BY ses_app", "DROP ROLE ses_app"):
            connection.execute(statement)
    server.stop()
    (folder / "secrets" / "postgres_app_password").unlink()


def role_and_rights(stopped: product.Product) -> tuple[str, bool, bool]:
    """Return the product's role, and whether it may add to the audit log and change it."""
    folder = Path(stopped.environment["SES_DATA_DIR"])
    server = embedded_pg.EmbeddedServer(folder, durable=False)
    server.start()
    code = (
        "import django; django.setup(); from django.db import connection as c; cursor = c.cursor(); "
        "cursor.execute(\"SELECT current_user, has_table_privilege('accounts_auditentry', 'INSERT'), "
        "has_table_privilege('accounts_auditentry', 'UPDATE')\"); print(*cursor.fetchone())"
    )
    environment = {**stopped.environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=product.ROOT, env=environment, capture_output=True, text=True
    )
    server.stop()
    role, adds, changes = done.stdout.split()
    return role, adds == "True", changes == "True"


def test_a_second_start_prints_no_secret_and_brings_older_data_to_two_roles(folder: Path) -> None:
    first = product.start(folder)
    product.stop(first)
    printed = "".join(first.output)
    assert {secret for secret in secrets_of(first) if secret not in printed} == set()
    forget_the_application_s_role(folder)
    second = product.start(folder)
    product.stop(second)
    printed = "".join(second.output)
    assert {secret for secret in secrets_of(second) if secret in printed} == set()
    assert second.url in printed
    assert "manage.py demo" in printed
    assert secrets_of(second) == secrets_of(first)
    assert role_and_rights(second) == ("ses_app", True, False)


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
        self.unknown: list[Exception] = [OSError(24, "Too many open files")]
        self.runs = False

    def is_running(self) -> bool:
        if self.unknown:
            raise self.unknown.pop()
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


def test_a_database_that_cannot_be_started_for_a_day_is_still_tried() -> None:
    server, waits = Server(), Waiting(5_000)
    server.failures = [CannotStart("slow")] * 4_000
    command = Command()
    command._say = lambda name, line: None  # type: ignore[method-assign]
    command._keep_running(server, waits)  # type: ignore[arg-type]
    assert server.is_running()


def preparing(error: Error, monkeypatch: pytest.MonkeyPatch) -> bool:
    def fail(*, no_demo: bool, hold: bool) -> bool:
        raise error

    command = Command()
    monkeypatch.setattr(command, "_prepare", fail)
    monkeypatch.setattr(command, "_say", lambda name, line: None)
    return command._prepare_or_wait(Waiting(10), no_demo=True, hold=False)


@pytest.mark.parametrize("state", ["25006", "57P03", "53300", "08006"])
def test_a_database_that_is_away_or_read_only_at_the_start_is_waited_for(
    state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not preparing(raised(state), monkeypatch)


class FullLog(io.StringIO):
    """The output of a process whose log's disk is full."""

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    Command(stdout=FullLog())._say("up", "a line")


@pytest.mark.parametrize(
    ("user", "password", "database"),
    [("ses_app", "wrong", "ses"), ("nobody", "x", "ses"), ("", "", "no such database")],
)
def test_a_server_that_does_not_let_us_in_is_said_at_once(
    user: str, password: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = connection.settings_dict
    with pytest.raises(Error) as caught, connection.wrap_database_errors:
        psycopg.connect(
            host=known["HOST"],
            port=known["PORT"] or None,
            user=user or known["USER"],
            password=password or known["PASSWORD"],
            dbname=database,
        )
    with pytest.raises(CommandError, match="DATABASE_URL"):
        preparing(caught.value, monkeypatch)


@pytest.mark.parametrize("state", ["28P01", "28000", "3D000"])
def test_a_refusal_with_its_sqlstate_is_said_at_once_too(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="does not let the product in"):
        preparing(raised(state), monkeypatch)


@pytest.mark.parametrize("state", ["42501", "23505"])
def test_what_waiting_does_not_mend_is_said_at_once(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Error):
        preparing(raised(state), monkeypatch)
