"""The queue of reports: each waits until it is read or set aside, and one set aside may wait again.

Set aside is only what cannot be read for a fault of the mail itself. Whatever else fails - database, process, memory,
disk, our own program - leaves the report waiting: it is tried again after a pause that grows, for ever.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Min
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts import notices
from accounts.mail.text import storable
from accounts.models import Account, Notice
from sending.models import InboundReport, Message

logger = logging.getLogger(__name__)

BATCH = 100
# How often the parser may end over one report, while it reads others, before that is the report's fault.
MAX_PARSER_ENDS = 10
MAX_LATE = 1_000
LATE = "reports late"
LATE_TEXT = gettext_noop(
    "Bounce and spam reports about your emails have been waiting to be read for more than an hour. None is lost, but "
    "bounces, complaints and blocks are incomplete until then. The platform finds the cause in its log."
)

_waiting = InboundReport.objects.filter(state=InboundReport.State.WAITING)


def pause_seconds(attempts: int) -> float:
    """Return how long to wait after so many failures: one second, doubled each time up to the rule's most."""
    longest: int = settings.RULES.inbound_max_retry_seconds
    return min(2.0 ** min(attempts - 1, 20), longest)


def due() -> list[int]:
    """Return the ids of reports to be read now, the longest due first, a batch at most."""
    return list(_waiting.filter(due_at__lte=Now()).order_by("due_at", "id").values_list("id", flat=True)[:BATCH])


def postpone(report: int, error: BaseException) -> None:
    """Let a report wait for its next try; those behind it are read meanwhile."""
    _postpone(report, error)


def parser_ended(report: int, error: BaseException) -> None:
    """Count that the parser ended over a report though it reads others; at the last time it is set aside."""
    if _postpone(report, error, parser_ends=1) >= MAX_PARSER_ENDS:
        set_aside(report, f"Not parsed: {error}")


def set_aside(report: int, reason: str) -> None:
    """Keep a report that cannot be read for a fault of its own, with its raw mail."""
    summary = storable(reason)[:500]
    _waiting.filter(pk=report).update(
        kind=InboundReport.Kind.UNKNOWN,
        state=InboundReport.State.ASIDE,
        summary=summary,
        read_at=timezone.now(),
    )
    logger.warning("report %d is set aside, its raw mail is kept: %s", report, summary)


def read_again(*, ids: Sequence[int] | None = None, since: datetime | None = None) -> int:
    """Let reports wait to be read once more and return how many: those of `ids`, else all that were set aside.

    `since` leaves out those that were read or set aside before. What a report says is recorded once, however often
    it is read.
    """
    # Of one whose mail was erased with age, what was read is all there is.
    chosen = InboundReport.objects.exclude(state=InboundReport.State.WAITING).exclude(raw=b"")
    chosen = chosen.filter(pk__in=ids) if ids is not None else chosen.filter(state=InboundReport.State.ASIDE)
    if since is not None:
        chosen = chosen.filter(read_at__gte=since)
    return chosen.update(
        state=InboundReport.State.WAITING, read_at=None, waiting_since=Now(), due_at=Now(), attempts=0, parser_ends=0
    )


def notice_late(now: datetime | None = None) -> int:
    """Say in the log, and to the accounts concerned, that reports have waited for longer than the rule allows.

    Returns how many; the notices go when their account's reports are read.
    """
    now = now or timezone.now()
    late = _waiting.filter(waiting_since__lt=now - timedelta(seconds=settings.RULES.inbound_late_seconds))
    count = late.count()
    messages = late.order_by("id").values_list("message", flat=True)[:MAX_LATE]
    told = set(
        Message.objects.filter(pk__in=[message for message in messages if message]).values_list("account", flat=True)
    )
    if count:
        oldest = late.aggregate(oldest=Min("waiting_since"))["oldest"]
        logger.error("%d reports wait to be read, the oldest since %s; see the lines of the report port", count, oldest)
    for account in Account.objects.filter(pk__in=told):
        notices.post(account, level=Notice.Level.DANGER, subject=LATE, text=LATE_TEXT)
    for account in Account.objects.filter(notices__subject=LATE, notices__closed_at=None).exclude(pk__in=told):
        notices.withdraw(account, subject=LATE)
    return count


def _postpone(report: int, error: BaseException, *, parser_ends: int = 0) -> int:
    """Write the next try and return how often the parser has ended over this report."""
    known = _waiting.filter(pk=report).values_list("attempts", "parser_ends").first()
    if known is None:
        return 0
    attempts, ends = known[0] + 1, known[1] + parser_ends
    pause = pause_seconds(attempts)
    _waiting.filter(pk=report).update(attempts=attempts, parser_ends=ends, due_at=Now() + timedelta(seconds=pause))
    logger.warning("report %d is read again in %g s (try %d): %r", report, pause, attempts + 1, error)
    return ends
