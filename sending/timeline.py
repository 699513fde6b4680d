"""One mail's timeline: what happened, in order, how the mail stands, and what its sender can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from sending.models import Attempt, BounceType, DeliverStatus, Event, EventKind, Message
from sending.models.ids import time_of
from sending.smtp.bounce_class import ADVICE, BounceClass
from sending.smtp.result import Failure


@dataclass(frozen=True, kw_only=True)
class TimelineStep:
    """One point of the timeline; `attempt` brings its own details."""

    at: datetime
    icon: str
    colour: str
    title: str | Promise
    text: str = ""
    attempt: Attempt | None = None
    event: Event | None = None


@dataclass(frozen=True)
class DeliverySummary:
    """How the mail stands, in plain words, and what its sender can do."""

    icon: str
    colour: str
    headline: str | Promise
    advice: str | Promise


# Kind -> icon, colour, title.
EVENTS: dict[int, tuple[str, str, str | Promise]] = {
    EventKind.DELIVERED: ("circle-check", "green", gettext_lazy("Delivered")),
    EventKind.DROPPED: ("ban", "orange", gettext_lazy("Dropped")),
    EventKind.BOUNCE: ("circle-x", "red", gettext_lazy("Bounce report received")),
    EventKind.OPEN: ("mail-opened", "teal", gettext_lazy("Opened")),
    EventKind.CLICK: ("click", "cyan", gettext_lazy("Link clicked")),
    EventKind.SPAMREPORT: ("alert-octagon", "orange", gettext_lazy("Reported as spam")),
    EventKind.UNSUBSCRIBE: ("user-minus", "secondary", gettext_lazy("Unsubscribed")),
    EventKind.DEFERRED: ("clock", "yellow", gettext_lazy("Deferred")),
    EventKind.REFUSED: ("ban", "orange", gettext_lazy("Not accepted for this recipient")),
}
# Titles where a program opened or clicked, not a person.
BY_PROGRAM: dict[int, str | Promise] = {
    EventKind.OPEN: gettext_lazy("Opened by a program"),
    EventKind.CLICK: gettext_lazy("Link clicked by a program"),
}
OUTCOMES: dict[str, tuple[str, str, str | Promise]] = {
    "delivered": ("circle-check", "green", gettext_lazy("Delivered")),
    "deferred": ("clock", "yellow", gettext_lazy("Deferred")),
    "bounced": ("circle-x", "red", gettext_lazy("Bounced: rejected by the recipient's server")),
    "dropped": ("ban", "orange", gettext_lazy("Dropped")),
}
_FAILURES = frozenset(Failure) - {Failure.NONE}
# The events that an attempt of this outcome shows already.
_SHOWN_BY_ATTEMPT = {EventKind.DELIVERED: "delivered", EventKind.DEFERRED: "deferred", EventKind.BOUNCE: "bounced"}
# A result is written soon after its attempt ended; what comes later came by another way.
_SOON = timedelta(seconds=30)

REFUSALS: dict[int, str | Promise] = {
    1006: gettext_lazy("This address has been sent as many emails this hour as allowed. Send again in an hour."),
    1007: gettext_lazy("The address is on a blocklist. If it is in use, remove it on the Blocklist page."),
    1008: gettext_lazy(
        "The person reported this sender as spam, or has blocked it. Do not send to them from this domain again."
    ),
    1013: gettext_lazy("The person unsubscribed from this sender domain. Respect that."),
}
SEE_BELOW = gettext_lazy("The reason is shown below.")


def summary_of(message: Message, attempts: Sequence[Attempt], events_found: Sequence[Event] = ()) -> DeliverySummary:
    """Return where the mail stands and what to do about it."""
    status = DeliverStatus(message.deliver_status)
    if message.send_status:
        advice = REFUSALS.get(message.send_status, SEE_BELOW)
        return DeliverySummary("ban", "orange", gettext_lazy("Dropped: no email was sent"), advice)
    if status is DeliverStatus.DELIVERED:
        return DeliverySummary(
            "circle-check", "green", gettext_lazy("The recipient's server accepted the email"), _seen(message)
        )
    if status is DeliverStatus.BOUNCED:
        headline = gettext_lazy("Bounced: the recipient's server rejected the email permanently")
        return DeliverySummary("circle-x", "red", headline, _bounce_advice(attempts, events_found))
    if status is DeliverStatus.DROPPED:
        return DeliverySummary("ban", "orange", gettext_lazy("Dropped before it was sent"), SEE_BELOW)
    if status is DeliverStatus.DEFERRED:
        return DeliverySummary("clock", "yellow", *_deferred(attempts[-1] if attempts else None))
    return DeliverySummary(
        "send",
        "azure",
        gettext_lazy("Accepted and on its way"),
        gettext_lazy("No action needed: delivery usually takes a few seconds."),
    )


def _bounce_advice(attempts: Sequence[Attempt], events_found: Sequence[Event]) -> str | Promise:
    """Return what to do about a bounce: by its event, which a report may have brought, or else by the last attempt."""
    said = [event.bounce_class for event in events_found if event.kind == EventKind.BOUNCE]
    said += [attempt.bounce_class for attempt in attempts[-1:]]
    return ADVICE.get(next(filter(None, said), ""), ADVICE[BounceClass.OTHER])


def _deferred(last: Attempt | None) -> tuple[Promise, Promise]:
    """Return headline and advice while an email waits for its next attempt."""
    headline = gettext_lazy("The recipient's server asks us to try again later")
    if last and (last.reply_code >= 500 or (last.bounce_class and not last.reply_code)):
        headline = gettext_lazy("No mail server of the recipient's domain has accepted the email yet")
    if last and last.bounce_class in {"DNSFailure", "RoutingErrors"}:
        return headline, gettext_lazy(
            "Check the domain for typing errors. If it is right, no action is needed: we retry automatically for up "
            "to three days."
        )
    return headline, gettext_lazy("No action needed: we retry automatically for up to three days.")


def steps(message: Message, attempts: Sequence[Attempt], events_found: Sequence[Event]) -> list[TimelineStep]:
    """Return everything that happened to the mail, oldest first; what an attempt shows is not shown twice."""
    found: list[TimelineStep] = [_attempt(attempt) for attempt in attempts]
    found += [
        _event(event) for event in events_found if event.kind in EVENTS and not _shown_by_attempt(event, attempts)
    ]
    found.sort(key=lambda step: step.at)
    if message.send_status:
        return found
    start = TimelineStep(
        at=message.accepted_at,
        icon="inbox",
        colour="azure",
        title=gettext_lazy("Accepted"),
        text=gettext("All checks passed. The email was stored and queued."),
    )
    return [start, *found]


def reason(text: str) -> str:
    """Return a stored reason as people read it: our own sentences translated, receivers' words as they came."""
    failure, mark, detail = text.removesuffix(")").partition(" (")
    if mark and failure in _FAILURES:
        return f"{gettext(failure)} ({gettext(detail)})"
    return gettext(text) if text else ""


