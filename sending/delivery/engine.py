"""The delivery process: one event loop that claims, renders, sends and settles, all at the same time.

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
from collections.abc import Awaitable, Coroutine, Sequence
from datetime import datetime

from django.conf import settings

from sending.delivery import pipeline, queue
from sending.delivery.hold import HoldWatch
from sending.delivery.in_flight import InFlight
from sending.delivery.pipeline import Verdict
from sending.delivery.queued import QueuedMessage, RenderedMail
from sending.delivery.rendering import Rendering
from sending.delivery.results import Clock, put_back, settlement_of, unsent
from sending.delivery.routing import Route, Router, key_of
from sending.delivery.sites import Site, SiteCallbacks, SiteLimits
from sending.delivery.threads import RENDERERS, EngineThreads, database_away
from sending.queue_signal import AWAKE_SECONDS, QueueListener
from sending.smtp.dialogue import Timing
from sending.smtp.result import Failure, SmtpResult

logger = logging.getLogger(__name__)

BATCH = 500
# Claimed and not yet settled; beyond it nothing is claimed.
MAX_HELD = 2000
# One site's share of them: a slow site must leave room for the others.
MAX_HELD_PER_SITE = 400
OVERFLOW_SECONDS = 20.0
POLL_SECONDS = 0.05
# An idle engine looks this often; the queue signal wakes it before that.
IDLE_SECONDS = 1.0
DRAIN_SECONDS = 25.0


class Engine:
    """One process's delivery; `run` returns when it was told to stop, or, with `once`, when all is done."""

    def __init__(
        self,
        router: Router,
        *,
        helo: str,
        once: bool = False,
        threads: EngineThreads | None = None,
        listener: QueueListener | None = None,
        watch: HoldWatch | None = None,
    ) -> None:
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
        self._callbacks = SiteCallbacks(self._is_held, self._finished, self._postponed)
        self.sites: dict[tuple[str, ...], Site] = {}
        self._threads = threads or EngineThreads()
        self.in_flight = InFlight(self._threads, worker=self._worker, lease=rules.lease_seconds)
        self._clock = Clock()
        self.rendering = Rendering(self._threads, self.in_flight, self._unsent)
        self._stopping = asyncio.Event()
        self._listener = listener or QueueListener()
        self._watch = watch
        self._awake_until = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """Take no more, finish what is being sent, record it, and return from `run`."""
        self._stopping.set()
        self._listener.signalled.set()
        self.in_flight.room.set()

    async def run(self) -> None:
        """Deliver until stopped."""
        loops = [asyncio.create_task(self.in_flight.settle_loop()), asyncio.create_task(self.in_flight.renew_loop())]
        loops += [asyncio.create_task(self.rendering.run()) for _ in range(RENDERERS)]
        loops += [asyncio.create_task(self._listener.listen()), asyncio.create_task(self._claim_then_drain())]
        if self._watch:
            loops.append(asyncio.create_task(self._watch.run(self._give_back)))
        try:
            # `_claim_then_drain` ends first; any other that ends has failed, and then the process must not linger.
            ended, _ = await asyncio.wait(loops, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            for task in [*loops, *self._tasks]:
                task.cancel()
            await asyncio.gather(*loops, *self._tasks, return_exceptions=True)
            await asyncio.gather(*(site.close() for site in self.sites.values()))
            self._threads.close()
            if self._watch:
                await self._watch.close()

    async def _claim_then_drain(self) -> None:
        await self._claim_loop()
        await self._drain()

    async def _claim_loop(self) -> None:
        while not self._stopping.is_set():
            self.in_flight.room.clear()
            room = MAX_HELD - len(self.in_flight)
            if room < BATCH:
                await self.in_flight.room.wait()
                continue
            self._listener.signalled.clear()
            began = time.monotonic()
            try:
                messages, now = await self._claim()
            except Exception as error:
                if self._watch:
                    self._watch.is_known = False
                await database_away(error)
                continue
            if not messages:
                if self._once and not self.in_flight:
                    return
                await self._wait_for_mail()
                continue
            assert now is not None
            self._awake_until = time.monotonic() + AWAKE_SECONDS
            self._clock.set(now, time.monotonic())
            self.in_flight.hold(messages, began)
            await self._prepare(messages, now)

    async def _claim(self) -> tuple[list[QueuedMessage], datetime | None]:
        if self._watch and not self._watch.is_known:
            await self._watch.look()
        if self._is_on_hold:
            return [], None
        return await self._threads.take(queue.claim, BATCH, self._worker)

    async def _wait_for_mail(self) -> None:
        """Wait a little while mail keeps coming; when there is none, until the queue signal or for IDLE_SECONDS."""
        awake = self.in_flight or not self._listener.is_listening or time.monotonic() < self._awake_until
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS if awake else IDLE_SECONDS):
                await self._listener.signalled.wait()
                self._awake_until = time.monotonic() + AWAKE_SECONDS

    async def _prepare(self, messages: Sequence[QueuedMessage], now: datetime) -> None:
        """Settle what may not go and send the rest to its sites; a slow look-up of a route delays no other domain."""
        try:
            wanted, unwanted = await self._threads.take(_still_wanted, messages, now)
        except Exception as error:
            self.in_flight.forget(messages)
            await database_away(error)
            return
        for queued, verdict in unwanted:
            self._unsent(queued, verdict)
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
            route = Route(failure=Failure.FAULT)
        if not route.hosts:
            for queued in group:
                self._unsent(queued, SmtpResult(failure=route.failure))
            return
        site = self._site(route)
        for queued in group:
            if site.capacity.used >= MAX_HELD_PER_SITE and len(self.sites) > 1:
                self.in_flight.add(put_back(queued, OVERFLOW_SECONDS))
            else:
                queued.places.enter_context(site.capacity.take())
                self.rendering.put(queued, site)

    def _unsent(self, queued: QueuedMessage, verdict: Verdict) -> None:
        if isinstance(verdict, SmtpResult):
            # No host was asked, and yet it is an attempt: the mail is seen to fail, and ends with its time.
            self.in_flight.add(settlement_of(queued, verdict, began=self._clock.now(), seconds=0.0))
        else:
            self.in_flight.add(unsent(queued, verdict))

    def _site(self, route: Route) -> Site:
        key = key_of(route)
        if key not in self.sites:
            for old in [key for key, site in self.sites.items() if site.is_unused]:
                del self.sites[old]
            self.sites[key] = Site(route.hosts, self._limits, self._callbacks)
        # Of very many hosts each look-up chooses others: a busy site must not keep to those that are away.
        self.sites[key].hosts = route.hosts
        return self.sites[key]

    @property
    def _is_on_hold(self) -> bool:
        return self._watch is not None and self._watch.is_on_hold

    def _is_held(self, mail: RenderedMail) -> bool:
        if self._is_on_hold:
            self._postponed(mail, 0.0)
            return False
        return self.in_flight.is_held(mail.queued)

    def _finished(self, mail: RenderedMail, smtp_result: SmtpResult, began: float, seconds: float) -> Awaitable[None]:
        settlement = settlement_of(mail.queued, smtp_result, began=self._clock.at(began), seconds=seconds)
        return self.in_flight.add_awaited(settlement)

    def _postponed(self, mail: RenderedMail, seconds: float) -> None:
        self.in_flight.add(put_back(mail.queued, seconds))

    async def _drain(self) -> None:
        """Give back what has not begun, wait for what has, and record everything."""
        deadline = time.monotonic() + DRAIN_SECONDS
        while time.monotonic() < deadline:
            self._give_back()
            if not self.in_flight:
                return
            await asyncio.sleep(POLL_SECONDS)
        logger.warning(
            "%d mails are still being sent; another process takes them when their leases end.", len(self.in_flight)
        )

    def _give_back(self) -> None:
        """Return what has not begun to the queue."""
        self.rendering.give_back()
        for site in self.sites.values():
            site.give_back()

    def _start(self, sending: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(sending)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _still_wanted(
    messages: Sequence[QueuedMessage], now: datetime
) -> tuple[list[QueuedMessage], list[tuple[QueuedMessage, Verdict]]]:
    return pipeline.still_wanted(messages, now=now)
