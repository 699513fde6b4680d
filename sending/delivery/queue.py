"""The rows of delivery: claim with a lease and a fence, renew, and settle in one transaction.

A worker whose fence is stale writes nothing: not the queue, not the attempts, not the events. All times are the
database's, so that a worker with a wrong clock does no harm.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from sending import events, holds
from sending.delivery import submissions
from sending.delivery.queued import QueuedMessage
from sending.events import NewEvent
from sending.models import Attempt, HoldPeriod
from sending.models.rows import fetch, insert, selected, values_of
from sending.sensitive import mask_where_final


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClaimedItem:
    message: int
    fence: int
    attempts: int
    account_id: int
    recipient_domain: str
    claimed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClaimedMessage:
    id: int
    recipient: str
    submission_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _AttachmentRow:
    submission_id: int
    name: str
    content: bytes


_CLAIM = f"""
WITH due AS (
    SELECT message FROM sending_queueitem
    WHERE available_at <= statement_timestamp() AND {holds.not_on_hold(HoldPeriod.Kind.DELIVERY)}
    ORDER BY available_at, message LIMIT %s FOR UPDATE SKIP LOCKED
)
UPDATE sending_queueitem AS q
SET available_at = statement_timestamp() + %s * interval '1 second', fence = q.fence + 1, worker = %s
FROM due WHERE q.message = due.message
RETURNING {selected(_ClaimedItem, "q", claimed_at="statement_timestamp()")}
"""  # noqa: S608
# The range lets the planner leave out the days' partitions that hold none of them.
_MESSAGES = f"""
SELECT {selected(_ClaimedMessage, "m")} FROM sending_message AS m
WHERE m.id = ANY(%s) AND m.id BETWEEN %s AND %s
"""  # noqa: S608
_ATTACHMENTS = f"""
SELECT {selected(_AttachmentRow, "f")} FROM sending_attachment AS f WHERE f.submission_id = ANY(%s) ORDER BY f.id
"""  # noqa: S608
_RENEW = """
UPDATE sending_queueitem AS q SET available_at = statement_timestamp() + %s * interval '1 second'
FROM unnest(%s::bigint[], %s::bigint[]) AS held(message, fence)
WHERE q.message = held.message AND q.fence = held.fence AND q.worker = %s
RETURNING q.message
"""
_FINISH = """
DELETE FROM sending_queueitem AS q USING unnest(%s::bigint[], %s::bigint[]) AS held(message, fence)
WHERE q.message = held.message AND q.fence = held.fence AND q.worker = %s
RETURNING q.message
"""
_AGAIN = """
UPDATE sending_queueitem AS q
SET available_at = statement_timestamp() + held.seconds * interval '1 second',
    attempts = q.attempts + held.attempts, worker = ''
FROM unnest(%s::bigint[], %s::bigint[], %s::float8[], %s::int[]) AS held(message, fence, seconds, attempts)
WHERE q.message = held.message AND q.fence = held.fence AND q.worker = %s
RETURNING q.message
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAttempt:
    """One attempt that was made, each field a column; times are the database's."""

    account_id: int
    message: int
    # 1 for the message's first.
    number: int
    started_at: datetime
    milliseconds: int
    host: str
    tls: str
    outcome: str
    reply_code: int
    enhanced_code: str
    bounce_class: str
    reply: str
    conversation: str
    next_attempt_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What is to be written about one held message: it leaves the queue, or waits `again` seconds more."""

    queued: QueuedMessage
    again: float | None = None
    attempt: NewAttempt | None = None
    event: NewEvent | None = None


def claim(limit: int, worker: str) -> tuple[list[QueuedMessage], datetime | None]:
    """Take up to `limit` due messages for `worker` and load what their mails are made from.

    Return them, oldest first, with the database's time (None when nothing was due). Rows whose message is
    gone for good leave the queue.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [limit, settings.RULES.lease_seconds, worker])
        claimed = sorted(fetch(cursor, _ClaimedItem), key=lambda item: item.message)
        if not claimed:
            return [], None
        ids = [item.message for item in claimed]
        cursor.execute(_MESSAGES, [ids, ids[0], ids[-1]])
        messages = {message.id: message for message in fetch(cursor, _ClaimedMessage)}
    # Message and submission are of one account.
    loaded = submissions.load(
        {messages[item.message].submission_id: item.account_id for item in claimed if item.message in messages}
    )
    found = []
    orphans = []
    for item in claimed:
        message = messages.get(item.message)
        if message and message.submission_id in loaded:
            found.append(
                QueuedMessage(
                    message=item.message,
                    fence=item.fence,
                    attempts_before=item.attempts,
                    recipient=message.recipient,
                    recipient_domain=item.recipient_domain,
                    submission=loaded[message.submission_id],
                )
            )
        else:
            orphans.append((item.message, item.fence))
    if orphans:
        with connection.cursor() as cursor:
            cursor.execute(_FINISH, [*_columns(orphans), worker])
    return found, claimed[0].claimed_at


def attachments(of: Iterable[int]) -> dict[int, list[tuple[str, bytes]]]:
    """Return the files of each submission, name and bytes, in the order they were given."""
    with connection.cursor() as cursor:
        cursor.execute(_ATTACHMENTS, [list(of)])
        files: dict[int, list[tuple[str, bytes]]] = {}
        for file in fetch(cursor, _AttachmentRow):
            files.setdefault(file.submission_id, []).append((file.name, bytes(file.content)))
        return files


def renew(messages: Sequence[QueuedMessage], worker: str) -> set[int]:
    """Hold the messages for another lease; return those that are still the worker's."""
    held = [(queued.message, queued.fence) for queued in messages]
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, [settings.RULES.lease_seconds, *_columns(held), worker])
        return _messages(cursor)


def settle(settlements: Sequence[Settlement], worker: str) -> set[int]:
    """Write settlements in one transaction: queue, attempts and events; return the messages that were still held."""
    finished = [
        (settlement.queued.message, settlement.queued.fence) for settlement in settlements if settlement.again is None
    ]
    waiting = [
        (settlement.queued.message, settlement.queued.fence, settlement.again, int(settlement.attempt is not None))
        for settlement in settlements
        if settlement.again is not None
    ]
    held: set[int] = set()
    with transaction.atomic(), connection.cursor() as cursor:
        if finished:
            cursor.execute(_FINISH, [*_columns(finished), worker])
            held |= _messages(cursor)
        if waiting:
            cursor.execute(_AGAIN, [*_columns(waiting), worker])
            held |= _messages(cursor)
        written = [settlement for settlement in settlements if settlement.queued.message in held]
        insert(Attempt, [values_of(settlement.attempt) for settlement in written if settlement.attempt])
        events.record([settlement.event for settlement in written if settlement.event])
        # Last, and in the order of ids, so that no two workers wait for each other.
        mask_where_final(
            {
                settlement.queued.submission.id
                for settlement in written
                if settlement.again is None and settlement.queued.submission.sensitive
            }
        )
    return held


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _messages(cursor: CursorWrapper) -> set[int]:
    return {message for (message,) in cursor.fetchall()}
