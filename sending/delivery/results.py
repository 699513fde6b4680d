"""From what came of a try to what is written about it; no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings

from sending.delivery import retry
from sending.delivery.handover import Handover
from sending.delivery.pipeline import Hold, expired
from sending.delivery.queue import Result, Try
from sending.delivery.replies import Kind, Outcome, classify
from sending.delivery.work import Work
from sending.events import Happening
from sending.models import EventKind

EVENTS = {
    Kind.DELIVERED: EventKind.DELIVERED,
    Kind.DEFERRED: EventKind.DEFERRED,
    Kind.BOUNCED: EventKind.BOUNCE,
    Kind.DROPPED: EventKind.DROPPED,
}


class Clock:
    """The database's time, carried on by this process's monotonic clock: its own calendar is never asked."""

    def __init__(self) -> None:
        self._time: datetime | None = None
        self._at = 0.0

    def set(self, time: datetime, at: float) -> None:
        """Take the database's time as of the monotonic moment `at`."""
        self._time, self._at = time, at

    def at(self, moment: float) -> datetime:
        """Return the database's time at a monotonic moment; it must have been set."""
        assert self._time is not None
        return self._time + timedelta(seconds=moment - self._at)


def judged(work: Work, handover: Handover, *, began: datetime, seconds: float) -> Result:
    """Return what to write about a try that began at `began` (the database's time) and took `seconds`."""
    rules = settings.RULES
    outcome = classify(handover)
    now = began + timedelta(seconds=seconds)
    next_try = None
    if outcome.kind is Kind.DEFERRED:
        next_try = retry.next_try(
            work.message,
            work.tries + 1,
            accepted_at=work.shared.accepted_at,
            now=now,
            first=rules.delivery_first_retry_seconds,
            most=rules.delivery_max_retry_seconds,
            life=rules.delivery_max_seconds,
        )
        if next_try is None:
            outcome = expired(outcome.reason)
    return Result(
        work=work,
        again=(next_try - now).total_seconds() if next_try else None,
        attempt=Try(
            started_at=began,
            milliseconds=round(seconds * 1000),
            host=handover.host,
            tls=handover.tls,
            outcome=outcome.kind.value,
            reply_code=handover.code,
            enhanced_code=handover.enhanced,
            bounce_class=outcome.bounce_class.value,
            reply=handover.text,
            talk=handover.talk,
            next_try_at=next_try,
        ),
        happening=_happening(work, outcome),
    )


def unsent(work: Work, verdict: Outcome | Hold) -> Result:
    """Return what to write about a mail that was not tried: it is over, or it waits."""
    if isinstance(verdict, Hold):
        return put_back(work, verdict.seconds)
    return Result(work=work, happening=_happening(work, verdict))


def put_back(work: Work, seconds: float) -> Result:
    """Return the work to the queue for so many seconds; that is no try."""
    return Result(work=work, again=seconds)


def bare(result: Result) -> Result:
    """Return the result without any words of the receiver, for when those cannot be stored."""
    happening = result.happening
    return replace(result, attempt=None, happening=happening and replace(happening, reason=""))


def _happening(work: Work, outcome: Outcome) -> Happening:
    return Happening(
        kind=EVENTS[outcome.kind],
        message=work.message,
        reason=outcome.reason,
        bounce_type=outcome.bounce_type,
        bounce_class=outcome.bounce_class.value,
    )
