"""The whole product under load while its processes and its database are killed: what was promised, arrives."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from accounts.models import ApiKey
from config import embedded_pg
from tests.accounts.api.calls import tc3_headers
from tests.folders import data_folder
from tests.product import Product, start, stop
from tests.waiting import WAIT_SECONDS, until

CLIENTS = 3
CONNECTIONS = 5
# Of load before each kill; it goes on all the while.
PAUSE_SECONDS = 0.6
KILLS: tuple[tuple[str, signal.Signals], ...] = (
    ("run_delivery", signal.SIGKILL),
    # What `pg_ctl stop -m immediate` sends.
    ("postgres", signal.SIGQUIT),
    ("granian-worker", signal.SIGKILL),
    ("run_simulator", signal.SIGKILL),
    ("postgres", signal.SIGKILL),
    ("run_inbound", signal.SIGKILL),
    ("granian", signal.SIGKILL),
    ("run_delivery", signal.SIGKILL),
)
# Each of these may leave one mail on each connection that was handed over and not written down.
REPEATING = sum(name in {"run_delivery", "postgres", "run_simulator"} for name, _ in KILLS)
RULES = {
    "SES_RULE_API_CALLS_PER_SECOND": "10000",
    "SES_RULE_MAILS_PER_SECOND": "10000",
    "SES_RULE_DOMAIN_START_LEVEL": "20",
    "SES_RULE_CONNECTIONS_PER_ROUTE": str(CONNECTIONS),
    # Renewed three times as often: a slow machine keeps what it holds.
    "SES_RULE_LEASE_SECONDS": "15",
    "SES_RULE_DELIVERY_FIRST_RETRY_SECONDS": "1",
    "SES_RULE_PROVIDER_PAUSE_SECONDS": "1",
    "SES_RULE_SIMULATOR_LATER_SECONDS": "0",
}


@dataclass
class Answers:
    """What the clients were told, kept where no kill reaches it."""

    promised: dict[str, str] = field(default_factory=dict)
    codes: Counter[str] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)
    cut: int = 0


def send_until(over: threading.Event, product: Product, numbers: Iterator[int], answers: Answers) -> None:
    """Call SendEmail without pause; whatever the server does, the answer is a promise, a refusal or a cut line."""
    key = ApiKey(secret_id=product.demo["api"]["secret_id"], secret_key=product.demo["api"]["secret_key"])
    host = product.demo["api"]["endpoint"]
    while not over.is_set():
        number = next(numbers)
        to = f"dsn@{number}.test" if number % 20 == 0 else f"{number}@storm.test"
        body = json.dumps(
            {
                "FromEmailAddress": product.demo["sender"],
                "Subject": "Storm",
                "Destination": [to],
                "Template": {
                    "TemplateID": product.demo["template_id"],
                    "TemplateData": json.dumps(product.demo["template_data"]),
                },
            }
        ).encode()
        line = http.client.HTTPConnection(host, timeout=WAIT_SECONDS)
        try:
            line.request("POST", "/", body, tc3_headers(key, "SendEmail", body=body, Host=host))
            answer = line.getresponse()
            status, body_read = answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            # Nobody knows what became of this one: the client would ask again.
            answers.cut += 1
            time.sleep(0.05)
            continue
        finally:
            line.close()
        try:
            response = json.loads(body_read)["Response"]
        except ValueError:
            response = {}
        if status != 200 or not response:
            answers.odd.append(f"{status} {body_read[:200]!r}")
        elif "MessageId" in response:
            answers.promised[response["MessageId"]] = to
        else:
            answers.codes[response["Error"]["Code"]] += 1
            time.sleep(0.05)


def family(head: int) -> dict[int, tuple[int, list[str]]]:
    """Return every process under `head`: its parent and its command."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found: dict[int, tuple[int, list[str]]] = {}
    waiting = [head]
    while waiting:
        parent = waiting.pop()
        for child in [pid for pid, of in parents.items() if of == parent]:
            try:
                command = Path(f"/proc/{child}/cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            found[child] = (parent, command)
            waiting.append(child)
    return found


def running(product: Product, name: str) -> int | None:
    """Return the process of this name; a worker of granian is what stands at the end of granian's own line."""
    head = product.process.pid
    every = family(head)
    parents = {parent for parent, _ in every.values()}
    for pid, (parent, command) in sorted(every.items()):
        words = " ".join(command)
        if name == "granian-worker":
            # From Python 3.14 on a server of forks stands between the two; a tracker of resources is no worker.
            if pid not in parents and "resource_tracker" not in words and _is_below_granian(pid, every, head):
                return pid
        elif parent == head and name in words:
            return pid
    return None


def _is_below_granian(pid: int, every: dict[int, tuple[int, list[str]]], head: int) -> bool:
    parent, _ = every[pid]
    if parent not in every:
        return False
    grandparent, command = every[parent]
    return "granian" in " ".join(command) if grandparent == head else _is_below_granian(parent, every, head)


def ask(product: Product, query: str) -> list[tuple[Any, ...]]:
    known = embedded_pg.settings_for(Path(product.environment["SES_DATA_DIR"]))
    with psycopg.connect(
        host=known["HOST"],
        user=known["USER"],
        password=known["PASSWORD"],
        dbname=known["NAME"],
        connect_timeout=WAIT_SECONDS,
    ) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with data_folder() as folder:
        started = start(folder, **RULES)
        yield started
        stop(started)


def test_what_was_promised_arrives_whatever_is_killed(product: Product) -> None:
    answers, over, numbers = Answers(), threading.Event(), itertools.count()
    clients = [
        threading.Thread(target=send_until, args=(over, product, numbers, answers), daemon=True) for _ in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    try:
        for name, number in KILLS:
            enough = len(answers.promised) + 20
            until(lambda enough=enough: len(answers.promised) >= enough, "mails to be taken again")
            until(lambda name=name: running(product, name) is not None, f"{name} to run again")
            time.sleep(PAUSE_SECONDS)
            victim = running(product, name)
            assert victim is not None
            os.kill(victim, number)
    finally:
        over.set()
        for client in clients:
            client.join(WAIT_SECONDS)
    until(lambda: ask(product, "SELECT count(*) FROM sending_queueitem") == [(0,)], "the queue to drain")

    told = f"{len(answers.promised)} promised, {answers.cut} cut off, refused {dict(answers.codes)}"
    assert answers.odd == [], told
    assert set(answers.codes) <= {"InternalError"}, told
    stored = dict(
        ask(product, "SELECT message_id, recipient FROM sending_message WHERE recipient NOT LIKE '%@inbox.test'")
    )
    assert [message_id for message_id in answers.promised if message_id not in stored] == [], (
        f"promised, but not stored; {told}"
    )
    arrived = Counter(row[0] for row in ask(product, "SELECT recipient FROM sending_simulatedmail"))
    assert [to for to in answers.promised.values() if not arrived[to]] == [], f"promised, but lost; {told}"
    ours = [to for to in arrived if to.endswith("@storm.test") or to.startswith("dsn@")]
    copies = sum(arrived[to] - 1 for to in ours)
    assert copies <= REPEATING * CONNECTIONS, f"{copies} copies; {told}"
    bodies = ask(product, "SELECT recipient, count(DISTINCT md5(raw)) FROM sending_simulatedmail GROUP BY 1")
    assert [to for to, kinds in bodies if kinds > 1] == [], "copies differ"
    unread = "SELECT count(*) FROM sending_inboundreport WHERE read_at IS NULL"
    until(lambda: ask(product, unread) == [(0,)], "every kept report to be read")
