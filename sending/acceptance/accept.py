"""Accepting mail: the one way in for API, SMTP, console and tasks.

A draft walks the gates; what passes is written in one transaction, and only then does the client get its id. Nothing
has been rendered, resolved or connected by then. The submission itself is the entry of who sent what: an audit entry
for each mail would only say it again.
"""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction

from accounts.caller import Caller
from accounts.errors import Refused
from sending import sensitive
from sending.acceptance.case import Case, Recipient
from sending.acceptance.draft import Draft
from sending.acceptance.gates import GATES
from sending.models import Attachment, DeliverStatus, Event, EventKind, Message, QueueItem, Submission
from sending.models.ids import CHINA
from sending.models.rows import (
    as_json,
    insert,
    insert_select,
    names_of,
    parameters,
    recordset,
    types_of,
    values_of,
)
from sending.queue_signal import notifier
from sending.submission_fields import SubmissionFields
from templates_app.rendering import fill_plain

_SUFFIX = string.ascii_letters + string.digits
MAX_SUBJECT_KEPT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _RecipientRow:
    """What one recipient's message has for itself; each field is a column of it."""

    recipient: str
    recipient_domain: str
    send_status: int
    deliver_status: int
    deliver_message: str
    trace: list[dict[str, Any]]


def _shared(model: type[models.Model]) -> dict[str, str]:
    """Return the columns a table has in common with the submission and with the recipient's row."""
    columns = {field.column for field in model._meta.concrete_fields}
    of_submission = {name: f"%({name})s" for name in names_of(SubmissionFields)}
    of_recipient = {name: f"new_message.{name}" for name in names_of(_RecipientRow)}
    return {name: value for name, value in {**of_submission, **of_recipient}.items() if name in columns}


_RECIPIENTS = recordset("entry", types_of(Message, names_of(_RecipientRow)), parameter="%(recipients)s")
_MESSAGE = {
    **_shared(Message),
    "id": "new_message.id",
    "submission_id": "new_message.submission_id",
    "subject": "%(filled)s",
}
_QUEUE_ITEM = {**_shared(QueueItem), "message": "new_message.id"}
_EVENT = {
    **_shared(Event),
    "message": "new_message.id",
    "kind": f"CASE WHEN send_status = 0 THEN {EventKind.ACCEPTED.value} ELSE {EventKind.REFUSED.value} END",
    "reason": "new_message.deliver_message",
}
# One round trip for everything. `new_message` is evaluated once, so each row's id is the same in all three tables.
_WRITE = f"""
WITH submission AS (
    {insert_select(Submission, "", _shared(Submission))} RETURNING id
), new_message AS MATERIALIZED (
    SELECT ses_next_id() AS id, submission.id AS submission_id, entry.*
    FROM submission, {_RECIPIENTS}
), messages AS (
    {insert_select(Message, "FROM new_message", _MESSAGE)}
), queue AS (
    {insert_select(QueueItem, "FROM new_message WHERE send_status = 0", _QUEUE_ITEM)}
), events AS (
    {insert_select(Event, "FROM new_message", _EVENT)}
)
SELECT submission_id, id FROM new_message ORDER BY id
"""  # noqa: S608


@dataclass(frozen=True)
class Accepted:
    """What was stored: the client's id, the submission, and a message for each recipient."""

    message_id: str
    submission: int
    messages: tuple[int, ...]


def accept(caller: Caller, *, draft: Draft) -> Accepted:
    """Store a mail for delivery and return its ids; raise Refused with the API's code when a gate says no.

    Blocked recipients are stored as dropped while the others get their mail; when all are blocked, they are
    stored and the refusal is raised all the same.
    """
    caller.require("messages.send")
    case = Case(caller, draft)
    with transaction.atomic():
        for gate in GATES:
            finding = gate(case)
            if finding is not None:
                case.trace.append((gate.__name__, finding))
        accepted = _write(case)
        if case.live:
            # After the commit and by itself: a NOTIFY inside would make all commits wait for each other's disk.
            transaction.on_commit(notifier.notify, robust=True)
    if not case.live:
        refusal = case.recipients[0].refusal
        assert refusal is not None
        raise Refused(refusal.code, refusal.translated(), field="to")
    return accepted


