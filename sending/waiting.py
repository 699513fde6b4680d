"""What waits in the queue, for all accounts, and how platform staff drop of it what was sent already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext, gettext_noop

from accounts import audit
from accounts.caller import PlatformActor
from accounts.errors import Refused
from accounts.models import Account
from sending import events, holds
from sending.events import NewEvent
from sending.models import EventKind, HoldPeriod, Message
from sending.models.ids import first_of, time_of
from sending.models.rows import fetch, selected
from sending.sensitive import mask_where_final
from sending.smtp.bounce_class import BounceClass

BATCH = 1000
# One press of the button drops so many at most, so that the page answers in time.
MAX_DROPPED = 20_000
MAX_ACCOUNTS = 20
DROPPED = gettext_noop("Dropped by platform staff while sending was on hold: it may have been sent already.")

# Not what a process has in hand: that is being sent, and its result is still to come.
_FREE = "(worker = '' OR available_at <= statement_timestamp())"
_IN_ALL = f"""
SELECT count(*), count(*) FILTER (WHERE NOT {_FREE}), min(message), max(message) FROM sending_queueitem
"""  # noqa: S608
_BEFORE = f"SELECT count(*) FROM sending_queueitem WHERE message < %s AND {_FREE}"  # noqa: S608
# MATERIALIZED: a subquery may be run for each row that it is joined to, and takes as many again each time.
_DROP = f"""
WITH oldest AS MATERIALIZED (
    SELECT message FROM sending_queueitem WHERE message < %s AND {_FREE} ORDER BY message LIMIT %s
    FOR UPDATE SKIP LOCKED
)
DELETE FROM sending_queueitem AS item USING oldest WHERE item.message = oldest.message
RETURNING item.message, item.account_id
"""  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingOfAccount:
    """How many emails of one account wait, and the smallest of their ids."""

    name: str
    emails: int
    first: int

    @property
    def oldest(self) -> datetime:
        """Return when the oldest was accepted."""
        return time_of(self.first)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many emails wait, how many of them are being sent, and when oldest and newest were accepted."""

    emails: int
    in_hand: int
    oldest: datetime | None
    newest: datetime | None


_FIGURES = {"name": "a.name", "emails": "count(*)", "first": "min(q.message)"}
_BY_ACCOUNT = f"""
SELECT {selected(WaitingOfAccount, "q", **_FIGURES)}
FROM sending_queueitem AS q JOIN accounts_account AS a ON a.id = q.account_id
GROUP BY a.id, a.name ORDER BY count(*) DESC, a.name LIMIT %s
"""  # noqa: S608


def in_all() -> Waiting:
    """Return what waits in the whole queue."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_ALL)
        emails, in_hand, first, last = cursor.fetchone()
    return Waiting(emails, in_hand, time_of(first) if emails else None, time_of(last) if emails else None)


def by_account() -> list[WaitingOfAccount]:
    """Return the accounts with the most waiting emails."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_ACCOUNT, [MAX_ACCOUNTS])
        return fetch(cursor, WaitingOfAccount)


def accepted_before(moment: datetime) -> int:
    """Return how many waiting emails `drop_accepted_before` would drop."""
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE, [first_of(moment)])
        return int(cursor.fetchone()[0])


def drop_accepted_before(
    actor: PlatformActor, *, moment: datetime, limit: int = MAX_DROPPED, done: Callable[[int], None] | None = None
) -> int:
    """Drop the waiting emails that were accepted before `moment`, oldest first, each with its event; return how many.

    Only while delivery is on hold: otherwise they are being sent at the same time. `done` is told the total so far.
    """
    if not holds.is_on_hold(HoldPeriod.Kind.DELIVERY):
        said = gettext("Delivery is not on hold. Put it on hold first, so that nothing is sent meanwhile.")
        raise Refused("FailedOperation", said)
    total = 0
    while total < limit and holds.is_on_hold(HoldPeriod.Kind.DELIVERY):
        dropped = _drop_batch(actor, moment, min(BATCH, limit - total))
        if not dropped:
            break
        total += dropped
        if done:
            done(total)
    return total


def _drop_batch(actor: PlatformActor, moment: datetime, size: int) -> int:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_DROP, [first_of(moment), size])
            rows = cursor.fetchall()
        events.record(
            [
                NewEvent(kind=EventKind.DROPPED, message=message, reason=DROPPED, bounce_class=BounceClass.OTHER.value)
                for message, _ in sorted(rows)
            ]
        )
        submissions = Message.objects.filter(pk__in=[message for message, _ in rows])
        mask_where_final(set(submissions.values_list("submission_id", flat=True)))
        counts = Counter(account for _, account in rows)
        for account in Account.objects.filter(pk__in=counts).order_by("pk"):
            audit.log_platform(
                actor, "hold.drop", moment.isoformat(" ", "seconds"), account=account, total=counts[account.pk]
            )
    return len(rows)
