"""Reads of submissions, messages, attempts and events."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.db.models.lookups import Exact, StartsWith

from accounts.caller import Caller
from accounts.mail.addresses import key_or_text
from accounts.scoping import visible
from domains.queries import sending_domains
from sending.models import Attempt, Event, Message, QueueItem, SimulatedMail, Submission
from sending.models.ids import CHINA, first_of, time_of
from templates_app.template_use import PastUse, TemplateUse

Row = TypeVar("Row", Message, SimulatedMail)
# A row keeps its recipient as servers take it: the domain in A-labels, the letters before the @ as they came. So the
# key is the same in lower case, by which the rows are indexed.
_KEY = Lower("recipient")
# Of how a template is used: the requests among which it is looked for, and what is shown.
MAX_SEARCHED, MAX_PAST_USES, MAX_DOMAINS = 2_000, 3, 10


def statuses(
    caller: Caller, *, day: date, message_id: str | None, recipient: str | None, offset: int, limit: int
) -> list[Message]:
    """Return the messages accepted on a day of UTC+8, oldest first, `limit` of them after `offset`."""
    start = datetime.combine(day, time(), CHINA)
    found = between(visible(Message.objects.all(), caller), start, start + timedelta(days=1))
    if message_id:
        found = found.filter(message_id=message_id)
    if recipient:
        found = found.filter(Exact(_KEY, key_or_text(recipient).text))
    return list(found.order_by("id")[offset : offset + limit])


def first_kept(days: int, now: datetime) -> int:
    """Return the smallest id of what is kept for so many days: the older goes as whole days (UTC)."""
    return first_of(datetime.combine(now.astimezone(UTC).date() - timedelta(days=days), time(), UTC))


def between(messages: QuerySet[Message], start: datetime, end: datetime) -> QuerySet[Message]:
    """Return the messages accepted from `start` on and before `end`: a range of ids, whole partitions left out."""
    return messages.filter(id__gte=first_of(start), id__lt=first_of(end))


def to(messages: QuerySet[Row], recipient: str) -> QuerySet[Row]:
    """Return the mails to an address, or to those that begin so, whatever the spelling."""
    return messages.filter(StartsWith(_KEY, key_or_text(recipient).text))


def first_to(messages: QuerySet[Message], recipient: str, *, limit: int) -> list[Message]:
    """Return the first mails as `to` finds them, address by address and of each the latest first: the index's order.

    However many there are, `limit` rows of each day are read and nothing is sorted.
    """
    return list(to(messages, recipient).order_by(_KEY, "-id")[:limit])


def submission_of(message: Message) -> Submission | None:
    """Return what the message was made from; None once it was retired."""
    return Submission.objects.filter(pk=message.submission_id, account_id=message.account_id).first()


def siblings(message: Message, *, limit: int) -> list[Message]:
    """Return other messages of the same submission, up to `limit`."""
    same = Message.objects.filter(message_id=message.message_id, account_id=message.account_id)
    # All were written in one statement: a minute around is far more than enough, and spares the other days.
    moment = message.accepted_at
    near = between(same, moment - timedelta(minutes=1), moment + timedelta(minutes=1))
    return list(near.exclude(pk=message.pk).order_by("id")[:limit])


def attempts(message: Message) -> list[Attempt]:
    """Return the attempts to deliver the message, oldest first."""
    found = Attempt.objects.filter(message=message.pk, account_id=message.account_id, id__gte=_floor(message))
    return list(found.order_by("id"))


def events(message: Message) -> list[Event]:
    """Return what happened to the message, oldest first."""
    found = Event.objects.filter(message=message.pk, account_id=message.account_id, id__gte=_floor(message))
    return list(found.order_by("id"))


def place_in_queue(message: Message) -> QueueItem | None:
    """Return the message's place in the queue; None when it has left it."""
    return QueueItem.objects.filter(pk=message.pk, account_id=message.account_id).first()


def _floor(message: Message) -> int:
    """Return an id before all that happened to the message, clocks of several machines allowed for."""
    return first_of(message.accepted_at - timedelta(minutes=10))


def template_use(caller: Caller, template_id: int) -> TemplateUse:
    """Return the domains that may send now, and the latest of the account's last requests that sent the template."""
    newest = visible(Submission.objects.all(), caller).order_by("-id").values("pk")[:MAX_SEARCHED]
    sent = Submission.objects.filter(pk__in=newest, template=template_id).order_by("-id")[:MAX_PAST_USES]
    past = [PastUse(row.header_from or row.from_address, row.subject, time_of(row.pk)) for row in sent]
    return TemplateUse([domain.name for domain in sending_domains(caller)[:MAX_DOMAINS]], past)
