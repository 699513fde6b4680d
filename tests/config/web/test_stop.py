from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

from config.web import server
from tests.product import ROOT, free_ports

PATIENCE = 60.0


def test_a_request_that_runs_is_answered_after_the_server_was_told_to_stop(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    command = server.command("127.0.0.1", port)
    command[command.index("5s")] = f"{PATIENCE:.0f}s"
    # One alone: another that has not yet started does not hear the signal.
    command[command.index("--workers") + 1] = "1"
    running = subprocess.Popen(
        [*command[:-1], "tests.config.web.held_site:application"], cwd=ROOT,
        env={**os.environ, "HELD_FOLDER": str(tmp_path)}, start_new_session=True,
    )  # fmt: skip
    try:
        connection = _ask(port)
        _wait_for(tmp_path / "entered")
        running.send_signal(signal.SIGTERM)
        _wait_until_nobody_listens(port)
        (tmp_path / "released").touch()
        assert connection.getresponse().read() == b"to the end"
        assert running.wait(PATIENCE) == 0
        connection.close()
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()


def _ask(port: int) -> HTTPConnection:
    deadline = time.monotonic() + PATIENCE
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request("GET", "/")
            return connection
        except ConnectionError:
            connection.close()
            assert time.monotonic() < deadline
            time.sleep(0.05)


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _wait_until_nobody_listens(port: int) -> None:
    program = f"import socket; socket.create_connection(('127.0.0.1', {port}), 5).recv(1)"
    deadline = time.monotonic() + PATIENCE
    while subprocess.run([sys.executable, "-c", program], capture_output=True, check=False).returncode == 0:
        assert time.monotonic() < deadline
