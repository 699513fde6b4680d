"""Start the whole product in the foreground."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser, call_command
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.urls import reverse

from accounts.caller import COMMAND_LINE
from accounts.database_faults import is_fault_of_row, is_login_refused, sqlstate
from accounts.models import User
from config import checks, demo, embedded_pg, schedule, static_files
from config.pg_binaries import CannotStart
from config.supervisor import AlreadyRunning, Child, PortTaken, Supervisor, alone_on, check_ports
from config.web import server
from sending import holds, last_run
from sending.models import partitions

# A line says how long the console has not answered, each time that so many seconds have passed.
READY_SECONDS = 60.0
ANSWER_SECONDS = 10.0
AWAY_SECONDS = 2.0
MAX_PAUSE_SECONDS = 10.0
# The class of SQLSTATE that waiting does not mend: a statement, a right or a table that does not fit.
_NOT_PASSING = "42"


class Command(BaseCommand):
    """`up`: database, migrations, demo data on the first run, then every process; Ctrl-C ends all."""

    help = "Start everything: PostgreSQL, web, delivery, inbound reports, simulator and tasks."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the three options."""
        parser.add_argument("--port", type=int, default=settings.WEB_PORT, help="web port (SES_WEB_PORT)")
        parser.add_argument("--no-demo", action="store_true", help="make no demo account on the first run")
        parser.add_argument("--hold", action="store_true", help="send nothing until it is released")

    def handle(self, *args: Any, port: int, no_demo: bool, hold: bool, **options: Any) -> None:
        """Run until Ctrl-C or SIGTERM."""
        if port != settings.WEB_PORT:
            # Every process, and the links in mails, read the port from the environment: start over with it there.
            os.environ["SES_WEB_PORT"] = str(port)
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606
        self.check()
        # The children start elsewhere: what is relative to this folder must not change its meaning on the way.
        os.environ |= {
            "SES_DATA_DIR": str(settings.DATA_DIR),
            "SES_TLS_CERT": settings.TLS_CERT,
            "SES_TLS_KEY": settings.TLS_KEY,
        }
        supervisor = Supervisor(_children(), self._say, settings.BASE_DIR)
        stop = threading.Event()

        def on_signal(number: int, frame: FrameType | None) -> None:
            stop.set()
            supervisor.stopping.set()

        signal.signal(signal.SIGINT, on_signal)
        signal.signal(signal.SIGTERM, on_signal)

        try:
            with alone_on(settings.DATA_DIR):
                check_ports(supervisor.children)
                self._run(supervisor, stop, no_demo=no_demo, hold=hold)
        except (AlreadyRunning, CannotStart, PortTaken) as problem:
            raise CommandError(str(problem)) from None

    def _run(self, supervisor: Supervisor, stop: threading.Event, *, no_demo: bool, hold: bool) -> None:
        server = (
            None
            if settings.DATABASE_URL
            else embedded_pg.EmbeddedServer(settings.DATA_DIR, say=lambda line: self._say("up", line))
        )
        try:
            if server:
                self._say("up", "starting PostgreSQL")
                server.start()
            made_demo = self._prepare_or_wait(stop, no_demo=no_demo, hold=hold)
            if not stop.is_set():
                supervisor.start()
                if server:
                    threading.Thread(target=self._keep_running, args=(server, stop), daemon=True).start()
                threading.Thread(target=self._announce, args=(stop, made_demo), daemon=True).start()
                supervisor.watch()
        finally:
            stop.set()
            self._say("up", "stopping")
            supervisor.stop()
            if server:
                connections.close_all()
                server.stop()

    def _prepare_or_wait(self, stop: threading.Event, *, no_demo: bool, hold: bool) -> bool:
        """Prepare the database, again and again while it is away or takes no writes; return what `_prepare` does."""
        while not stop.is_set():
            try:
                return self._prepare(no_demo=no_demo, hold=hold)
            except Error as error:
                if is_login_refused(error):
                    raise CommandError(
                        f"The database does not let the product in: {str(error).strip()}\n"
                        "Set DATABASE_URL to its right user, password and database, then start again."
                    ) from None
                if is_fault_of_row(error) or sqlstate(error).startswith(_NOT_PASSING):
                    raise
                self._say("up", f"the database cannot be prepared, trying again: {str(error).strip()}")
                connections.close_all()
                stop.wait(AWAY_SECONDS)
        return False

    def _prepare(self, *, no_demo: bool, hold: bool) -> bool:
        """Bring database and files to this version; say whether the demo account was made just now."""
        for problem in checks.data_is_of_this_version(None, [DEFAULT_DB_ALIAS]):
            raise CommandError(f"{problem.msg} {problem.hint}")
        call_command("migrate", interactive=False, verbosity=0)
        # Before anything runs: what waits in a restored database may have been sent already.
        last_run.LastRun(settings.DATA_DIR).look()
        if hold:
            holds.hold(COMMAND_LINE, kinds=holds.Kind, reason=holds.AT_START)
        static_files.collect()
        server.ensure_certificate()
        partitions.ensure()
        schedule.install()
        make_demo = not no_demo and not demo.exists()
        if make_demo:
            self._say("up", "making the demo account with 30 days of history")
            demo.make()
        # The children open their own; we only supervise from here.
        connections.close_all()
        return make_demo

    def _keep_running(self, server: embedded_pg.EmbeddedServer, stop: threading.Event) -> None:
        failures = 0
        while not stop.wait(min(0.5 * 2 ** min(failures, 10), MAX_PAUSE_SECONDS)):
            try:
                if not server.is_running() and not stop.is_set():
                    self._say("up", "PostgreSQL ended; starting it again")
                    server.start()
                failures = 0
            except Exception as problem:
                # A full disk, no process, no memory, or a slow start: whatever it is, it is tried again.
                failures += 1
                self._say("up", str(problem) or repr(problem))

    def _announce(self, stop: threading.Event, made_demo: bool) -> None:
        url = f"http://127.0.0.1:{settings.WEB_PORT}/healthz"
        began = time.monotonic()
        next_line = began + READY_SECONDS
        while not stop.is_set():
            try:
                if settings.WEB_TLS_PORT:
                    socket.create_connection(("127.0.0.1", settings.WEB_TLS_PORT), ANSWER_SECONDS).close()
                with urllib.request.urlopen(url, timeout=ANSWER_SECONDS):
                    break
            except urllib.error.HTTPError as answer:
                if answer.code != 503:
                    break
            except (OSError, http.client.HTTPException):
                now = time.monotonic()
                if now > next_line:
                    next_line = now + READY_SECONDS
                    waited = f"for {now - began:.0f} s"
                    self._say("up", f"the console has not answered at {url} {waited}; see the lines of web above")
            stop.wait(0.1)
        if not stop.is_set():
            # Passwords and keys are printed once: later starts may write into a log that others read.
            self.stdout.write(demo.introduction() if made_demo else _plain_introduction())
            for line in _lines_of_hold():
                self._say("up", line)
            self.stdout.flush()

    def _say(self, name: str, line: str) -> None:
        # The disk of the log is full, or its reader has gone: the product goes on without it.
        with contextlib.suppress(OSError, ValueError):
            self.stdout.write(f"{name:>9} | {line}")
            self.stdout.flush()


