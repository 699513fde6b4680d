"""A real database, restored from an older copy under real delivery processes: nothing goes twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import sql

from config import embedded_pg
from sending.models import DatabaseIdentity
from tests.database_url import database_url
from tests.folders import data_folder
from tests.sending.delivery.post import Post
from tests.sending.smtp.sink import Sink, served
from tests.waiting import WAIT_SECONDS, until


@pytest.fixture(autouse=True)
def _named_database(request: pytest.FixtureRequest) -> None:
    """Give the database its name, as the migration does: the tests' database lost it when its tables were emptied."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("transactional_db")
        DatabaseIdentity.objects.get_or_create()


@pytest.fixture
def folder() -> Iterator[Path]:
    with data_folder() as found:
        yield found


def environment(folder: Path, port: int, database: str = "") -> dict[str, str]:
    """Return the environment of a machine of its own: its data folder, and a database of the tests' server."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SES_DATA_DIR": str(folder),
        "SECRET_KEY": settings.SECRET_KEY,
        "SES_SECRETS_KEY": ",".join(settings.SECRETS_KEYS),
        "DATABASE_URL": f"{database_url().rpartition('/')[0]}/{database}" if database else "",
        "SES_SIMULATOR_MX_PORT": str(port),
        "SES_TRANSPORT": "simulator",
        "SES_RULE_LEASE_SECONDS": "5",
    }


def run(where: dict[str, str], *arguments: str) -> str:
    """Run a command of manage.py to its end and return what it said."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=where,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=WAIT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def on_server(statement: str, *names: str) -> None:
    """Run a statement about databases, on the tests' server but outside the tests' database."""
    connection.close()
    at = connection.settings_dict
    with psycopg.connect(
        host=at["HOST"], port=at["PORT"] or 5432, user=at["USER"], password=at["PASSWORD"], dbname="postgres",
        autocommit=True,
    ) as server:  # fmt: skip
        server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def backup() -> Iterator[str]:
    """Copy the test's database as it is now; yield the copy's name."""
    name = str(connection.settings_dict["NAME"])
    # Suites that run side by side share the server.
    copy = f"{name}_restored"
    on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", copy)
    on_server("CREATE DATABASE {} TEMPLATE {}", copy, name)
    try:
        yield copy
    finally:
        on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", copy)


def ten_mails() -> None:
    Post().put(*[f"{n}@a.test" for n in range(10)])


def original(folder: Path, port: int) -> dict[str, str]:
    return environment(folder, port, str(connection.settings_dict["NAME"]))


@pytest.mark.django_db(transaction=True)
def test_a_restored_database_sends_nothing_twice_until_it_is_released(folder: Path) -> None:
    ten_mails()
    sink = Sink()
    with served(sink) as port, backup() as copy:
        run(original(folder, port), "run_delivery", "--once")
        assert len(sink.mails) == 10
        restored = environment(folder, port, copy)
        said = run(restored, "run_delivery", "--once")
        assert "older than the last run" in said
        assert "on hold" in said
        # Also the process after it, and one on a machine that knows of nothing.
        run(restored, "run_delivery", "--once")
        with data_folder() as other:
            run(environment(other, port, copy), "run_delivery", "--once")
        assert len(sink.mails) == 10
        assert "10 emails waited" in run(restored, "release")
        run(restored, "run_delivery", "--once")
        assert len(sink.mails) == 20


@pytest.mark.django_db(transaction=True)
def test_what_was_sent_before_the_restore_can_be_dropped_and_the_rest_goes(folder: Path) -> None:
    ten_mails()
    sink = Sink()
    with served(sink) as port, backup() as copy:
        run(original(folder, port), "run_delivery", "--once")
        restored = environment(folder, port, copy)
        run(restored, "run_delivery", "--once")
        said = run(restored, "drop_waiting", "--accepted-before", "2100-01-01", "--yes")
        assert "10 emails dropped" in said
        run(restored, "release")
        run(restored, "run_delivery", "--once")
        assert len(sink.mails) == 10


