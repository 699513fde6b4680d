"""Runs the product's processes as children: restarts one that dies, forwards its lines, ends all together."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

# How long a child may take to end by itself.
GRACE_SECONDS = 8.0
# A child that keeps dying is started again ever more slowly, up to this many seconds.
MAX_PAUSE_SECONDS = 10.0
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass
class Child:
    """One process: its name, the command that starts it, the ports it needs, the seconds it may take to end."""

    name: str
    command: Sequence[str]
    ports: Sequence[tuple[str, str, int]] = ()
    grace: float = GRACE_SECONDS
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    started: float = 0.0
    start_at: float = 0.0


class AlreadyRunning(RuntimeError):
    """Another supervisor keeps this data folder; the text says which process it is."""


class PortTaken(RuntimeError):
    """Other programs hold ports; the text says which settings move them."""


@contextlib.contextmanager
def alone_on(folder: Path) -> Iterator[None]:
    """Lock `folder` for this process until it ends, however it ends; raise AlreadyRunning when another has it."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "up.pid", "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunning(
                f"Another copy already runs on {folder} (process {file.read().strip()}). "
                "Stop that one, or set SES_DATA_DIR to another folder for a second copy."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def check_ports(children: Sequence[Child]) -> None:
    """Raise PortTaken, naming all that are taken, unless every port of the children is free."""
    taken = [
        (port, child.name, setting)
        for child in children
        for setting, host, port in child.ports
        if not _is_free(host, port)
    ]
    if taken:
        ports = ", ".join(f"{port} ({name})" for port, name, _ in taken)
        settings = ", ".join(setting for _, _, setting in taken)
        raise PortTaken(
            f"Port{'s' * (len(taken) > 1)} in use: {ports}. Stop the other program, or set {settings} to other ports."
        )


def _is_free(host: str, port: int) -> bool:
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


@dataclass
class Supervisor:
    """Keeps `children` running until `stop` is called; `say` gets each of their lines with the child's name.

    `say` must not raise: a child whose lines nobody reads comes to a standstill.

    They start in `folder`: Python looks for a program's modules there first, and must find ours.
    """

    children: list[Child]
    say: Callable[[str, str], None]
    folder: Path = Path()
    stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Start every child."""
        for child in self.children:
            self._start(child)

    def watch(self) -> None:
        """Restart children that die, until `stop` is called from a signal handler or another thread."""
        while not self.stopping.wait(0.1):
            for child in self.children:
                self._look_after(child)

    def stop(self) -> None:
        """Ask every child to end, and kill what is left of it when its grace is over."""
        self.stopping.set()
        began = time.monotonic()
        running = [child for child in self.children if child.process and child.process.poll() is None]
        for child in running:
            assert child.process
            # Not its group: until the grace is over it ends its own children itself.
            child.process.terminate()
        while running:
            for child in list(running):
                late = time.monotonic() - began > child.grace
                if late or (child.process and child.process.poll() is not None):
                    _kill_group(child)
                    running.remove(child)
            time.sleep(0.02)

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.start_at:
                self._start(child)
            return
        code = child.process.poll()
        if code is None:
            return
        _kill_group(child)
        self._put_off(child, f"ended with {_meaning(code)}")

    def _start(self, child: Child) -> None:
        child.started = time.monotonic()
        try:
            child.process = process = self._launched(child)
            assert process.stdout
            threading.Thread(target=self._forward, args=(child.name, process.stdout), daemon=True).start()
        except Exception as error:
            # Processes, threads, memory or files are short: that passes. Nobody would read the lines of what runs.
            _kill_group(child)
            if child.process and child.process.stdout:
                child.process.stdout.close()
            self._put_off(child, f"cannot be started: {error}")

    def _put_off(self, child: Child, what: str) -> None:
        now = time.monotonic()
        child.deaths = child.deaths + 1 if now - child.started < 60 else 1
        pause = min(MAX_PAUSE_SECONDS, 0.2 * 2 ** min(child.deaths - 1, 10))
        self.say(child.name, f"{what}; starting again in {pause:.1f} s")
        child.process, child.start_at = None, now + pause

    def _launched(self, child: Child) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            child.command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # A group of its own: Ctrl-C reaches us alone, and we end the group as one.
            start_new_session=True,
            preexec_fn=_die_with_parent,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )

    def _forward(self, name: str, lines: IO[bytes]) -> None:
        with lines:
            for line in lines:
                self.say(name, line.decode(errors="replace").rstrip())


def _die_with_parent() -> None:
    # Even when we are killed with -9, no orphan keeps our ports.
    if _libc:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _kill_group(child: Child) -> None:
    if child.process:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()


def _meaning(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"
