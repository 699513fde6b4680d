"""The queue's side of delivery: claim with a lease and a fence, renew, and settle results in one transaction.

A worker whose fence is stale writes nothing: not the queue, not the attempts, not the events. All times are the
database's, so that a worker with a wrong clock does no harm.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from accounts.models import Account
from domains.models import SenderDomain
from sending import events
from sending.delivery.queued import QueuedMessage, Sender, SubmissionData
from sending.events import NewEvent
from sending.models.ids import time_of

_CLAIM = """
WITH due AS (
    SELECT message FROM sending_queueitem WHERE available_at <= statement_timestamp()
    ORDER BY available_at, message LIMIT %s FOR UPDATE SKIP LOCKED
)
UPDATE sending_queueitem AS q
SET available_at = statement_timestamp() + %s * interval '1 second', fence = q.fence + 1, worker = %s
FROM due WHERE q.message = due.message
RETURNING q.message, q.fence, q.attempts, q.account_id, q.recipient_domain, statement_timestamp()
"""
# The range lets the planner leave out the days' partitions that hold none of them.
_MESSAGES = """
SELECT m.id, m.recipient, m.submission_id FROM sending_message AS m
WHERE m.id = ANY(%s) AND m.id BETWEEN %s AND %s
"""
_SUBMISSIONS = """
SELECT s.id, s.sender_domain, s.from_address, s.from_name, s.header_from, s.reply_to, s.subject, s."to", s.cc,
       s.version, s.variables, s.header_message_id, s.headers, s.unsubscribe, s.trigger_type,
       EXISTS (SELECT FROM sending_attachment AS f WHERE f.submission_id = s.id), a.status
FROM sending_submission AS s JOIN accounts_account AS a ON a.id = s.account_id
WHERE s.id = ANY(%s)
"""
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
_ATTEMPTS = """
COPY sending_attempt (account_id, message, number, started_at, milliseconds, host, tls, outcome, reply_code,
                      enhanced_code, bounce_class, reply, conversation, next_attempt_at) FROM STDIN
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAttempt:
    """One attempt that was made, as it is kept; times are the database's."""

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
        claimed = sorted(cursor.fetchall())
        if not claimed:
            return [], None
        ids = [row[0] for row in claimed]
        cursor.execute(_MESSAGES, [ids, ids[0], ids[-1]])
        recipients = {row[0]: row[1:] for row in cursor.fetchall()}
    submissions = _load_submissions({submission for _, submission in recipients.values()})
    messages = []
    orphans = []
    for message, fence, attempts_before, account, domain, _ in claimed:
        recipient, submission = recipients.get(message, ("", 0))
        if submission in submissions:
            messages.append(
                QueuedMessage(
                    message=message,
                    fence=fence,
                    attempts_before=attempts_before,
                    account=account,
                    recipient=recipient,
                    recipient_domain=domain,
                    submission=submissions[submission],
                )
            )
        else:
            orphans.append((message, fence))
    if orphans:
        with connection.cursor() as cursor:
            cursor.execute(_FINISH, [*_columns(orphans), worker])
    return messages, claimed[0][5]


def attachments(submissions: Iterable[int]) -> dict[int, list[tuple[str, bytes]]]:
    """Return the files of each submission, name and bytes, in the order they were given."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT submission_id, name, content FROM sending_attachment WHERE submission_id = ANY(%s) ORDER BY id",
            [list(submissions)],
        )
        files: dict[int, list[tuple[str, bytes]]] = {}
        for submission, name, content in cursor.fetchall():
            files.setdefault(submission, []).append((name, bytes(content)))
        return files


def renew(messages: Sequence[QueuedMessage], worker: str) -> set[int]:
    """Hold the messages for another lease; return those that are still the worker's."""
    held = [(queued.message, queued.fence) for queued in messages]
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, [settings.RULES.lease_seconds, *_columns(held), worker])
        return {row[0] for row in cursor.fetchall()}


def settle(settlements: Sequence[Settlement], worker: str) -> set[int]:
    """Write results in one transaction: queue, attempts and events; return the messages that were still held."""
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
            held.update(row[0] for row in cursor.fetchall())
        if waiting:
            cursor.execute(_AGAIN, [*_columns(waiting), worker])
            held.update(row[0] for row in cursor.fetchall())
        _write_attempts(
            cursor,
            [settlement for settlement in settlements if settlement.attempt and settlement.queued.message in held],
        )
        new_events = [
            settlement.event for settlement in settlements if settlement.event and settlement.queued.message in held
        ]
        if new_events:
            events.record(new_events)
    return held


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _write_attempts(cursor: Any, settlements: Sequence[Settlement]) -> None:
    if not settlements:
        return
    with cursor.copy(_ATTEMPTS) as copy:
        for settlement in settlements:
            attempt, queued = settlement.attempt, settlement.queued
            assert attempt is not None
            copy.write_row(
                (
                    queued.account,
                    queued.message,
                    queued.attempts_before + 1,
                    attempt.started_at,
                    attempt.milliseconds,
                    attempt.host,
                    attempt.tls,
                    attempt.outcome,
                    attempt.reply_code,
                    attempt.enhanced_code,
                    attempt.bounce_class,
                    attempt.reply,
                    attempt.conversation,
                    attempt.next_attempt_at,
                )
            )


def _load_submissions(submissions: set[int]) -> dict[int, SubmissionData]:
    with connection.cursor() as cursor:
        cursor.execute(_SUBMISSIONS, [list(submissions)])
        rows = cursor.fetchall()
    senders = {
        domain.name: Sender(domain.name, domain.dkim_selector, domain.dkim_private_key, domain.may_send)
        for domain in SenderDomain.objects.filter(name__in={row[1] for row in rows})
    }
    return {
        row[0]: SubmissionData(
            id=row[0],
            accepted_at=time_of(row[0]),
            sender_domain=row[1],
            from_address=row[2],
            from_name=row[3],
            header_from=row[4],
            reply_to=row[5],
            subject=row[6],
            to=json.loads(row[7]),
            cc=json.loads(row[8]),
            version=row[9],
            variables=json.loads(row[10]),
            header_message_id=row[11],
            headers=json.loads(row[12]),
            unsubscribe=row[13],
            trigger_type=row[14],
            has_attachments=row[15],
            may_send=row[16] == Account.Status.ACTIVE,
            sender=senders.get(row[1]),
        )
        for row in rows
    }
