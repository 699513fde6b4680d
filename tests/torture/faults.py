"""The faults of a torture run: processes killed, the database stopped or made read-only, the disk filled."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from config import embedded_pg
from tests.processes import running
from tests.product import Product

PROCESSES = ("run_delivery", "granian-worker", "run_inbound", "granian", "qcluster")
# What `pg_ctl stop` sends in its modes "immediate" and "fast", and what the kernel sends when memory is short.
DATABASE_SIGNALS = (signal.SIGQUIT, signal.SIGKILL, signal.SIGINT)
READ_ONLY_SECONDS = 60.0
FULL_SECONDS = 20.0
# Of the disk that stays free when the warning is due, in bytes: below the share at which /healthz turns red.
WARNING_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong: what the report calls it, and the act that makes it and takes it back."""

    name: str
    make: Callable[[Product], list[str]]
    # Whether mails that were on a connection may be sent once more.
    repeats: bool


def program(kills: int, stops: int, *, seed: int) -> list[Fault]:
    """Return all faults of a run in the order of the seed; every process is killed in its turn."""
    faults = [_kill(name) for name in itertools.islice(itertools.cycle(PROCESSES), kills)]
    faults += [_stop(number) for number in itertools.islice(itertools.cycle(DATABASE_SIGNALS), stops)]
    random.Random(seed).shuffle(faults)
    faults.insert(len(faults) // 3, Fault("the database read-only for a minute", _read_only, repeats=True))
    faults.insert(2 * len(faults) // 3, Fault("the disk full", _full_disk, repeats=True))
    return faults


def until(condition: Callable[[], object], what: str, seconds: float = 300) -> None:
    """Return once the condition holds; raise TimeoutError saying what was waited for."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        time.sleep(0.05)


def owner(product: Product) -> psycopg.Connection[Any]:
    """Return a connection that may do everything."""
    known = embedded_pg.settings_for(Path(product.environment["SES_DATA_DIR"]))
    return psycopg.connect(
        host=known["HOST"], user=known["USER"], password=known["PASSWORD"], dbname=known["NAME"],
        autocommit=True, connect_timeout=60,
    )  # fmt: skip


def _kill(name: str) -> Fault:
    def make(product: Product) -> list[str]:
        _signal(product, name, signal.SIGKILL)
        return []

    return Fault(f"{name} killed", make, repeats=name == "run_delivery")


def _stop(number: signal.Signals) -> Fault:
    def make(product: Product) -> list[str]:
        _signal(product, "postgres", number)
        return []

    return Fault(f"the database stopped ({number.name})", make, repeats=True)


def _signal(product: Product, name: str, number: signal.Signals) -> None:
    until(lambda: running(product, name) is not None, f"{name} to run again")
    victim = running(product, name)
    assert victim is not None
    os.kill(victim, number)


def _read_only(product: Product) -> list[str]:
    before = _children(product)
    with owner(product) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        connection.execute("SELECT pg_reload_conf()")
        try:
            time.sleep(READ_ONLY_SECONDS)
        finally:
            connection.execute("ALTER SYSTEM RESET default_transaction_read_only")
            connection.execute("SELECT pg_reload_conf()")
    ended = sorted(name for name, pid in before.items() if running(product, name) != pid)
    return [f"{name} ended while the database was read-only" for name in ended]


def _children(product: Product) -> dict[str, int]:
    return {name: pid for name in PROCESSES if (pid := running(product, name)) is not None}


def _full_disk(product: Product) -> list[str]:
    folder = Path(product.environment["SES_DATA_DIR"])
    found = []
    with _ballast(folder, leave=WARNING_BYTES) as fill:
        if "disk" not in troubles(product):
            found.append("/healthz did not speak of the disk before it was full")
        fill()
        time.sleep(FULL_SECONDS)
    return found


@contextmanager
def _ballast(folder: Path, *, leave: int) -> Iterator[Callable[[], None]]:
    """Take the disk's room but for `leave` bytes, and when the block calls what it got, all of it."""
    with open(folder / "ballast", "wb") as file:

        def grow(stay: int) -> None:
            free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize - stay
            if free > 0:
                os.posix_fallocate(file.fileno(), file.tell(), free)
                file.seek(0, os.SEEK_END)

        try:
            grow(leave)
            yield lambda: grow(0)
        finally:
            (folder / "ballast").unlink()


def troubles(product: Product) -> list[str]:
    """Return what /healthz complains of; "no answer" when there is none."""
    try:
        with urllib.request.urlopen(f"{product.url}/healthz", timeout=30) as answer:
            return list(json.load(answer)["troubles"])
    except urllib.error.HTTPError as error:
        return list(json.load(error)["troubles"]) if error.code == 503 else [f"HTTP {error.code}"]
    except (OSError, ValueError):
        return ["no answer"]