@pytest.mark.django_db(transaction=True)
def test_a_restore_on_another_machine_sends_nothing_twice(folder: Path) -> None:
    sink = Sink()
    with served(sink) as port:
        # It ran before the backup was made, as databases that are backed up do.
        run(original(folder, port), "run_delivery", "--once")
        ten_mails()
        with backup() as copy, data_folder() as other:
            run(original(folder, port), "run_delivery", "--once")
            assert "is new, or a copy" in run(environment(other, port, copy), "run_delivery", "--once")
            assert len(sink.mails) == 10


@pytest.mark.django_db(transaction=True)
def test_one_more_machine_beside_a_running_one_is_no_restore(folder: Path) -> None:
    sink = Sink()
    with served(sink) as port, data_folder() as other, running(original(folder, port)) as first:
        ten_mails()
        # For ever due later: it waits while the second machine comes.
        Post().put("later@a.test", due_in=100_000)
        until(lambda: len(sink.mails) == 10)
        assert "is new, or a copy" not in run(original(other, port), "run_delivery", "--once")
        Post().put("last@a.test")
        until(lambda: len(sink.mails) == 11)
        first.terminate()
        assert first.wait(WAIT_SECONDS) == 0


@contextmanager
def running(where: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "manage.py", "run_delivery"], env=where, cwd=settings.BASE_DIR)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


@pytest.mark.django_db(transaction=True)
def test_processes_that_are_killed_are_no_restore(folder: Path) -> None:
    sink = Sink()
    with served(sink) as port:
        for kill in range(3):
            with running(original(folder, port)) as process:
                Post().put(*[f"{kill}-{n}@a.test" for n in range(20)])
                until(lambda kill=kill: any(mail.recipient.startswith(f"{kill}-") for mail in sink.mails))
                process.send_signal(signal.SIGKILL)
        assert "nothing was on hold" in run(original(folder, port), "release")
        with running(original(folder, port)):
            # What the killed ones had in hand comes back when its lease is over.
            until(lambda: len({mail.recipient for mail in sink.mails}) == 60)
        assert "nothing was on hold" in run(original(folder, port), "release")


def test_a_database_server_that_is_killed_is_no_restore_and_an_older_copy_of_its_folder_is(folder: Path) -> None:
    server = embedded_pg.EmbeddedServer(folder)
    server.start()
    try:
        where = environment(folder, 1)
        run(where, "migrate")
        run(where, "run_delivery", "--once")
        server.stop()
        copy = folder / "postgres.backup"
        subprocess.run(["cp", "-a", str(server.cluster), str(copy)], check=True)
        server.start()
        with running(where) as process:
            marks = folder / "last_run"
            before = read(marks)
            until(lambda: read(marks) != before)
            kill_server(server)
            process.send_signal(signal.SIGKILL)
        server.start()
        assert "older" not in run(where, "run_delivery", "--once")
        assert "nothing was on hold" in run(where, "release")
        server.stop()
        cluster = server.cluster
        subprocess.run(["rm", "-rf", str(cluster)], check=True)
        subprocess.run(["mv", str(copy), str(cluster)], check=True)
        server.start()
        assert "older than the last run" in run(where, "run_delivery", "--once")
        assert "released: delivery, callbacks, reports" in run(where, "release")
    finally:
        server.stop()


def read(marks: Path) -> str:
    return "".join(path.read_text() for path in marks.glob("*.json"))


def kill_server(server: embedded_pg.EmbeddedServer) -> None:
    """Kill every process of the server at once, as a power cut does."""
    head = server.pid()
    assert head is not None
    children = [
        int(path.name)
        for path in Path("/proc").iterdir()
        if path.name.isdecimal() and f"\nPPid:\t{head}\n" in _status(path)
    ]
    for pid in (head, *children):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    until(lambda: not server.is_running())


def _status(path: Path) -> str:
    try:
        return (path / "status").read_text()
    except OSError:
        return ""
