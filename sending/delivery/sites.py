"""Receiving sites: the mails that wait for one set of mail hosts, and the connections that send them.

Domains that share their mail hosts share a site, and a slow site delays no other.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sending.delivery.capacity import Capacity
from sending.delivery.queued import RenderedMail
from sending.delivery.throttle import Pace
from sending.smtp.client import Connection, NotOpen
from sending.smtp.dialogue import Timing
from sending.smtp.host import Host
from sending.smtp.result import Failure, SmtpResult, fault, joined, leaves_mail_open

logger = logging.getLogger(__name__)

# How long an idle connection is kept: long enough for the next mail of a steady trickle.
LINGER_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLimits:
    """What one process may do to one site."""

    helo: str
    timing: Timing
    connections: int
    mails_per_connection: int
    pause: float


@dataclass(frozen=True, slots=True)
class SiteCallbacks:
    """What a site calls when it is done with a mail."""

    # Asked right before sending: a lease may have run out meanwhile.
    is_held: Callable[[RenderedMail], bool]
    # Mail, what came of it, when it began (monotonic), how long it took (seconds). What it returns is done
    # once that is recorded.
    finished: Callable[[RenderedMail, SmtpResult, float, float], Awaitable[None]]
    # Back to the queue for so many seconds, without an attempt.
    postponed: Callable[[RenderedMail, float], None]


class Site:
    """One site of this process. Workers come with mails and leave when there are none."""

    def __init__(self, hosts: tuple[Host, ...], limits: SiteLimits, callbacks: SiteCallbacks) -> None:
        # Those that an attempt tries, in their order.
        self.hosts = hosts
        self._limits = limits
        self._callbacks = callbacks
        self._mails: asyncio.Queue[RenderedMail] = asyncio.Queue()
        # Each worker with its open session, if it has one.
        self._workers: dict[asyncio.Task[None], Connection | None] = {}
        self._idle = 0
        self._pace = Pace(limits.pause)
        # Its mails, from the moment the site is known until this process lets go of them.
        self.capacity = Capacity()

    @property
    def is_unused(self) -> bool:
        """Say whether the site can be forgotten."""
        return not self.capacity.used and not self._workers and not self._pace.wait(time.monotonic())

    @property
    def connections(self) -> int:
        """Return how many connections stand open."""
        return sum(session is not None for session in self._workers.values())

    def put(self, mail: RenderedMail) -> None:
        """Take a mail; what becomes of it is reported later, once."""
        self._mails.put_nowait(mail)
        if self._mails.qsize() > self._idle and len(self._workers) < self._limits.connections:
            self._start_worker()

    def give_back(self) -> None:
        """Return what has not begun to the queue, at once."""
        while not self._mails.empty():
            self._callbacks.postponed(self._mails.get_nowait(), 0.0)

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
        # What was put while the last worker was ending.
        if not worker.cancelled() and not self._mails.empty() and not self._workers:
            self._start_worker()

    async def _work(self) -> None:
        worker = asyncio.current_task()
        assert worker is not None
        try:
            while (mail := await self._next()) is not None:
                if wait := self._pace.wait(time.monotonic()):
                    self._callbacks.postponed(mail, wait)
                # A mail that is no longer held belongs to another process by now, which reports it.
                elif self._callbacks.is_held(mail) and not await self._attempt(mail, worker):
                    return
        finally:
            await self._end_session(worker)

    async def _next(self) -> RenderedMail | None:
        if not self._mails.empty():
            return self._mails.get_nowait()
        self._idle += 1
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                return await self._mails.get()
        except TimeoutError:
            return None
        finally:
            self._idle -= 1

    async def _attempt(self, mail: RenderedMail, worker: asyncio.Task[None]) -> bool:
        """Deliver; a fault of ours is an attempt too, so that the mail is seen to fail and ends with its time."""
        began = time.monotonic()
        try:
            return await self._deliver(mail, worker, began)
        except Exception as error:
            logger.exception("Message %s could not be sent; it is tried again later.", mail.queued.message)
            session, smtp_result = self._workers[worker], fault(error)
            if session is not None:
                smtp_result = session.abandon(Failure.FAULT, type(error).__name__)
            self._finish(mail, smtp_result, began)
            return False

    async def _deliver(self, mail: RenderedMail, worker: asyncio.Task[None], began: float) -> bool:
        """Send one mail; return False when no host opens a session.

        Each host is tried until one says something about the mail (RFC 5321 5.1): what it says of the session or
        the sender is its own answer, not the domain's.
        """
        untried = list(self.hosts)
        heard: list[SmtpResult] = []
        was_open = False
        while True:
            session = self._workers[worker]
            if session is None or not session.is_usable or session.sent >= self._limits.mails_per_connection:
                session = await self._open_session(worker, untried, heard)
                if session is None:
                    break
            is_reused = session.sent > 0
            smtp_result = await session.send(mail.sender, mail.recipient, mail.data)
            if is_reused and _was_stale(smtp_result):
                # The session was over before the host read this mail: that is no answer to it.
                session.abandon()
                continue
            was_open = True
            heard.append(smtp_result)
            if not leaves_mail_open(smtp_result):
                break
            untried = [host for host in untried if host != session.host]
            if not untried:
                break
            await self._end_session(worker)
        if was_open:
            # A connection takes no second mail before its first is recorded, so that a process that dies
            # repeats no more mails than it had connections.
            await self._finish(mail, joined(heard), began)
            return True
        self._refused(mail, joined(heard), began)
        return False

    async def _open_session(
        self, worker: asyncio.Task[None], untried: list[Host], heard: list[SmtpResult]
    ) -> Connection | None:
        """Open a session with the first of `untried` that lets us, and take those that were tried out of it."""
        await self._end_session(worker)
        while untried:
            try:
                session = await Connection.open(untried.pop(0), self._limits.helo, self._limits.timing)
            except NotOpen as error:
                heard.append(error.smtp_result)
            else:
                self._workers[worker] = session
                return session
        return None

    async def _end_session(self, worker: asyncio.Task[None]) -> None:
        if session := self._workers[worker]:
            self._workers[worker] = None
            await session.close()

    def _refused(self, mail: RenderedMail, smtp_result: SmtpResult, began: float) -> None:
        """No host opened a session: while others are open it was one too many, else all that wait get its result."""
        if self.connections:
            self._mails.put_nowait(mail)
            return
        self._finish(mail, smtp_result, began)
        while not self._mails.empty():
            self._finish(self._mails.get_nowait(), smtp_result, began)

    def _finish(self, mail: RenderedMail, smtp_result: SmtpResult, began: float) -> Awaitable[None]:
        now = time.monotonic()
        written = self._callbacks.finished(mail, smtp_result, began, now - began)
        self._pace.note(smtp_result, now)
        return written


def _was_stale(smtp_result: SmtpResult) -> bool:
    """Say whether a reused session had ended, or was out of step, before the mail's first answer."""
    if smtp_result.stage == "reset":
        return True
    return smtp_result.stage == "mail" and (
        smtp_result.failure in {Failure.LOST, Failure.PROTOCOL} or smtp_result.code == 421
    )