def _plain_introduction() -> str:
    lines = ["", f"Console    {settings.PUBLIC_URL}", *filter(None, [server.tls_line()])]
    if demo.exists():
        lines += ["", f"The demo's log-ins and keys, in this folder:  {settings.PROGRAM} demo"]
    elif not User.objects.exists():
        lines += [
            "",
            "Nobody can log in yet. In another terminal, in this folder:",
            f"  {settings.PROGRAM} createsuperuser",
        ]
    return "\n".join([*lines, "", "Ctrl-C stops everything.", ""])


def _lines_of_hold() -> list[str]:
    """Return what is on hold, why, and how it is released."""
    periods = holds.current()
    if not periods:
        return []
    reasons = dict.fromkeys(period.sentence for period in periods if period.reason)
    page = f"{settings.PUBLIC_URL}{reverse('sending:hold')}"
    return [
        f"ON HOLD: {', '.join(period.kind for period in periods)}. Emails are accepted, and wait.",
        *reasons,
        f"See what waits, drop what was sent already, and release: {page} or {settings.PROGRAM} release",
    ]


def _children() -> list[Child]:
    manage = [sys.executable, "-m", "config"]
    here = settings.BIND_HOST
    children = [
        Child("web", server.command(here, settings.WEB_PORT), [("SES_WEB_PORT", here, settings.WEB_PORT)]),
        Child("delivery", [*manage, "run_delivery"]),
        Child("inbound", [*manage, "run_inbound"], [("SES_INBOUND_PORT", here, settings.INBOUND_PORT)]),
        # A task only looks for work, and may be cut off anywhere: the next one finds the same work.
        Child("tasks", [*manage, "run_tasks"], grace=1.5),
    ]
    if settings.WEB_TLS_PORT:
        ports = [("SES_WEB_TLS_PORT", here, settings.WEB_TLS_PORT)]
        children.append(Child("web-tls", server.command(here, settings.WEB_TLS_PORT, tls=True), ports))
    if settings.TRANSPORT == "simulator":
        local = settings.SIMULATOR_HOST
        ports = [
            ("SES_SIMULATOR_MX_PORT", local, settings.SIMULATOR_MX_PORT),
            ("SES_SIMULATOR_DNS_PORT", local, settings.SIMULATOR_DNS_PORT),
        ]
        children.append(Child("simulator", [*manage, "run_simulator"], ports))
    return children
