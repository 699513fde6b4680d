"""Receiving sites: the mails that wait for one set of hosts, and the connections that carry them.

Domains that share their mail hosts share a site, and one slow site holds up nobody else.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sending.delivery.handover import Failure, Handover
from sending.delivery.mx import Host, Route
from sending.delivery.smtp_client import Connection, NotOpen, Timing
from sending.delivery.throttle import Pace
from sending.delivery.work import Parcel

log = logging.getLogger("ses.delivery")

# How long an idle connection is kept: long enough for the next mail of a steady trickle.
LINGER_SECONDS = 5.0
# A mail our own fault kept from leaving is looked at again after this.
FAULT_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one process may do to one site."""

    helo: str
    timing: Timing
    connections: int
    mails_per_connection: int
    pause: float


@dataclass(frozen=True, slots=True)
class Reports:
    """Where a site says what became of a parcel."""

    # Asked right before sending: a lease may have run out meanwhile.
    is_held: Callable[[Parcel], bool]
    # Parcel, what came of it, when it began (monotonic), how long it took (seconds). The answer is done once
    # that is written down.
    finished: Callable[[Parcel, Handover, float, float], Awaitable[None]]
    # Back to the queue, untried, for so many seconds.
    postponed: Callable[[Parcel, float], None]


def key_of(route: Route) -> tuple[str, ...]:
    """Return what tells sites apart: their hosts, in whatever order."""
    return tuple(sorted(map(str, route.hosts)))


class Site:
    """One site of this process. Workers come with mails and leave when there are none."""

    def __init__(self, hosts: tuple[Host, ...], limits: Limits, reports: Reports) -> None:
        self._hosts = hosts
        self._limits = limits
        self._reports = reports
        self._parcels: asyncio.Queue[Parcel] = asyncio.Queue()
        # Each worker with its open session, if it has one.
        self._workers: dict[asyncio.Task[None], Connection | None] = {}
        self._idle = 0
        self._pace = Pace(limits.pause)
        # Parcels that wait or are on their way.
        self.load = 0

    @property
    def is_unused(self) -> bool:
        """Say whether the site can be forgotten."""
        return not self.load and not self._workers and not self._pace.wait(time.monotonic())

    @property
    def connections(self) -> int:
        """Return how many connections stand open."""
        return sum(session is not None for session in self._workers.values())

    def put(self, parcel: Parcel) -> None:
        """Take a parcel; what becomes of it is reported later, once."""
        self.load += 1
        self._parcels.put_nowait(parcel)
        if self._parcels.qsize() > self._idle and len(self._workers) < self._limits.connections:
            self._start_worker()

    def give_back(self) -> None:
        """Return what has not begun to the queue, at once."""
        while not self._parcels.empty():
            self._postpone(self._parcels.get_nowait(), 0.0)

    async def close(self) -> None:
        """End the workers, idle or not."""
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    def _start_worker(self) -> None:
        worker = asyncio.get_running_loop().create_task(self._work())
        self._workers[worker] = None
        worker.add_done_callback(self._worker_ended)

    def _worker_ended(self, worker: asyncio.Task[None]) -> None:
        del self._workers[worker]
        # What was put while the last one was on its way out.
        if not worker.cancelled() and not self._parcels.empty() and not self._workers:
            self._start_worker()

    async def _work(self) -> None:
        me = asyncio.current_task()
        assert me is not None
        try:
            while (parcel := await self._next()) is not None:
                if wait := self._pace.wait(time.monotonic()):
                    self._postpone(parcel, wait)
                elif not self._reports.is_held(parcel):
                    # Somebody else has it by now; it is his to report.
                    self.load -= 1
                elif not await self._try(parcel, me):
                    return
        finally:
            if session := self._workers[me]:
                self._workers[me] = None
                await session.close()

    async def _next(self) -> Parcel | None:
        if not self._parcels.empty():
            return self._parcels.get_nowait()
        self._idle += 1
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                return await self._parcels.get()
        except TimeoutError:
            return None
        finally:
            self._idle -= 1

    async def _try(self, parcel: Parcel, me: asyncio.Task[None]) -> bool:
        """Deliver, or after a fault of ours put the mail back: it must not stay with a worker that is gone."""
        try:
            return await self._deliver(parcel, me)
        except Exception:
            log.exception("Message %s could not be handed over; it is tried again later.", parcel.work.message)
            self._postpone(parcel, FAULT_SECONDS)
            return False

    async def _deliver(self, parcel: Parcel, me: asyncio.Task[None]) -> bool:
        """Send one parcel; return False when no host opens a session."""
        began = time.monotonic()
        while True:
            session = self._workers[me]
            if session is None or not session.is_usable or session.sent >= self._limits.mails_per_connection:
                try:
                    session = await self._open_session(me)
                except NotOpen as error:
                    self._refused(parcel, error.handover, began)
                    return False
            is_reused = session.sent > 0
            handover = await session.send(parcel.sender, parcel.recipient, parcel.data)
            if is_reused and _was_stale(handover):
                # The host had ended the session before it read this mail: that is no answer to it.
                continue
            # A connection takes no second mail before its first is written down, so that a process that dies
            # repeats no more mails than it had connections.
            await self._finish(parcel, handover, began)
            return True

    async def _open_session(self, me: asyncio.Task[None]) -> Connection:
        if old := self._workers[me]:
            self._workers[me] = None
            await old.close()
        handover = Handover(failure=Failure.CONNECT)
        for host in self._hosts:
            try:
                self._workers[me] = session = await Connection.open(host, self._limits.helo, self._limits.timing)
            except NotOpen as error:
                handover = error.handover
            else:
                return session
        raise NotOpen(handover)

    def _refused(self, parcel: Parcel, handover: Handover, began: float) -> None:
        """No host would open a session. While others are open this one was too many; else it is their answer."""
        if self.connections:
            self._parcels.put_nowait(parcel)
            return
        self._finish(parcel, handover, began)
        while not self._parcels.empty():
            self._finish(self._parcels.get_nowait(), handover, began)

    def _finish(self, parcel: Parcel, handover: Handover, began: float) -> Awaitable[None]:
        now = time.monotonic()
        written = self._reports.finished(parcel, handover, began, now - began)
        self.load -= 1
        self._pace.note(handover, now)
        return written

    def _postpone(self, parcel: Parcel, seconds: float) -> None:
        self.load -= 1
        self._reports.postponed(parcel, seconds)


def _was_stale(handover: Handover) -> bool:
    """Say whether a reused session ended before the mail's first answer."""
    first = handover.stage in {"mail", "reset"}
    return first and (handover.failure is Failure.LOST or handover.code == 421)
