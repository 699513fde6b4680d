"""One torture run: the product and the world around it, the faults one after another, the verdict at the end."""

from __future__ import annotations

import itertools
import os
import platform
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from tests.load import Answers, send_until
from tests.product import Product, start, stop
from tests.sending.smtp.sink import Sink, served
from tests.torture import verdict
from tests.torture.faults import Fault, owner, program
from tests.torture.report import FaultMade, Run
from tests.torture.reports import Reports, report_until
from tests.waiting import until

CLIENTS = 3
CONNECTIONS = 5
SETTINGS = {
    "SES_TRANSPORT": "relay",
    "SES_PUBLIC_URL": "https://ses.example.com",
    "SES_MX_HOST": "mx.ses.example.com",
    "SES_SPF_INCLUDE": "spf.ses.example.com",
    "SES_RULE_API_CALLS_PER_SECOND": "10000",
    "SES_RULE_MAILS_PER_SECOND": "10000",
    "SES_RULE_DOMAIN_START_LEVEL": "20",
    "SES_RULE_CONNECTIONS_PER_ROUTE": str(CONNECTIONS),
    "SES_RULE_LEASE_SECONDS": "6",
    "SES_RULE_DELIVERY_FIRST_RETRY_SECONDS": "1",
    "SES_RULE_PROVIDER_PAUSE_SECONDS": "1",
}


class World:
    """The product, the receiver of its mail, its clients and those who report, all at work."""

    def __init__(self, product: Product, sink: Sink, *, mails: int, reports: int) -> None:
        self.product, self.sink, self.mails = product, sink, mails
        self.answers, self.reports = Answers(), Reports(reports)
        self.began = time.monotonic()
        self._over = threading.Event()
        numbers = itertools.count()
        self._threads = [threading.Thread(target=self._send, args=(numbers,), daemon=True) for _ in range(CLIENTS)]
        every = max(1, mails // (reports + reports // 10 + 1))
        self._threads.append(
            threading.Thread(
                target=report_until,
                args=(self._over, product, sink, self.reports),
                kwargs={"every": every},
                daemon=True,
            )
        )
        for thread in self._threads:
            thread.start()

    @property
    def now(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self.began

    def end(self) -> None:
        """Stop asking for anything new."""
        self._over.set()
        for thread in self._threads:
            thread.join(120)

    def sample(self) -> tuple[float, int, int, int]:
        """Return the moment, and how many mails were promised and delivered and reports taken by then."""
        return self.now, len(self.answers.promised), len(self.sink.mails), self.reports.taken

    def _send(self, numbers: itertools.count[int]) -> None:
        # Unpaced, the mails would all be promised before the first faults are over.
        send_until(
            self._over, self.product, numbers, self.answers, recipient=lambda number: f"{number}@{verdict.DOMAIN}"
        )


def conduct(folder: Path, *, mails: int, reports: int, kills: int, stops: int, seed: int, disk: str) -> Run:
    """Start everything in `folder`, make the faults while mail flows, wait for the rest, and judge."""
    run = Run(
        began=datetime.now(UTC),
        machine=f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}",
        disk=disk,
    )
    faults = program(kills, stops, seed=seed)
    sink = Sink()
    with served(sink) as port:
        product = start(folder, **SETTINGS, SES_RELAY_URL=f"smtp://127.0.0.1:{port}")
        try:
            world = World(product, sink, mails=mails, reports=reports)
            watching = threading.Event()
            watcher = threading.Thread(target=_watch, args=(world, run, watching), daemon=True)
            watcher.start()
            try:
                _make_all(world, faults, run, share=mails // (len(faults) + 1))
                until(lambda: len(world.answers.promised) >= mails, "the last mails to be promised")
                until(lambda: world.reports.taken >= reports, "the last reports to be taken")
            finally:
                world.end()
                watching.set()
                watcher.join()
            _settle(product)
            run.samples.append(world.sample())
            run.seconds = world.now
            _judge(world, faults, run)
        finally:
            stop(product)
    return run


def _make_all(world: World, faults: list[Fault], run: Run, *, share: int) -> None:
    """Make each fault once so many mails were promised since the one before; say what comes of it."""
    for number, fault in enumerate(faults, 1):
        enough = len(world.answers.promised) + share
        until(lambda enough=enough: len(world.answers.promised) >= enough, f"mail to flow before: {fault.name}")
        at = world.now
        for found in fault.make(world.product):
            run.findings.append(verdict.Finding(fault.name, found, holds=False))
        ended = world.now
        promised, delivered = len(world.answers.promised), len(world.sink.mails)
        after: list[float] = []
        for what, more in (
            ("a promise", lambda p=promised: len(world.answers.promised) > p),
            ("a delivery", lambda d=delivered: len(world.sink.mails) > d),
        ):
            until(more, f"{what} after: {fault.name}")
            after.append(world.now - ended)
        run.faults.append(FaultMade(at, ended, fault.name, *after))
        print(
            f"{world.now:7.1f} s | {number} of {len(faults)}: {fault.name}; promised again after {after[0]:.1f} s, "
            f"delivered after {after[1]:.1f} s; {len(world.answers.promised)} promised, {len(world.sink.mails)} arrived, "
            f"{world.reports.taken} reports",
            flush=True,
        )


def _watch(world: World, run: Run, over: threading.Event) -> None:
    while not over.wait(0.5):
        run.samples.append(world.sample())


def _settle(product: Product) -> None:
    """Wait until nothing waits: no mail, no report, no event that is not yet in the figures."""
    for what, query in (
        ("the queue to drain", "SELECT NOT EXISTS (SELECT FROM sending_queueitem)"),
        ("the reports to be read", "SELECT NOT EXISTS (SELECT FROM sending_inboundreport WHERE state = 'waiting')"),
    ):
        until(lambda query=query: _ask(product, query) == [(True,)], what)
    now = _ask(product, "SELECT clock_timestamp()")[0][0]
    until(
        lambda: _ask(product, "SELECT rolled_at FROM stats_rollupstate")[0][0] > now,
        "the figures to be brought up to date",
    )


def _judge(world: World, faults: list[Fault], run: Run) -> None:
    answers, reports = world.answers, world.reports
    allowed = CONNECTIONS * sum(fault.repeats for fault in faults)
    ask: Callable[[str], list[tuple[Any, ...]]] = lambda query: _ask(world.product, query)  # noqa: E731
    odd = ", ".join(answers.odd[:3])
    others = sorted(set(answers.codes) - {"InternalError"})
    run.findings += [
        *verdict.mails(answers.promised, world.sink.mails, allowed=allowed),
        *verdict.rows(ask, answers.promised, bounced=reports.bounced, complained=reports.complained),
        *verdict.statistics(ask),
        verdict.Finding(
            "API answers that are neither a promise nor InternalError", f"{len(answers.odd)} {odd}".strip(), not odd
        ),
        verdict.Finding("other error codes", ", ".join(others) or "none", not others),
    ]
    run.told = (
        f"{len(answers.promised)} mails were promised; {sum(answers.codes.values())} calls got InternalError and "
        f"{answers.cut} no answer. {reports.taken} reports were taken; {reports.refused} tries got no 250."
    )


def _ask(product: Product, query: str) -> list[tuple[Any, ...]]:
    with owner(product) as connection:
        cursor: psycopg.Cursor[Any] = connection.execute(query)
        return cursor.fetchall()
