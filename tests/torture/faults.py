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
from tests.product import AUTHORIZED, Product
from tests.waiting import until

PROCESSES = ("run_delivery", "granian-worker", "run_inbound", "granian", "run_tasks")
# What `pg_ctl stop` sends in its modes "immediate" and "fast", and what the kernel sends when memory is short.
DATABASE_SIGNALS = (signal.SIGQUIT, signal.SIGKILL, signal.SIGINT)
# Longer than the lease of a torture run, and than a transaction may be idle.
PAUSE_SECONDS = 10.0
READ_ONLY_SECONDS = 60.0
FULL_SECONDS = 20.0
# So many reports, or writers of events, wait when a fault is made that must meet them at work.
WAITING = 2
# Whoever writes there waits while we lock it: the report reader, which blocks addresses, and delivery, which writes events.
BLOCKS, EVENTS = "blocklist_blockedaddress", "sending_event"
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
    # While reports still come in: not left to chance.
    faults.insert(len(faults) // 4, _pause("run_inbound", table=BLOCKS, waits=_reports_wait))
    faults.insert(len(faults) // 2, _pause("run_delivery", table=EVENTS, waits=_events_wait))
    faults.insert(len(faults) // 3, Fault("the database read-only for a minute", _read_only, repeats=True))
    faults.insert(2 * len(faults) // 3, Fault("the disk full", _full_disk, repeats=True))
    return faults


def owner(product: Product) -> psycopg.Connection[Any]:
    """Return a connection that may do everything."""
    known = embedded_pg.owner_settings_for(Path(product.environment["SES_DATA_DIR"]))
    return psycopg.connect(
        host=known["HOST"], user=known["USER"], password=known["PASSWORD"], dbname=known["NAME"],
        autocommit=True, connect_timeout=60,
    )  # fmt: skip


def _kill(name: str) -> Fault:
    def make(product: Product) -> list[str]:
        _signal(product, name, signal.SIGKILL)
        return []

    return Fault(f"{name} killed", make, repeats=name == "run_delivery")


def _pause(name: str, *, table: str, waits: Callable[[psycopg.Connection[Any]], bool]) -> Fault:
    def make(product: Product) -> list[str]:
        with owner(product) as connection:
            # It stops inside a transaction if it can: the database ends that before the process goes on.
            with connection.transaction():
                connection.execute(f"LOCK TABLE {table} IN SHARE MODE")
                until(lambda: waits(connection), f"{name} to write to {table}")
                victim = _signal(product, name, signal.SIGSTOP)
            time.sleep(PAUSE_SECONDS)
            os.kill(victim, signal.SIGCONT)
        return [] if running(product, name) == victim else [f"{name} ended when it went on"]

    return Fault(f"{name} paused for {PAUSE_SECONDS:g} s", make, repeats=name == "run_delivery")


def _reports_wait(connection: psycopg.Connection[Any]) -> bool:
    unread = "SELECT count(*) FROM sending_inboundreport WHERE state = 'waiting'"
    return _number(connection, unread) >= WAITING


def _events_wait(connection: psycopg.Connection[Any]) -> bool:
    waiting = "SELECT count(*) FROM pg_locks WHERE relation = 'sending_event'::regclass AND NOT granted"
    return _number(connection, waiting) >= WAITING


def _number(connection: psycopg.Connection[Any], query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def _stop(number: signal.Signals) -> Fault:
    def make(product: Product) -> list[str]:
        _signal(product, "postgres", number)
        return []

    return Fault(f"the database stopped ({number.name})", make, repeats=True)


def _signal(product: Product, name: str, number: signal.Signals) -> int:
    until(lambda: running(product, name) is not None, f"{name} to run again")
    victim = running(product, name)
    assert victim is not None
    os.kill(victim, number)
    return victim


def _read_only(product: Product) -> list[str]:
    before = _children(product)
    with owner(product) as connection, owner(product) as other:
        connection.execute("SET default_transaction_read_only = off")
        # No bounce blocks an address meanwhile, so reports pile up, and meet the read-only database.
        with other.transaction():
            other.execute(f"LOCK TABLE {BLOCKS} IN SHARE MODE")
            until(lambda: _reports_wait(connection), "reports to wait for the read-only database")
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
        asked = urllib.request.Request(f"{product.url}/healthz", headers=AUTHORIZED)
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return list(json.load(answer)["troubles"])
    except urllib.error.HTTPError as error:
        return list(json.load(error)["troubles"]) if error.code == 503 else [f"HTTP {error.code}"]
    except (OSError, ValueError):
        return ["no answer"]
