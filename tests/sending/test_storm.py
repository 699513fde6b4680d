"""The whole product under load while its processes and its database are killed: what was promised, arrives."""

from __future__ import annotations

import itertools
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config import embedded_pg
from tests.folders import data_folder
from tests.load import Answers, send_until
from tests.processes import running
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
        threading.Thread(
            target=send_until,
            args=(over, product, numbers, answers),
            kwargs={"recipient": lambda number: f"dsn@{number}.test" if number % 20 == 0 else f"{number}@storm.test"},
            daemon=True,
        )
        for _ in range(CLIENTS)
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
    unread = "SELECT count(*) FROM sending_inboundreport WHERE state = 'waiting'"
    until(lambda: ask(product, unread) == [(0,)], "every kept report to be read")
