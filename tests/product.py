"""A whole product of a test's own, started as a user starts it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from config import embedded_pg
from tests.waiting import WAIT_SECONDS

ROOT = Path(__file__).resolve().parent.parent
PORTS = (
    "SES_WEB_PORT",
    "SES_WEB_TLS_PORT",
    "SES_INBOUND_PORT",
    "SES_SIMULATOR_MX_PORT",
    "SES_SIMULATOR_DNS_PORT",
)

# What opens /metrics and the details of /healthz in the products of tests.
METRICS_TOKEN = "metrics-" + "0" * 32
AUTHORIZED = {"Authorization": f"Bearer {METRICS_TOKEN}"}


@dataclass
class Product:
    """The running product and what its demo says of itself."""

    url: str
    demo: dict[str, Any]
    environment: dict[str, str]
    process: subprocess.Popen[str]
    output: list[str]
    reader: threading.Thread


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on now."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in held]


def start(
    data_dir: Path, *, program: Sequence[str] = (sys.executable, "manage.py"), folder: Path = ROOT, **changed: str
) -> Product:
    """Start `manage.py up` (or that of another `program`) on free ports and return once it has introduced itself."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SES_", "DJANGO_"))}
    environment |= {name: str(port) for name, port in zip(PORTS, free_ports(len(PORTS)), strict=True)}
    environment |= {"SES_DATA_DIR": str(data_dir), "PYTHONDONTWRITEBYTECODE": "1", "SES_METRICS_TOKEN": METRICS_TOKEN}
    environment |= changed
    environment.pop("DATABASE_URL", None)
    process = subprocess.Popen(
        [*program, "up"], cwd=folder, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    output: list[str] = []
    ready = threading.Event()

    def read() -> None:
        assert process.stdout
        with process.stdout:
            for line in process.stdout:
                output.append(line)
                if "Ctrl-C stops everything" in line:
                    ready.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    deadline = time.monotonic() + WAIT_SECONDS
    while not ready.wait(0.1):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail("the product did not start:\n" + "".join(output[-60:]))
    known = subprocess.run(
        [*program, "demo", "--json"], cwd=folder, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    url = f"http://127.0.0.1:{environment['SES_WEB_PORT']}"
    return Product(url, json.loads(known.stdout), environment, process, output, reader)


def stop(running: Product) -> None:
    """End the product as Ctrl-C does; fail when it does not end."""
    running.process.send_signal(signal.SIGTERM)
    try:
        running.process.wait(WAIT_SECONDS)
    except subprocess.TimeoutExpired:
        running.process.kill()
        embedded_pg.EmbeddedServer(Path(running.environment["SES_DATA_DIR"])).stop()
        pytest.fail("the product did not end after SIGTERM")
    running.reader.join()
