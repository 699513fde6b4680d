"""What this process holds and what it has to write about it: leases, results, settling."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Sequence

from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError

from sending.delivery import queue
from sending.delivery.hands import Hands, database_away
from sending.delivery.queue import Result
from sending.delivery.results import bare
from sending.delivery.work import Work

log = logging.getLogger("ses.delivery")

SETTLE_MOST = 1000


class Ledger:
    """The claimed messages of one process, from claim to settlement.

    Results are kept in memory until they are written; when the database is away they wait for it.
    """

    def __init__(self, hands: Hands, *, worker: str, lease: float) -> None:
        """`lease` is how long a claim holds, in seconds."""
        self._hands = hands
        self._worker = worker
        self._lease = lease
        self._held: dict[int, Work] = {}
        self._results: list[Result] = []
        # By message and fence: done when the result is written down, or is no longer ours to write.
        self._written: dict[tuple[int, int], asyncio.Future[None]] = {}
        self._settle_now = asyncio.Event()
        # Set whenever something was let go.
        self.room = asyncio.Event()

    def __len__(self) -> int:
        return len(self._held)

    def hold(self, works: Sequence[Work], began: float) -> None:
        """Take works that were claimed at `began` (monotonic)."""
        for work in works:
            work.lease_ends = began + self._lease
            self._held[work.message] = work

    def is_held(self, work: Work) -> bool:
        """Say whether the work is still ours; what is not is forgotten."""
        held = self._held.get(work.message) is work and time.monotonic() < work.lease_ends
        if not held:
            self.forget([work])
        return held

    def add(self, result: Result) -> None:
        """Take a result; it is written as soon as the writer is free."""
        self._results.append(result)
        self._settle_now.set()

    def add_awaited(self, result: Result) -> Awaitable[None]:
        """Take a result and return what is done once it is written."""
        work = result.work
        self._written[work.message, work.fence] = written = asyncio.get_running_loop().create_future()
        self.add(result)
        return written

    def forget(self, works: Sequence[Work]) -> None:
        """Let go of works that are settled, or lost to another worker."""
        for work in works:
            if self._held.get(work.message) is work:
                del self._held[work.message]
            # Also for work that was lost while it was on the wire: its connection waits for this.
            written = self._written.pop((work.message, work.fence), None)
            if written and not written.done():
                written.set_result(None)
        self.room.set()

    async def settle_loop(self) -> None:
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
            await self._hands.write(queue.settle, results, self._worker)
        except (OperationalError, InterfaceError) as error:
            await database_away(error)
            return
        except DatabaseError:
            log.exception("A batch of results cannot be written; each is tried by itself.")
            try:
                await self._settle_singly(results)
            except DatabaseError as error:
                await database_away(error)
                return
        del self._results[: len(results)]
        self.forget([result.work for result in results])

    async def _settle_singly(self, results: Sequence[Result]) -> None:
        for result in results:
            try:
                await self._hands.write(queue.settle, [result], self._worker)
            except DatabaseError:
                log.exception("The talk of message %s cannot be written; its result is.", result.work.message)
                await self._hands.write(queue.settle, [bare(result)], self._worker)

    async def renew_loop(self) -> None:
        """Keep the leases of what is held; what was lost to another worker is forgotten."""
        while True:
            await asyncio.sleep(self._lease / 3)
            works = list(self._held.values())
            if not works:
                continue
            began = time.monotonic()
            try:
                kept = await self._hands.write(queue.renew, works, self._worker)
            except DatabaseError as error:
                await database_away(error)
                continue
            for work in works:
                if work.message in kept:
                    work.lease_ends = began + self._lease
            self.forget([work for work in works if work.message not in kept])