def _seen(message: Message) -> str:
    if message.complained_at:
        return gettext("The person reported it as spam. This address gets no more emails from this domain.")
    if message.unsubscribed_at:
        return gettext("The person unsubscribed. This address gets no more emails from this domain.")
    if message.clicked_at:
        return gettext("The email was opened, and a link was clicked.")
    if message.opened_at:
        return gettext("The email was opened.")
    return gettext("The email has not been opened yet, or its images were not loaded.")


def _attempt(attempt: Attempt) -> TimelineStep:
    icon, colour, title = OUTCOMES.get(attempt.outcome, ("send", "secondary", attempt.outcome.capitalize()))
    return TimelineStep(
        at=attempt.started_at, icon=icon, colour=colour, title=title, text=reason(attempt.reply), attempt=attempt
    )


def _event(event: Event) -> TimelineStep:
    icon, colour, title = EVENTS[event.kind]
    if event.machine:
        icon, colour, title = "robot", "secondary", BY_PROGRAM.get(event.kind, title)
    if event.kind == EventKind.BOUNCE and event.bounce_type == BounceType.HARD:
        title = gettext_lazy("Bounce report received: the address does not exist")
    return TimelineStep(
        at=time_of(event.pk), icon=icon, colour=colour, title=title, text=reason(event.reason), event=event
    )


def _shown_by_attempt(event: Event, attempts: Sequence[Attempt]) -> bool:
    outcome = _SHOWN_BY_ATTEMPT.get(EventKind(event.kind))
    moment = time_of(event.pk)
    return outcome is not None and any(
        attempt.outcome == outcome
        and attempt.started_at - _SOON
        <= moment
        <= attempt.started_at + timedelta(milliseconds=attempt.milliseconds) + _SOON
        for attempt in attempts
    )
