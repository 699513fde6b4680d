"""Thirty days of made-up emails for the demo account: submissions, messages and events, generated from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.models import Account
from sending.models import DeliverStatus, Event, EventKind, Message, Submission
from sending.models.ids import CHINA, first_of
from sending.models.partitions import ensure
from sending.models.rows import insert, values_of
from sending.submission_fields import SubmissionFields
from templates_app.models import Template

SEED = 20201002
PROVIDERS = (
    ("gmail.com", 38),
    ("outlook.com", 21),
    ("qq.com", 17),
    ("163.com", 10),
    ("icloud.com", 8),
    ("corp.example", 6),
)
BUSIEST_DAY = 620
ROWS_AT_ONCE = 5000
SUBJECT = "Your order"
# Share of the day's mail by hour, UTC: quiet nights, two working peaks.
HOURS = (2, 1, 1, 1, 1, 2, 4, 7, 10, 12, 11, 9, 8, 9, 11, 12, 10, 8, 7, 6, 5, 4, 3, 3)


@dataclass
class _Mail:
    """One message; `_outcome` fills in what became of it."""

    number: int
    at: datetime
    recipient: str
    status: DeliverStatus = DeliverStatus.DELIVERED
    send_status: int = 0
    reply: str = "250 2.0.0 OK"
    delivered_at: datetime | None = None
    opened_at: datetime | None = None
    clicked_at: datetime | None = None
    unsubscribed_at: datetime | None = None
    complained_at: datetime | None = None


@dataclass(frozen=True)
class _Event:
    at: datetime
    kind: EventKind
    reason: str = ""
    bounce_type: str = ""
    bounce_class: str = ""
    link: str = ""
    user_agent: str = ""
    machine: bool = False


PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"
SCANNER = "LinkScanner/2.1 (security gateway)"


def write(*, account: Account, sender: str, template: Template, days: int, now: datetime) -> int:
    """Write the history of the last `days` days and return how many messages it has; one transaction."""
    rng = random.Random(SEED)  # noqa: S311 - figures to look at, not secrets
    ensure((now - timedelta(days=days + 1)).date(), (now + timedelta(days=7)).date())
    mails: list[tuple[_Mail, list[_Event]]] = []
    for mail in _mails(rng, days=days, now=now):
        mails.append((mail, _outcome(rng, mail, domain=sender.partition("@")[2], now=now)))
    with transaction.atomic():
        _store(account, sender, template, mails)
    return len(mails)


def _mails(rng: random.Random, *, days: int, now: datetime) -> Iterator[_Mail]:
    first_day = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)
    domains = [name for name, _ in PROVIDERS]
    weights = [weight for _, weight in PROVIDERS]
    for day in range(days + 1):
        start = first_day + timedelta(days=day)
        weekend = 0.45 if start.weekday() >= 5 else 1.0
        growth = 0.55 + 0.45 * day / days
        count = int(BUSIEST_DAY * weekend * growth * rng.uniform(0.85, 1.0))
        for _ in range(count):
            hour = rng.choices(range(24), HOURS)[0]
            at = start + timedelta(hours=hour, seconds=rng.uniform(0, 3600))
            if at < now - timedelta(minutes=2):
                provider = rng.choices(domains, weights)[0]
                yield _Mail(rng.getrandbits(20), at, f"customer{rng.randrange(4000):04d}@{provider}")


def _outcome(rng: random.Random, mail: _Mail, *, domain: str, now: datetime) -> list[_Event]:
    events: list[_Event] = []
    if rng.random() < 0.004:
        mail.status, mail.send_status = DeliverStatus.DROPPED, 1013
        # As acceptance writes it.
        mail.reply = f"{mail.recipient} has unsubscribed from emails of {domain}."
        return [_Event(mail.at, EventKind.REFUSED, mail.reply)]
    events.append(_Event(mail.at, EventKind.ACCEPTED))
    arrival = mail.at + timedelta(seconds=rng.lognormvariate(0.2, 0.9))
    if rng.random() < 0.05:
        reply = "451 4.7.1 Greylisted, please try again"
        events.append(_Event(arrival, EventKind.DEFERRED, reply, bounce_class="TransientFailure"))
        arrival += timedelta(seconds=300)
    chance = rng.random()
    if chance < 0.011:
        _bounce(mail, events, arrival, "550 5.1.1 No such user here", "hard_bounce", "InvalidRecipient")
    elif chance < 0.020:
        _bounce(mail, events, arrival, "552 5.2.2 The mailbox is full", "soft_bounce", "QuotaIssues")
    else:
        mail.delivered_at = arrival
        events.append(_Event(arrival, EventKind.DELIVERED, mail.reply))
        _engagement(rng, mail, events, arrival)
    return [event for event in events if event.at < now]


def _bounce(mail: _Mail, events: list[_Event], at: datetime, reply: str, bounce_type: str, cause: str) -> None:
    mail.status, mail.reply = DeliverStatus.BOUNCED, reply
    events.append(_Event(at, EventKind.BOUNCE, reply, bounce_type, cause))


def _engagement(rng: random.Random, mail: _Mail, events: list[_Event], arrival: datetime) -> None:
    if rng.random() < 0.03:
        at = arrival + timedelta(seconds=2)
        events.append(_Event(at, EventKind.OPEN, user_agent=SCANNER, machine=True))
        events.append(_Event(at, EventKind.CLICK, link="https://shop.demo.test/help", user_agent=SCANNER, machine=True))
    if rng.random() < 0.46:
        mail.opened_at = arrival + timedelta(seconds=rng.lognormvariate(8.2, 1.6))
        agent = rng.choice((PHONE, DESKTOP))
        events.append(_Event(mail.opened_at, EventKind.OPEN, user_agent=agent))
        if rng.random() < 0.27:
            mail.clicked_at = mail.opened_at + timedelta(seconds=rng.uniform(3, 90))
            link = rng.choice(("https://shop.demo.test/orders", "https://shop.demo.test/help"))
            events.append(_Event(mail.clicked_at, EventKind.CLICK, link=link, user_agent=agent))
        if rng.random() < 0.006:
            mail.unsubscribed_at = mail.opened_at + timedelta(seconds=40)
            events.append(_Event(mail.unsubscribed_at, EventKind.UNSUBSCRIBE, user_agent=agent))
        elif rng.random() < 0.0015:
            mail.complained_at = mail.opened_at + timedelta(seconds=60)
            events.append(_Event(mail.complained_at, EventKind.SPAMREPORT))


def _store(account: Account, sender: str, template: Template, mails: list[tuple[_Mail, list[_Event]]]) -> None:
    domain = sender.partition("@")[2]
    used: set[int] = set()

    def fresh(at: datetime, low: int) -> int:
        number = first_of(at) | low
        while number in used:
            number += 1
        used.add(number)
        return number

    submissions: list[dict[str, Any]] = []
    messages: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    for position, (mail, mail_events) in enumerate(mails):
        number = fresh(mail.at, mail.number)
        local = mail.at.astimezone(CHINA).strftime("%Y%m%d%H%M%S")
        submission = SubmissionFields(
            account_id=account.pk,
            message_id=f"qcloudses-30-{account.app_id}-date-{local}-Demo{position:07d}1",
            channel=Submission.Channel.API.value,
            submitted_by="demo",
            sender_domain=domain,
            from_address=sender,
            from_name="Demo shop",
            subject=SUBJECT,
            to=[mail.recipient],
            template=template.pk,
            version=template.approved_id or 0,
            variables={},
            header_message_id=f"<{number:x}@{domain}>",
            headers={},
            trigger_type=1,
        )
        shared = {
            "account_id": account.pk,
            "sender_domain": domain,
            "from_address": sender,
            "recipient": mail.recipient,
            "recipient_domain": mail.recipient.partition("@")[2],
        }
        submissions.append({"id": number, **values_of(submission)})
        messages.append(
            {
                **shared,
                "id": number,
                "submission_id": number,
                "message_id": submission.message_id,
                "subject": SUBJECT,
                "template": template.pk,
                "send_status": mail.send_status,
                "deliver_status": mail.status,
                "deliver_message": mail.reply,
                "delivered_at": mail.delivered_at,
                "opened_at": mail.opened_at,
                "clicked_at": mail.clicked_at,
                "unsubscribed_at": mail.unsubscribed_at,
                "complained_at": mail.complained_at,
            }
        )
        for event in mail_events:
            columns = {name: value for name, value in vars(event).items() if name != "at"}
            events.append({**shared, **columns, "id": fresh(event.at, mail.number), "message": number})
    for model, rows in ((Submission, submissions), (Message, messages), (Event, events)):
        for start in range(0, len(rows), ROWS_AT_ONCE):
            insert(model, rows[start : start + ROWS_AT_ONCE])
