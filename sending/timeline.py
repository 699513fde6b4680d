"""One mail's story: what happened in order, how it stands, and what to do now from the rows it reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sending.models import Attempt, BounceType, DeliverStatus, Event, EventKind, Message
from sending.models.ids import time_of


@dataclass(frozen=True, kw_only=True)
class TimelineStep:
    """One point of the timeline; `attempt` brings its own details."""

    at: datetime
    icon: str
    colour: str
    title: str
    text: str = ""
    attempt: Attempt | None = None
    event: Event | None = None


@dataclass(frozen=True)
class DeliverySummary:
    """How the mail stands, in plain words, and what its sender can do."""

    icon: str
    colour: str
    headline: str
    advice: str


# Kind -> icon, colour, title.
EVENTS: dict[int, tuple[str, str, str]] = {
    EventKind.DELIVERED: ("circle-check", "green", "Delivered"),
    EventKind.DROPPED: ("ban", "orange", "Dropped by us"),
    EventKind.BOUNCE: ("circle-x", "red", "Returned by a bounce report"),
    EventKind.OPEN: ("mail-opened", "teal", "Opened"),
    EventKind.CLICK: ("click", "cyan", "Link clicked"),
    EventKind.SPAMREPORT: ("alert-octagon", "orange", "Reported as spam"),
    EventKind.UNSUBSCRIBE: ("user-minus", "secondary", "Unsubscribed"),
    EventKind.DEFERRED: ("clock", "yellow", "Delayed"),
    EventKind.REFUSED: ("ban", "orange", "Not taken for this recipient"),
}
OUTCOMES: dict[str, tuple[str, str, str]] = {
    "delivered": ("circle-check", "green", "Delivered"),
    "deferred": ("clock", "yellow", "Not taken yet"),
    "bounced": ("circle-x", "red", "Bounced: refused for good by the recipient's server"),
    "dropped": ("ban", "orange", "Dropped by us"),
}
# Gates whose names say too little on a page.
GATES: dict[str, str] = {
    "header_from": "From header",
    "reply_to": "Reply address",
    "not_blocked": "Blocklists and unsubscriptions",
    "recipient_frequency": "Mails to one address",
}
# The events that an attempt of this outcome shows already.
_SHOWN_BY_ATTEMPT = {EventKind.DELIVERED: "delivered", EventKind.DEFERRED: "deferred", EventKind.BOUNCE: "bounced"}
# A result is written soon after its attempt ended; what comes later came by another way.
_SOON = timedelta(seconds=30)

ADVICE: dict[str, str] = {
    "InvalidRecipient": "The mailbox does not exist. Take the address off your lists; it is blocked from now on.",
    "BadDomain": "The domain takes no mail. Look for a typing error in the address.",
    "InactiveMailbox": "The mailbox is not in use. Take the address off your lists.",
    "QuotaIssues": "The mailbox is full. Send again in some days, or reach the person another way.",
    "SpamBlock": "The receiver does not trust the sender. Look at the domain's DNS records and complaint rate.",
    "SpamContent": "The receiver took the text for spam. Change the template's wording and links.",
    "AuthenticationFailed": "SPF, DKIM or DMARC did not pass. Check the domain's DNS records.",
    "PolicyRelated": "The receiver refuses by its own rules. Its words below say which.",
    "RateLimited": "The receiver wants mail more slowly. Nothing to do: delivery slows down by itself.",
    "MessageTooLarge": "The mail is too large for this mailbox. Send a link instead of the attachment.",
    "MessageExpired": "No try succeeded in the time allowed. Check the address, then send again.",
    "NoAnswerFromHost": "The receiving server did not answer. Check the domain, then send again later.",
}
REFUSALS: dict[int, str] = {
    1006: "This address got as many mails this hour as are allowed. Send again after the hour.",
    1007: "The address is on a blocklist. If it is in use, take it off on the Blocklist page.",
    1008: "The person reported this sender as spam. Do not write again from this domain.",
    1013: "The person unsubscribed from this sender domain. Respect it.",
}


def summary_of(message: Message, attempts: Sequence[Attempt]) -> DeliverySummary:
    """Return where the mail stands and what to do about it."""
    status = DeliverStatus(message.deliver_status)
    bounce_class = attempts[-1].bounce_class if attempts else ""
    if message.send_status:
        advice = REFUSALS.get(message.send_status, "The reason below says why.")
        return DeliverySummary("ban", "orange", "Blocked by us: no mail was sent", advice)
    if status is DeliverStatus.DELIVERED:
        return DeliverySummary("circle-check", "green", "The recipient's server took the mail", _seen(message))
    if status is DeliverStatus.BOUNCED:
        advice = ADVICE.get(bounce_class, "The receiver's words below say why. Send again only after mending it.")
        return DeliverySummary("circle-x", "red", "Bounced: the recipient's server refused it for good", advice)
    if status is DeliverStatus.DROPPED:
        return DeliverySummary(
            "ban", "orange", "Blocked by us: the mail was dropped before sending", "The reason below says why."
        )
    if status is DeliverStatus.DEFERRED:
        wait = "Nothing to do: it is tried again by itself, for up to three days."
        return DeliverySummary("clock", "yellow", "The recipient's server asks us to try again later", wait)
    return DeliverySummary("send", "azure", "Accepted, on its way", "Nothing to do: delivery takes seconds as a rule.")


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
        title="Accepted",
        text="Every gate passed; the mail was stored and queued.",
    )
    return [start, *found]


def gates(message: Message) -> list[dict[str, object]]:
    """Return what each gate said, named for people."""
    return [
        {
            "value": _figure(line["value"]),
            "limit": _figure(line["limit"]),
            "name": GATES.get(line["gate"], line["gate"].replace("_", " ").capitalize()),
            "state": "Passed" if line["passed"] else "Failed",
        }
        for line in message.trace
    ]


def _figure(seen: object) -> object:
    return f"{seen:,}" if isinstance(seen, int) else seen


def _seen(message: Message) -> str:
    if message.complained_at:
        return "The person reported it as spam. No more mail of this domain goes to this address."
    if message.unsubscribed_at:
        return "The person unsubscribed. No more mail of this domain goes to this address."
    if message.clicked_at:
        return "It was opened, and a link was clicked."
    return "It was opened." if message.opened_at else "It was not opened yet, or its pictures were not loaded."


def _attempt(attempt: Attempt) -> TimelineStep:
    icon, colour, title = OUTCOMES.get(attempt.outcome, ("send", "secondary", attempt.outcome.capitalize()))
    return TimelineStep(
        at=attempt.started_at, icon=icon, colour=colour, title=title, text=attempt.reply, attempt=attempt
    )


def _event(event: Event) -> TimelineStep:
    icon, colour, title = EVENTS[event.kind]
    if event.machine:
        icon, colour, title = "robot", "secondary", f"{title} by a program"
    if event.kind == EventKind.BOUNCE:
        title += " (dead address)" if event.bounce_type == BounceType.HARD else ""
    return TimelineStep(at=time_of(event.pk), icon=icon, colour=colour, title=title, text=event.reason, event=event)


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
