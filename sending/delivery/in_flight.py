"""What this process has claimed and not yet settled: leases, and the settlements that wait to be written."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Sequence

from accounts.database_faults import is_fault_of_row
from sending.delivery import queue
from sending.delivery.queue import Settlement
from sending.delivery.queued import QueuedMessage
from sending.delivery.results import without_texts
from sending.delivery.threads import AWAY_SECONDS, EngineThreads, database_away

logger = logging.getLogger(__name__)

MAX_SETTLED = 1000


class InFlight:
    """The claimed messages of one process, from claim to settlement.

    Every message ends in `forget`, settled or lost: there, and nowhere else, it gives back the room it took.
    Settlements stay in memory until they are written; when the database is away they wait for it.
    """

    def __init__(self, threads: EngineThreads, *, worker: str, lease: float) -> None:
        """`lease` is how long a claim holds, in seconds."""
        self._threads = threads
        self._worker = worker
        self._lease = lease
        self._held: dict[int, QueuedMessage] = {}
        self._settlements: list[Settlement] = []
        # By message and fence: done when the settlement is written, or is no longer ours to write.
        self._written: dict[tuple[int, int], asyncio.Future[None]] = {}
        self._settle_now = asyncio.Event()
        # Set whenever a message was forgotten.
        self.room = asyncio.Event()

    def __len__(self) -> int:
        return len(self._held)

    def hold(self, messages: Sequence[QueuedMessage], began: float) -> None:
        """Take messages that were claimed at `began` (monotonic)."""
        for queued in messages:
            queued.lease_ends = began + self._lease
            self._held[queued.message] = queued

    def is_held(self, queued: QueuedMessage) -> bool:
        """Say whether the message is still ours; one that is not is forgotten."""
        held = self._held.get(queued.message) is queued and time.monotonic() < queued.lease_ends
        if not held:
            self.forget([queued])
        return held

    def add(self, settlement: Settlement) -> None:
        """Take a settlement; it is written as soon as the writer is free."""
        self._settlements.append(settlement)
        self._settle_now.set()

    def add_awaited(self, settlement: Settlement) -> Awaitable[None]:
        """Take a settlement and return what is done once it is written."""
        queued = settlement.queued
        self._written[queued.message, queued.fence] = written = asyncio.get_running_loop().create_future()
        self.add(settlement)
        return written

    def forget(self, messages: Sequence[QueuedMessage]) -> None:
        """Drop messages that are settled, or lost to another worker, and give back the room they took."""
        for queued in messages:
            if self._held.get(queued.message) is queued:
                del self._held[queued.message]
            queued.places.close()
            # Also for a message that was lost while it was being sent: its connection waits for this.
            written = self._written.pop((queued.message, queued.fence), None)
            if written and not written.done():
                written.set_result(None)
        self.room.set()

    async def settle_loop(self) -> None:
        """Write what came in while the last batch was written: the busier, the larger the transactions."""
        while True:
            await self._settle_now.wait()
            self._settle_now.clear()
            await self._settle()
            if self._settlements:
                self._settle_now.set()

    async def _settle(self) -> None:
        """Write the settlements that have come in; what cannot be written now stays for the next time."""
        settlements = self._settlements[:MAX_SETTLED]
        if not settlements:
            return
        try:
            await self._threads.write(queue.settle, settlements, self._worker)
        except Exception as error:
            if is_fault_of_row(error):
                logger.exception("A batch of settlements cannot be written; each is written by itself.")
                await self._settle_singly(settlements)
            else:
                await database_away(error)
            return
        self._settled(settlements)

    async def _settle_singly(self, settlements: Sequence[Settlement]) -> None:
        for settlement in settlements:
            try:
                await self._settle_one(settlement)
            except Exception as error:
                if not is_fault_of_row(error):
                    await database_away(error)
                    return
                # It stays held, so that its mail is not sent again, and holds up no other.
                logger.exception("The result of message %s cannot be written.", settlement.queued.message)
                self._settlements.remove(settlement)
                self._settlements.append(settlement)
                await asyncio.sleep(AWAY_SECONDS)
            else:
                self._settled([settlement])

    async def _settle_one(self, settlement: Settlement) -> None:
        try:
            await self._threads.write(queue.settle, [settlement], self._worker)
        except Exception as error:
            if not is_fault_of_row(error):
                raise
            message = settlement.queued.message
            logger.exception("The conversation of message %s cannot be written; its result is.", message)
            await self._threads.write(queue.settle, [without_texts(settlement)], self._worker)

    def _settled(self, settlements: Sequence[Settlement]) -> None:
        written = {id(settlement) for settlement in settlements}
        self._settlements = [waiting for waiting in self._settlements if id(waiting) not in written]
        self.forget([settlement.queued for settlement in settlements])

    async def renew_loop(self) -> None:
        """Keep the leases of what is held; what was lost to another worker is forgotten."""
        while True:
            await asyncio.sleep(self._lease / 3)
            messages = list(self._held.values())
            if not messages:
                continue
            began = time.monotonic()
            try:
                kept = await self._threads.write(queue.renew, messages, self._worker)
            except Exception as error:
                await database_away(error)
                continue
            for queued in messages:
                if queued.message in kept:
                    queued.lease_ends = began + self._lease
            self.forget([queued for queued in messages if queued.message not in kept])
