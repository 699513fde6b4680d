"""The delivery process: one loop that claims, renders, hands over and settles, each beside the others.

Database work runs in threads of its own, so no transaction is open while SMTP talks. Results are kept in
memory until they are written; when the database is away they wait for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, connection, connections

from sending.delivery import pipeline, queue
from sending.delivery.handover import Handover
from sending.delivery.mx import Route, Router
from sending.delivery.pipeline import Hold
from sending.delivery.queue import Result
from sending.delivery.replies import Outcome
from sending.delivery.results import Clock, bare, judged, put_back, unsent
from sending.delivery.sites import Limits, Reports, Site, key_of
from sending.delivery.smtp_client import Timing
from sending.delivery.work import Parcel, Work

log = logging.getLogger("ses.delivery")
Given = TypeVar("Given")

BATCH = 500
# Claimed and not yet settled; beyond it nothing is claimed.
HELD_MOST = 2000
# One site's share of them: a slow one must leave room for the others.
SITE_MOST = 400
OVERFLOW_SECONDS = 20.0
CHUNK = 25
RENDERERS = 2
# Rendered mails that wait for the wire, in bytes.
RENDERED_MOST = 64 * 1024 * 1024
POLL_SECONDS = 0.05
SETTLE_MOST = 1000
DATABASE_SECONDS = 1.0
DRAIN_SECONDS = 25.0


class Engine:
    """One process's delivery; `run` returns when it was told to stop, or, with `once`, when all is done."""

    def __init__(self, router: Router, *, helo: str, once: bool = False) -> None:
        rules = settings.RULES
        self._router = router
        self._once = once
        self._lease = float(rules.lease_seconds)
        self._worker = f"{socket.gethostname()[:30]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        timing = Timing(rules.connect_timeout_seconds, rules.reply_timeout_seconds, rules.final_reply_timeout_seconds)
        self._limits = Limits(
            helo=helo, timing=timing, connections=rules.connections_per_route,
            mails_per_connection=rules.mails_per_connection, pause=rules.provider_pause_seconds,
        )
        self._reports = Reports(self._is_held, self._finished, self._postponed)
        self._sites: dict[tuple[str, ...], Site] = {}
        self._held: dict[int, Work] = {}
        self._results: list[Result] = []
        # Done when the message's result is written down, or is no longer ours to write.
        self._written: dict[int, asyncio.Future[None]] = {}
        self._to_render: asyncio.Queue[tuple[Work, Site]] = asyncio.Queue()
        self._rendered = 0
        self._clock = Clock()
        self._stopping = asyncio.Event()
        self._settle_now = asyncio.Event()
        self._room = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        # Two hands for the database: one takes, one writes.
        self._taker = ThreadPoolExecutor(1, "take")
        self._writer = ThreadPoolExecutor(1, "write")
        self._renderers = ThreadPoolExecutor(RENDERERS, "render")

    def stop(self) -> None:
        """Take no more, finish what is on the wire, write it down, and return from `run`."""
        self._stopping.set()
        self._room.set()

    async def run(self) -> None:
        """Deliver until stopped."""
        loops = [asyncio.create_task(self._settle_loop()), asyncio.create_task(self._renew_loop())]
        loops += [asyncio.create_task(self._render_loop()) for _ in range(RENDERERS)]
        loops.append(asyncio.create_task(self._lead()))
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
            await self._close_threads()

    async def _lead(self) -> None:
        await self._claim_loop()
        await self._drain()

    async def _claim_loop(self) -> None:
        while not self._stopping.is_set():
            self._room.clear()
            room = HELD_MOST - len(self._held)
            if room < BATCH:
                await self._room.wait()
                continue
            began = time.monotonic()
            try:
                works, now = await self._in(self._taker, queue.claim, BATCH, self._worker)
            except DatabaseError as error:
                await self._database_away(error)
                continue
            if not works:
                if self._once and not self._held and not self._results:
                    return
                await _nap(self._stopping, POLL_SECONDS)
                continue
            assert now is not None
            self._clock.set(now, time.monotonic())
            self._hold(works, began)
            await self._prepare(works, now)

    def _hold(self, works: Sequence[Work], began: float) -> None:
        for work in works:
            work.lease_ends = began + self._lease
            self._held[work.message] = work

    async def _prepare(self, works: Sequence[Work], now: datetime) -> None:
        """Sort out what may not go and send the rest to its sites; look-ups of routes hold nobody up."""
        try:
            go, rest = await self._in(self._taker, _still_wanted, works, now)
        except DatabaseError as error:
            self._forget(works)
            await self._database_away(error)
            return
        for work, verdict in rest:
            self._add(unsent(work, verdict))
        domains: dict[str, list[Work]] = {}
        for work in go:
            domains.setdefault(work.recipient_domain, []).append(work)
        for domain, group in domains.items():
            self._start(self._send_to(domain, group))

    async def _send_to(self, domain: str, group: Sequence[Work]) -> None:
        route = await self._router.route(domain)
        if not route.hosts:
            handover = Handover(failure=route.failure)
            for work in group:
                self._judge(work, handover, time.monotonic(), 0.0)
            return
        site = self._site(route)
        for work in group:
            if site.load >= SITE_MOST and len(self._sites) > 1:
                self._add(put_back(work, OVERFLOW_SECONDS))
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
                    self._add(put_back(work, 0.0))
                await self._database_away(error)

    async def _render(self, chunk: Sequence[tuple[Work, Site]]) -> None:
        with_files = {work.shared.submission for work, _ in chunk if work.shared.has_attachments}
        files = await self._in(self._taker, queue.attachments, with_files) if with_files else {}
        works = [work for work, _ in chunk]
        done = await asyncio.get_running_loop().run_in_executor(self._renderers, _render_all, works, files)
        for (work, site), parcel in zip(chunk, done, strict=True):
            site.load -= 1
            if isinstance(parcel, Parcel):
                self._rendered += len(parcel.data)
                site.put(parcel)
            else:
                self._add(unsent(work, parcel))

    def _is_held(self, parcel: Parcel) -> bool:
        held = self._held.get(parcel.work.message) is parcel.work and time.monotonic() < parcel.work.lease_ends
        if not held:
            self._rendered -= len(parcel.data)
            self._forget([parcel.work])
        return held

    def _finished(self, parcel: Parcel, handover: Handover, began: float, seconds: float) -> Awaitable[None]:
        self._rendered -= len(parcel.data)
        self._written[parcel.work.message] = written = asyncio.get_running_loop().create_future()
        self._judge(parcel.work, handover, began, seconds)
        return written

    def _postponed(self, parcel: Parcel, seconds: float) -> None:
        self._rendered -= len(parcel.data)
        self._add(put_back(parcel.work, seconds))

    def _judge(self, work: Work, handover: Handover, began: float, seconds: float) -> None:
        self._add(judged(work, handover, began=self._clock.at(began), seconds=seconds))

    def _add(self, result: Result) -> None:
        self._results.append(result)
        self._settle_now.set()

    async def _settle_loop(self) -> None:
        """Write what has come in while the last was being written: the busier, the larger the transactions."""
        while True:
            await self._settle_now.wait()
            self._settle_now.clear()
            await self._settle()
            if self._results:
                self._settle_now.set()

    async def _settle(self) -> None:
        """Write the results that have come in; what cannot be written now stays for the next time."""
        results = self._results[:SETTLE_MOST]
        if not results:
            return
        try:
            await self._in(self._writer, queue.settle, results, self._worker)
        except (OperationalError, InterfaceError) as error:
            await self._database_away(error)
            return
        except DatabaseError:
            log.exception("A batch of results cannot be written; each is tried by itself.")
            try:
                await self._settle_singly(results)
            except DatabaseError as error:
                await self._database_away(error)
                return
        del self._results[: len(results)]
        self._forget([result.work for result in results])

    async def _settle_singly(self, results: Sequence[Result]) -> None:
        for result in results:
            try:
                await self._in(self._writer, queue.settle, [result], self._worker)
            except DatabaseError:
                log.exception("The talk of message %s cannot be written; its result is.", result.work.message)
                await self._in(self._writer, queue.settle, [bare(result)], self._worker)

    def _forget(self, works: Sequence[Work]) -> None:
        for work in works:
            if self._held.get(work.message) is work:
                del self._held[work.message]
                written = self._written.pop(work.message, None)
                if written and not written.done():
                    written.set_result(None)
        self._room.set()

    async def _renew_loop(self) -> None:
        """Keep the leases of what is held; what was lost to another worker is forgotten."""
        while True:
            await asyncio.sleep(self._lease / 3)
            settling = {result.work.message for result in self._results}
            works = [work for work in self._held.values() if work.message not in settling]
            if not works:
                continue
            began = time.monotonic()
            try:
                kept = await self._in(self._writer, queue.renew, works, self._worker)
            except DatabaseError as error:
                await self._database_away(error)
                continue
            for work in works:
                if work.message in kept:
                    work.lease_ends = began + self._lease
            self._forget([work for work in works if work.message not in kept])

    async def _drain(self) -> None:
        """Give back what has not begun, wait for what has, and write everything down."""
        deadline = time.monotonic() + DRAIN_SECONDS
        while time.monotonic() < deadline:
            while not self._to_render.empty():
                work, site = self._to_render.get_nowait()
                site.load -= 1
                self._add(put_back(work, 0.0))
            for site in self._sites.values():
                site.give_back()
            if not self._held:
                return
            await asyncio.sleep(POLL_SECONDS)
        log.warning("%d mails are still on the wire; others take them when their leases end.", len(self._held))

    async def _database_away(self, error: BaseException) -> None:
        log.warning("The database does not answer (%s); trying again.", str(error).strip().partition("\n")[0])
        await asyncio.sleep(DATABASE_SECONDS)

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _in(self, pool: ThreadPoolExecutor, act: Callable[..., Given], *args: object) -> Given:
        return await asyncio.get_running_loop().run_in_executor(pool, _in_database, act, args)

    async def _close_threads(self) -> None:
        for pool in (self._taker, self._writer):
            await asyncio.get_running_loop().run_in_executor(pool, connections.close_all)
        for pool in (self._taker, self._writer, self._renderers):
            pool.shutdown()


async def _nap(event: asyncio.Event, seconds: float) -> None:
    """Wait for the event, but no longer than `seconds`."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _in_database(act: Callable[..., Given], args: Sequence[object]) -> Given:
    try:
        # COPY goes past Django, and so do its errors.
        with connection.wrap_database_errors:
            return act(*args)
    except DatabaseError:
        # The next act begins with a new connection: this one may be broken.
        connections.close_all()
        raise


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
