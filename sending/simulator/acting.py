"""The later acts of simulated readers: each at its time, and again while the service is away, as real senders do.

What is still to be done stands with the mail in the database, so that no report is lost when this process ends.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from sending.database_thread import DatabaseThread
from sending.models import SimulatedMail
from sending.models.ids import time_of
from sending.simulator import readers
from sending.simulator.readers import AcceptedMail, OutsideWorld

logger = logging.getLogger(__name__)

# So many act at the same time.
ACTING = 8
POLL_SECONDS = 0.5
MAX_PAUSE_SECONDS = 60.0
# A mail whose reader was cut off in the middle is taken up again after so long.
CLAIM = timedelta(seconds=300)


class Readers:
    """Lets the readers of stored mails act."""

    def __init__(self, world: OutsideWorld) -> None:
        self._world = world
        self._thread = DatabaseThread("readers")

    async def run(self) -> None:
        """Act for ever; a database that is away delays it."""
        failures = 0
        try:
            while True:
                try:
                    while await self.act_on_due():
                        failures = 0
                    pause = POLL_SECONDS
                except Exception as error:
                    failures += 1
                    pause = min(2.0 ** min(failures - 1, 10), MAX_PAUSE_SECONDS)
                    logger.warning("readers wait %g s: %r", pause, error)
                await asyncio.sleep(pause)
        finally:
            self._thread.close()

    async def act_on_due(self) -> int:
        """Let some of those act whose time has come and return how many there were."""
        mails = await self._thread.run(_claim)
        await asyncio.gather(*(self._act(number) for number in mails))
        return len(mails)

    async def _act(self, number: int) -> None:
        stored = await self._thread.run(_stored, number)
        if stored is None:
            # It was deleted meanwhile, with its account or at the end of its retention.
            return
        accepted = AcceptedMail(stored.mail_from, stored.recipient, bytes(stored.raw))
        failure: Exception | None = None
        try:
            await asyncio.to_thread(readers.act, stored.scenario, accepted, self._world)
        except Exception as error:
            failure = error
        await self._thread.run(_settle, stored, failure)


def _claim() -> list[int]:
    with transaction.atomic():
        due = SimulatedMail.objects.filter(act_at__lte=Now()).order_by("act_at").select_for_update(skip_locked=True)
        mails = list(due.values_list("pk", flat=True)[:ACTING])
        SimulatedMail.objects.filter(pk__in=mails).update(act_at=Now() + CLAIM, attempts=F("attempts") + 1)
    return mails


def _stored(number: int) -> SimulatedMail | None:
    return SimulatedMail.objects.filter(pk=number).first()


def _settle(stored: SimulatedMail, failure: Exception | None) -> None:
    rules = settings.RULES
    waiting = SimulatedMail.objects.filter(pk=stored.pk)
    age = (timezone.now() - time_of(stored.pk)).total_seconds()
    if failure is None or readers.is_final(failure) or age > rules.simulator_give_up_seconds:
        waiting.update(act_at=None)
        if failure:
            logger.warning("%s could not act: %r", stored.recipient, failure)
        return
    pause = min(2.0 ** min(stored.attempts - 1, 20), rules.simulator_max_retry_seconds)
    waiting.update(act_at=Now() + timedelta(seconds=pause))
    logger.info("%s acts again in %g s: %r", stored.recipient, pause, failure)
