"""The whole product, started with `--hold` and after its database was restored: it says why it is on hold, and works."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import embedded_pg
from tests.folders import data_folder
from tests.product import AUTHORIZED, METRICS_TOKEN, PORTS, ROOT, free_ports
from tests.waiting import until


def environment_of(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SES_", "DJANGO_"))}
    kept.pop("DATABASE_URL", None)
    return kept | {"SES_DATA_DIR": str(folder), "SES_METRICS_TOKEN": METRICS_TOKEN}


@contextmanager
def product(folder: Path, *options: str) -> Iterator[tuple[str, Path]]:
    """Run `up` until the block ends; yield its URL, once it has introduced itself, and the file of what it says."""
    ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
    said = folder / "said"
    with open(said, "w") as file:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--no-demo", *options],
            cwd=ROOT,
            env=environment_of(folder) | ports,
            stdout=file,
            stderr=file,
        )
    try:
        until(lambda: "Ctrl-C stops everything" in said.read_text() or process.poll() is not None, "the product")
        assert process.poll() is None, said.read_text()
        yield f"http://127.0.0.1:{ports['SES_WEB_PORT']}", said
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def health(url: str) -> dict[str, object]:
    with urllib.request.urlopen(urllib.request.Request(f"{url}/healthz", headers=AUTHORIZED)) as answer:
        found: dict[str, object] = json.load(answer)
        return found


ALL_ON_HOLD = {"ok": True, "troubles": [], "on_hold": ["callbacks", "delivery", "reports"]}


def test_it_starts_on_hold_where_it_is_told_to_and_sees_a_restore() -> None:
    with data_folder() as folder:
        with product(folder, "--hold") as (url, said):
            until(lambda: "release" in said.read_text(), "the way to release it")
            assert "ON HOLD: delivery, callbacks, reports. Emails are accepted, and wait." in said.read_text()
            assert "It was started with --hold." in said.read_text()
            assert health(url) == ALL_ON_HOLD
        server = embedded_pg.EmbeddedServer(folder)
        subprocess.run(["cp", "-a", str(server.cluster), str(folder / "backup")], check=True)
        server.start()
        run_once = [sys.executable, "manage.py", "run_delivery", "--once"]
        subprocess.run(run_once, cwd=ROOT, env=environment_of(folder), check=True)
        server.stop()
        subprocess.run(["rm", "-rf", str(server.cluster)], check=True)
        subprocess.run(["mv", str(folder / "backup"), str(server.cluster)], check=True)
        with product(folder) as (url, said):
            until(lambda: "ON HOLD" in said.read_text(), "the hold")
            until(lambda: "up | The database is older than the last run" in said.read_text(), "the reason")
            assert health(url) == ALL_ON_HOLD
