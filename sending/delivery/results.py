"""From the SMTP result of an attempt to its settlement; no database."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings

from accounts.tokens import without_tokens
from sending.delivery import retry
from sending.delivery.pipeline import Hold, expired
from sending.delivery.queue import NewAttempt, Settlement
from sending.delivery.queued import QueuedMessage
from sending.events import NewEvent
from sending.models import BounceType, EventKind
from sending.sensitive import without_values
from sending.smtp.replies import Outcome, OutcomeKind, classify
from sending.smtp.result import SmtpResult

EVENTS = {
    OutcomeKind.DELIVERED: EventKind.DELIVERED,
    OutcomeKind.DEFERRED: EventKind.DEFERRED,
    OutcomeKind.BOUNCED: EventKind.BOUNCE,
    OutcomeKind.DROPPED: EventKind.DROPPED,
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

    def now(self) -> datetime:
        """Return the database's time."""
        return self.at(time.monotonic())


def settlement_of(queued: QueuedMessage, smtp_result: SmtpResult, *, began: datetime, seconds: float) -> Settlement:
    """Return the settlement of an attempt that began at `began` (the database's time) and took `seconds`."""
    rules = settings.RULES
    smtp_result = _without_values(queued, smtp_result)
    outcome = classify(smtp_result)
    now = began + timedelta(seconds=seconds)
    next_attempt = None
    if outcome.kind is OutcomeKind.DEFERRED:
        next_attempt = retry.next_attempt(
            queued.message,
            queued.attempts_before + 1,
            accepted_at=queued.submission.life_began_at,
            now=now,
            first=rules.delivery_first_retry_seconds,
            maximum=rules.delivery_max_retry_seconds,
            life=rules.delivery_max_seconds,
        )
        if next_attempt is None:
            outcome = expired(outcome.reason)
    return Settlement(
        queued=queued,
        again=(next_attempt - now).total_seconds() if next_attempt else None,
        attempt=NewAttempt(
            account_id=queued.submission.account_id,
            message=queued.message,
            number=queued.attempts_before + 1,
            started_at=began,
            milliseconds=round(seconds * 1000),
            host=smtp_result.host,
            tls=smtp_result.tls,
            outcome=outcome.kind.value,
            reply_code=smtp_result.code,
            enhanced_code=smtp_result.enhanced,
            bounce_class=outcome.bounce_class.value,
            reply=smtp_result.text or str(smtp_result.failure),
            conversation=smtp_result.conversation,
            next_attempt_at=next_attempt,
        ),
        event=_event(queued, outcome),
    )


def unsent(queued: QueuedMessage, verdict: Outcome | Hold) -> Settlement:
    """Return the settlement of a mail that is not sent: it is dropped, bounced, or waits."""
    if isinstance(verdict, Hold):
        return put_back(queued, verdict.seconds)
    return Settlement(queued=queued, event=_event(queued, verdict))


def put_back(queued: QueuedMessage, seconds: float) -> Settlement:
    """Return the message to the queue for so many seconds; that is no attempt."""
    return Settlement(queued=queued, again=seconds)


def without_texts(settlement: Settlement) -> Settlement:
    """Return the settlement without any text of the receiver's, for when that cannot be stored; it counts as before."""
    attempt, event = settlement.attempt, settlement.event
    return replace(
        settlement,
        attempt=attempt and replace(attempt, host="", tls="", enhanced_code="", reply="", conversation=""),
        event=event and replace(event, reason=""),
    )


def _without_values(queued: QueuedMessage, smtp_result: SmtpResult) -> SmtpResult:
    """Return the result without the sensitive values and tokens that the receiver repeats, as of a link it blocks."""
    submission = queued.submission
    text, conversation = (
        without_values(without_tokens(said), submission.variables, submission.sensitive)
        for said in (smtp_result.text, smtp_result.conversation)
    )
    return replace(smtp_result, text=text, conversation=conversation)


def _event(queued: QueuedMessage, outcome: Outcome) -> NewEvent:
    return NewEvent(
        kind=EVENTS[outcome.kind],
        message=queued.message,
        reason=outcome.reason,
        bounce_type=_bounce_type(outcome),
        bounce_class=outcome.bounce_class.value,
    )


def _bounce_type(outcome: Outcome) -> str:
    if outcome.kind is not OutcomeKind.BOUNCED:
        return ""
    return BounceType.HARD.value if outcome.hard else BounceType.SOFT.value
