"""The delivery process: one loop that claims, renders, sends and settles, each beside the others.

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

from sending.delivery import pipeline, queue
from sending.delivery.capacity import Capacity
from sending.delivery.in_flight import InFlight
from sending.delivery.pipeline import Hold
from sending.delivery.queued import QueuedMessage, RenderedMail
from sending.delivery.results import Clock, put_back, settlement_of, unsent
from sending.delivery.routing import Route, Router
from sending.delivery.sites import FAULT_SECONDS, Site, SiteCallbacks, SiteLimits, key_of
from sending.delivery.threads import RENDERERS, EngineThreads, database_away
from sending.queue_signal import AWAKE_SECONDS, QueueListener
from sending.smtp.client import Timing
from sending.smtp.replies import Outcome
from sending.smtp.result import SmtpResult

logger = logging.getLogger(__name__)

BATCH = 500
# Claimed and not yet settled; beyond it nothing is claimed.
MAX_HELD = 2000
# One site's share of them: a slow one must leave room for the others.
MAX_HELD_PER_SITE = 400
OVERFLOW_SECONDS = 20.0
CHUNK = 25
# Rendered mails that wait for the wire, in bytes.
MAX_RENDERED_BYTES = 64 * 1024 * 1024
POLL_SECONDS = 0.05
# An idle engine looks this often; the queue signal wakes it before that.
IDLE_SECONDS = 1.0
DRAIN_SECONDS = 25.0


class Engine:
    """One process's delivery; `run` returns when it was told to stop, or, with `once`, when all is done."""

    def __init__(self, router: Router, *, helo: str, once: bool = False, threads: EngineThreads | None = None) -> None:
        rules = settings.RULES
        self._router = router
        self._once = once
        self._worker = f"{socket.gethostname()[:30]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        timing = Timing(rules.connect_timeout_seconds, rules.reply_timeout_seconds, rules.final_reply_timeout_seconds)
        self._limits = SiteLimits(
            helo=helo,
            timing=timing,
            connections=rules.connections_per_route,
            mails_per_connection=rules.mails_per_connection,
            pause=rules.provider_pause_seconds,
        )
        self._reports = SiteCallbacks(self._is_held, self._finished, self._postponed)
        self._sites: dict[tuple[str, ...], Site] = {}
        self._threads = threads or EngineThreads()
        self._in_flight = InFlight(self._threads, worker=self._worker, lease=rules.lease_seconds)
        self._to_render: asyncio.Queue[tuple[QueuedMessage, Site]] = asyncio.Queue()
        self._rendered = Capacity()
        self._clock = Clock()
        self._stopping = asyncio.Event()
        self._listener = QueueListener()
        self._awake_until = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """Take no more, finish what is on the wire, write it down, and return from `run`."""
        self._stopping.set()
        self._listener.signalled.set()
        self._in_flight.room.set()

    async def run(self) -> None:
        """Deliver until stopped."""
        loops = [asyncio.create_task(self._in_flight.settle_loop()), asyncio.create_task(self._in_flight.renew_loop())]
        loops += [asyncio.create_task(self._render_loop()) for _ in range(RENDERERS)]
        loops += [asyncio.create_task(self._listener.listen()), asyncio.create_task(self._lead())]
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
            self._threads.close()

    async def _lead(self) -> None:
        await self._claim_loop()
        await self._drain()

    async def _claim_loop(self) -> None:
        while not self._stopping.is_set():
            self._in_flight.room.clear()
            room = MAX_HELD - len(self._in_flight)
            if room < BATCH:
                await self._in_flight.room.wait()
                continue
            self._listener.signalled.clear()
            began = time.monotonic()
            try:
                messages, now = await self._threads.take(queue.claim, BATCH, self._worker)
            except DatabaseError as error:
                await database_away(error)
                continue
            if not messages:
                if self._once and not self._in_flight:
                    return
                await self._nap()
                continue
            assert now is not None
            self._awake_until = time.monotonic() + AWAKE_SECONDS
            self._clock.set(now, time.monotonic())
            self._in_flight.hold(messages, began)
            await self._prepare(messages, now)

    async def _nap(self) -> None:
        """Wait a little, or until the queue signal comes when nothing is in flight."""
        awake = self._in_flight or not self._listener.is_listening or time.monotonic() < self._awake_until
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS if awake else IDLE_SECONDS):
                await self._listener.signalled.wait()
                self._awake_until = time.monotonic() + AWAKE_SECONDS

    async def _prepare(self, messages: Sequence[QueuedMessage], now: datetime) -> None:
        """Sort out what may not go and send the rest to its sites; look-ups of routes hold nobody up."""
        try:
            wanted, unwanted = await self._threads.take(_still_wanted, messages, now)
        except DatabaseError as error:
            self._in_flight.forget(messages)
            await database_away(error)
            return
        for queued, verdict in unwanted:
            self._in_flight.add(unsent(queued, verdict))
        domains: dict[str, list[QueuedMessage]] = {}
        for queued in wanted:
            domains.setdefault(queued.recipient_domain, []).append(queued)
        for domain, group in domains.items():
            self._start(self._send_to(domain, group))

    async def _send_to(self, domain: str, group: Sequence[QueuedMessage]) -> None:
        try:
            route = await self._router.route(domain)
        except Exception:
            logger.exception("The hosts of %s could not be found; its mails are tried again later.", domain)
            for queued in group:
                self._in_flight.add(put_back(queued, FAULT_SECONDS))
            return
        if not route.hosts:
            smtp_result = SmtpResult(failure=route.failure)
            for queued in group:
                self._in_flight.add(
                    settlement_of(queued, smtp_result, began=self._clock.at(time.monotonic()), seconds=0.0)
                )
            return
        site = self._site(route)
        for queued in group:
            if site.capacity.taken >= MAX_HELD_PER_SITE and len(self._sites) > 1:
                self._in_flight.add(put_back(queued, OVERFLOW_SECONDS))
            else:
                queued.places.enter_context(site.capacity.take())
                self._to_render.put_nowait((queued, site))

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
            while self._rendered.taken > MAX_RENDERED_BYTES:
                await asyncio.sleep(POLL_SECONDS)
            try:
                await self._render(chunk)
            except DatabaseError as error:
                for queued, _ in chunk:
                    self._in_flight.add(put_back(queued, 0.0))
                await database_away(error)

    async def _render(self, chunk: Sequence[tuple[QueuedMessage, Site]]) -> None:
        with_files = {queued.submission.id for queued, _ in chunk if queued.submission.has_attachments}
        files = await self._threads.take(queue.attachments, with_files) if with_files else {}
        messages = [queued for queued, _ in chunk]
        done = await self._threads.render(_render_all, messages, files)
        for (queued, site), mail in zip(chunk, done, strict=True):
            if isinstance(mail, RenderedMail):
                queued.places.enter_context(self._rendered.take(len(mail.data)))
                site.put(mail)
            else:
                self._in_flight.add(unsent(queued, mail))

    def _is_held(self, mail: RenderedMail) -> bool:
        return self._in_flight.is_held(mail.queued)

    def _finished(self, mail: RenderedMail, smtp_result: SmtpResult, began: float, seconds: float) -> Awaitable[None]:
        result = settlement_of(mail.queued, smtp_result, began=self._clock.at(began), seconds=seconds)
        return self._in_flight.add_awaited(result)

    def _postponed(self, mail: RenderedMail, seconds: float) -> None:
        self._in_flight.add(put_back(mail.queued, seconds))

    async def _drain(self) -> None:
        """Give back what has not begun, wait for what has, and write everything down."""
        deadline = time.monotonic() + DRAIN_SECONDS
        while time.monotonic() < deadline:
            while not self._to_render.empty():
                queued, _ = self._to_render.get_nowait()
                self._in_flight.add(put_back(queued, 0.0))
            for site in self._sites.values():
                site.give_back()
            if not self._in_flight:
                return
            await asyncio.sleep(POLL_SECONDS)
        logger.warning("%d mails are still on the wire; others take them when their leases end.", len(self._in_flight))

    def _start(self, queued: Awaitable[None]) -> None:
        task = asyncio.ensure_future(queued)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _still_wanted(
    messages: Sequence[QueuedMessage], now: datetime
) -> tuple[list[QueuedMessage], list[tuple[QueuedMessage, Outcome | Hold]]]:
    return pipeline.still_wanted(messages, now=now)


def _render_all(
    messages: Sequence[QueuedMessage], files: Mapping[int, Sequence[tuple[str, bytes]]]
) -> list[RenderedMail | Outcome | Hold]:
    done: list[RenderedMail | Outcome | Hold] = []
    for queued in messages:
        try:
            done.append(pipeline.render(queued, files.get(queued.submission.id, ())))
        except Exception:
            logger.exception("The mail of message %s cannot be made; it stays in the queue.", queued.message)
            done.append(Hold(pipeline.HELD_SECONDS))
    return done
