"""The delivery process: one loop that claims, renders, hands over and settles, each beside the others.

Database work runs in threads of its own, so no transaction is open while SMTP talks.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import time
import uuid
from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import Error as DatabaseError

from sending.bell import AWAKE_SECONDS, Bell
from sending.delivery import pipeline, queue
from sending.delivery.handover import Handover
from sending.delivery.hands import RENDERERS, Hands, database_away
from sending.delivery.ledger import Ledger
from sending.delivery.mx import Route, Router
from sending.delivery.pipeline import Hold
from sending.delivery.replies import Outcome
from sending.delivery.results import Clock, judged, put_back, unsent
from sending.delivery.sites import FAULT_SECONDS, Limits, Reports, Site, key_of
from sending.delivery.smtp_client import Timing
from sending.delivery.work import Parcel, Work

log = logging.getLogger("ses.delivery")

BATCH = 500
# Claimed and not yet settled; beyond it nothing is claimed.
HELD_MOST = 2000
# One site's share of them: a slow one must leave room for the others.
SITE_MOST = 400
OVERFLOW_SECONDS = 20.0
CHUNK = 25
# Rendered mails that wait for the wire, in bytes.
RENDERED_MOST = 64 * 1024 * 1024
POLL_SECONDS = 0.05
# An engine with nothing in its hands looks this often; the bell tells it of new mail before.
IDLE_SECONDS = 1.0
DRAIN_SECONDS = 25.0


class Engine:
    """One process's delivery; `run` returns when it was told to stop, or, with `once`, when all is done."""

    def __init__(self, router: Router, *, helo: str, once: bool = False) -> None:
        rules = settings.RULES
        self._router = router
        self._once = once
        self._worker = f"{socket.gethostname()[:30]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        timing = Timing(rules.connect_timeout_seconds, rules.reply_timeout_seconds, rules.final_reply_timeout_seconds)
        self._limits = Limits(
            helo=helo,
            timing=timing,
            connections=rules.connections_per_route,
            mails_per_connection=rules.mails_per_connection,
            pause=rules.provider_pause_seconds,
        )
        self._reports = Reports(self._is_held, self._finished, self._postponed)
        self._sites: dict[tuple[str, ...], Site] = {}
        self._hands = Hands()
        self._ledger = Ledger(self._hands, worker=self._worker, lease=rules.lease_seconds)
        self._to_render: asyncio.Queue[tuple[Work, Site]] = asyncio.Queue()
        self._rendered = 0
        self._clock = Clock()
        self._stopping = asyncio.Event()
        self._bell = Bell()
        self._awake_until = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """Take no more, finish what is on the wire, write it down, and return from `run`."""
        self._stopping.set()
        self._bell.rung.set()
        self._ledger.room.set()

    async def run(self) -> None:
        """Deliver until stopped."""
        loops = [asyncio.create_task(self._ledger.settle_loop()), asyncio.create_task(self._ledger.renew_loop())]
        loops += [asyncio.create_task(self._render_loop()) for _ in range(RENDERERS)]
        loops += [asyncio.create_task(self._bell.listen()), asyncio.create_task(self._lead())]
        try:
            # The first to end is the lead; or another that failed, and then the process must not linger.
            ended, _ = await asyncio.wait(loops, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            for task in [*loops, *self._tasks]:
                task.cancel()
            await asyncio.gather(*loops, *self._tasks, return_exceptions=True)
            await asyncio.gather(*(site.close() for site in self._sites.values()))
            await self._hands.close()

    async def _lead(self) -> None:
        await self._claim_loop()
        await self._drain()

    async def _claim_loop(self) -> None:
        while not self._stopping.is_set():
            self._ledger.room.clear()
            room = HELD_MOST - len(self._ledger)
            if room < BATCH:
                await self._ledger.room.wait()
                continue
            self._bell.rung.clear()
            began = time.monotonic()
            try:
                works, now = await self._hands.take(queue.claim, BATCH, self._worker)
            except DatabaseError as error:
                await database_away(error)
                continue
            if not works:
                if self._once and not self._ledger:
                    return
                await self._nap()
                continue
            assert now is not None
            self._awake_until = time.monotonic() + AWAKE_SECONDS
            self._clock.set(now, time.monotonic())
            self._ledger.hold(works, began)
            await self._prepare(works, now)

    async def _nap(self) -> None:
        """Wait a little, or until the bell rings when nothing is in hand."""
        awake = self._ledger or not self._bell.hears or time.monotonic() < self._awake_until
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS if awake else IDLE_SECONDS):
                await self._bell.rung.wait()
                self._awake_until = time.monotonic() + AWAKE_SECONDS

    async def _prepare(self, works: Sequence[Work], now: datetime) -> None:
        """Sort out what may not go and send the rest to its sites; look-ups of routes hold nobody up."""
        try:
            go, rest = await self._hands.take(_still_wanted, works, now)
        except DatabaseError as error:
            self._ledger.forget(works)
            await database_away(error)
            return
        for work, verdict in rest:
            self._ledger.add(unsent(work, verdict))
        domains: dict[str, list[Work]] = {}
        for work in go:
            domains.setdefault(work.recipient_domain, []).append(work)
        for domain, group in domains.items():
            self._start(self._send_to(domain, group))

    async def _send_to(self, domain: str, group: Sequence[Work]) -> None:
        try:
            route = await self._router.route(domain)
        except Exception:
            log.exception("The hosts of %s could not be found; its mails are tried again later.", domain)
            for work in group:
                self._ledger.add(put_back(work, FAULT_SECONDS))
            return
        if not route.hosts:
            handover = Handover(failure=route.failure)
            for work in group:
                self._ledger.add(judged(work, handover, began=self._clock.at(time.monotonic()), seconds=0.0))
            return
        site = self._site(route)
        for work in group:
            if site.load >= SITE_MOST and len(self._sites) > 1:
                self._ledger.add(put_back(work, OVERFLOW_SECONDS))
            else:
                site.load += 1
                self._to_render.put_nowait((work, site))

    def _site(self, route: Route) -> Site:
        key = key_of(route)
        if key not in self._sites:
            for old in [key for key, site in self._sites.items() if site.is_unused]:
                del self._sites[old]
            self._sites[key] = Site(route.hosts, self._limits, self._reports)
        return self._sites[key]

    async def _render_loop(self) -> None:
        while True:
            chunk = [await self._to_render.get()]
            while len(chunk) < CHUNK and not self._to_render.empty():
                chunk.append(self._to_render.get_nowait())
            while self._rendered > RENDERED_MOST:
                await asyncio.sleep(POLL_SECONDS)
            try:
                await self._render(chunk)
            except DatabaseError as error:
                for work, site in chunk:
                    site.load -= 1
                    self._ledger.add(put_back(work, 0.0))
                await database_away(error)

    async def _render(self, chunk: Sequence[tuple[Work, Site]]) -> None:
        with_files = {work.shared.submission for work, _ in chunk if work.shared.has_attachments}
        files = await self._hands.take(queue.attachments, with_files) if with_files else {}
        works = [work for work, _ in chunk]
        done = await self._hands.render(_render_all, works, files)
        for (work, site), parcel in zip(chunk, done, strict=True):
            site.load -= 1
            if isinstance(parcel, Parcel):
                self._rendered += len(parcel.data)
                site.put(parcel)
            else:
                self._ledger.add(unsent(work, parcel))

    def _is_held(self, parcel: Parcel) -> bool:
        held = self._ledger.is_held(parcel.work)
        if not held:
            self._rendered -= len(parcel.data)
        return held

    def _finished(self, parcel: Parcel, handover: Handover, began: float, seconds: float) -> Awaitable[None]:
        result = judged(parcel.work, handover, began=self._clock.at(began), seconds=seconds)
        self._rendered -= len(parcel.data)
        return self._ledger.add_awaited(result)

    def _postponed(self, parcel: Parcel, seconds: float) -> None:
        self._rendered -= len(parcel.data)
        self._ledger.add(put_back(parcel.work, seconds))

    async def _drain(self) -> None:
        """Give back what has not begun, wait for what has, and write everything down."""
        deadline = time.monotonic() + DRAIN_SECONDS
        while time.monotonic() < deadline:
            while not self._to_render.empty():
                work, site = self._to_render.get_nowait()
                site.load -= 1
                self._ledger.add(put_back(work, 0.0))
            for site in self._sites.values():
                site.give_back()
            if not self._ledger:
                return
            await asyncio.sleep(POLL_SECONDS)
        log.warning("%d mails are still on the wire; others take them when their leases end.", len(self._ledger))

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _still_wanted(works: Sequence[Work], now: datetime) -> tuple[list[Work], list[tuple[Work, Outcome | Hold]]]:
    return pipeline.still_wanted(works, now=now)


def _render_all(
    works: Sequence[Work], files: Mapping[int, Sequence[tuple[str, bytes]]]
) -> list[Parcel | Outcome | Hold]:
    done: list[Parcel | Outcome | Hold] = []
    for work in works:
        try:
            done.append(pipeline.render(work, files.get(work.shared.submission, ())))
        except Exception:
            log.exception("The mail of message %s cannot be made; it stays in the queue.", work.message)
            done.append(Hold(pipeline.HELD_SECONDS))
    return done