def new_message_id(app_id: int, now: datetime) -> str:
    """Return a new id in the API's form: account, time of China, and a suffix nobody can guess."""
    suffix = "".join(secrets.choice(_SUFFIX) for _ in range(12))
    return f"qcloudses-30-{app_id}-date-{now.astimezone(CHINA):%Y%m%d%H%M%S}-{suffix}1"


def _write(case: Case) -> Accepted:
    submission = _submission(case)
    values = {
        **parameters(submission),
        "recipients": as_json([values_of(row) for row in _recipient_rows(case)]),
        "filled": _subject_shown(case)[:MAX_SUBJECT_KEPT],
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)
        written = cursor.fetchall()
    submission_id = written[0][0]
    insert(
        Attachment,
        [
            {"account_id": case.account.pk, "submission_id": submission_id, "name": file.name, "content": file.content}
            for file in case.draft.attachments
        ],
    )
    return Accepted(submission.message_id, submission_id, tuple(message for _, message in written))


def _submission(case: Case) -> SubmissionFields:
    """Return what is kept: what the client gave, but where a gate has read it or found more."""
    draft, sender = case.draft, case.sender
    message_id = new_message_id(case.account.app_id, datetime.now(CHINA))
    given = {name: getattr(draft, name) for name in names_of(SubmissionFields) if hasattr(draft, name)}
    found: dict[str, Any] = {
        "account_id": case.account.pk,
        "message_id": message_id,
        "channel": case.caller.channel,
        "submitted_by": case.caller.name,
        "sender_domain": sender.domain.name,
        "from_address": sender.address,
        "from_name": case.mailbox.alias or sender.name,
        "header_from": case.header_from,
        "reply_to": case.reply_to,
        "to": _addresses(case.to),
        "cc": _addresses(case.cc),
        "bcc": _addresses(case.bcc),
        "template": draft.template_id,
        "version": case.version.pk,
        "variables": case.values,
        "sensitive": dict.fromkeys(case.sensitive, ""),
        "header_message_id": draft.header_message_id or _header_message_id(message_id, sender.domain.name),
    }
    if not case.live:
        # Nothing of it waits to be sent: this is its final state.
        found |= sensitive.masked(message_id, case.values, case.sensitive)
    return SubmissionFields(**{**given, **found})


def _subject_shown(case: Case) -> str:
    """Return the filled subject as pages and exports show it: without sensitive values."""
    return fill_plain(case.draft.subject, sensitive.shown(case.values, case.sensitive))


def _recipient_rows(case: Case) -> list[_RecipientRow]:
    rows = []
    for recipient, trace in zip(case.recipients, _traces(case), strict=True):
        refusal = recipient.refusal
        rows.append(
            _RecipientRow(
                recipient=recipient.mailbox.address,
                recipient_domain=recipient.mailbox.domain,
                send_status=refusal.send_status if refusal else 0,
                deliver_status=DeliverStatus.DROPPED if refusal else DeliverStatus.QUEUED,
                deliver_message=refusal.message if refusal else "",
                trace=trace,
            )
        )
    return rows


def _header_message_id(message_id: str, domain: str) -> str:
    """Return the Message-ID of every copy: the time and suffix of the client's id, at the sender's domain."""
    return f"<{message_id.partition('-date-')[2].replace('-', '.')}@{domain}>"


def _addresses(recipients: list[Recipient]) -> list[str]:
    return [recipient.mailbox.address for recipient in recipients]


def _traces(case: Case) -> list[list[dict[str, Any]]]:
    """Return each recipient's trace; a refused one's ends at the gate that refused it."""
    lines = [
        {"gate": gate, "passed": True, "value": finding.value, "limit": finding.limit} for gate, finding in case.trace
    ]
    traces = []
    for recipient in case.recipients:
        if recipient.refusal is None:
            traces.append(lines)
        else:
            at = [line["gate"] for line in lines].index(recipient.refusal.gate)
            refused = {**lines[at], "passed": False, "value": recipient.refusal.message}
            traces.append([*lines[:at], refused])
    return traces
