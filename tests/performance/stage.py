"""Where the benchmarks play: a durable PostgreSQL of their own in a temporary folder, and processes that end with it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# Nothing of the product's limits stands in the way of a benchmark.
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "SES_LOG_LEVEL": "WARNING",
    "SES_TRANSPORT": "simulator",
    "SES_RULE_API_CALLS_PER_SECOND": "1000000",
    "SES_RULE_MAILS_PER_SECOND": "1000000",
}


class Stage:
    """A database with every table and nothing in it, and whatever a benchmark starts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._children: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start a Python program that does not outlive the stage."""
        child = subprocess.Popen(
            [sys.executable, *arguments],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, **environment},
        )
        self._children.append(child)
        return child

    def start_sink(self, expected: int) -> tuple[subprocess.Popen[str], str]:
        """Start a receiver of `expected` mails and return it with its port."""
        sink = self.start("-m", "tests.performance.sink", str(expected))
        assert sink.stdout is not None
        return sink, sink.stdout.readline().strip()

    def start_web(self, application: str = "", **environment: str) -> int:
        """Start the web server as `manage.py up` does, or a WSGI application; return its port once it answers."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port: int = free.getsockname()[1]
        # No page is asked for, but the folder of front-end files is looked at.
        (Path(os.environ["SES_DATA_DIR"]) / "static").mkdir(exist_ok=True)
        from config.web import server

        command = server.command("127.0.0.1", port)
        if application:
            command = [
                *("", "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
                *("--workers", "2", "--blocking-threads", "4", "--log-level", "warning", application),
            ]
        self.start(*command[1:], SES_WEB_PORT=str(port), **environment)
        while True:
            try:
                with socket.create_connection(("127.0.0.1", port)):
                    return port
            except ConnectionRefusedError:
                time.sleep(0.05)

    def clear(self) -> None:
        """End what was started, and empty every table."""
        self.end()
        import psycopg
        from django.apps import apps

        from config import embedded_pg
        from sending.models import partitions

        known = embedded_pg.owner_settings_for(self.folder)
        tables = ", ".join(model._meta.db_table for model in apps.get_models())
        with psycopg.connect(
            host=known["HOST"], user=known["USER"], password=known["PASSWORD"], dbname=known["NAME"], autocommit=True
        ) as connection:
            # Also the tables that forbid it to everybody else.
            connection.execute("SET session_replication_role = replica")
            connection.execute(f"TRUNCATE {tables} CASCADE")
        partitions.ensure()

    def end(self) -> None:
        """Kill what is still there, with everything it started in its turn."""
        for child in self._children:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        self._children.clear()


@contextmanager
def stage(seconds: int) -> Iterator[Stage]:
    """Set the stage and clean up behind it; what is not over after so many seconds is ended by TimeoutError."""
    folder = Path(tempfile.mkdtemp(prefix="ses-bench-"))
    os.environ.update(ENVIRONMENT, SES_DATA_DIR=str(folder))
    os.environ.pop("DATABASE_URL", None)
    import django

    from config import embedded_pg

    def too_long(number: int, frame: object) -> None:
        raise TimeoutError(f"the benchmarks did not end within {seconds} s")

    signal.signal(signal.SIGALRM, too_long)
    # Whoever ends the run by a signal leaves nothing behind either.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    server = embedded_pg.EmbeddedServer(folder, durable=True)
    server.start()
    set_up = Stage(folder)
    signal.alarm(seconds)
    try:
        django.setup()
        from django.core.management import call_command
        from django.db import connections

        call_command("migrate", verbosity=0)
        yield set_up
        connections.close_all()
    finally:
        signal.alarm(0)
        set_up.end()
        server.stop()
        if (folder / "postgres").is_symlink():
            shutil.rmtree((folder / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
