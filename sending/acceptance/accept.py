"""Accepting mail: the one way in for API, SMTP, console and tasks.

A draft walks the gates; what passes is written in one transaction, and only then does the client get its id. Nothing
has been rendered, resolved or connected by then. The submission itself is the entry of who sent what: an audit entry
for each mail would only say it again.
"""

from __future__ import annotations

import json
import secrets
import string
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts.caller import Caller
from accounts.errors import Refused
from sending.acceptance.case import Case, Recipient
from sending.acceptance.draft import Draft, File
from sending.acceptance.gates import GATES
from sending.models import DeliverStatus, EventKind
from sending.models.ids import CHINA
from sending.queue_signal import notifier

__all__ = ["Accepted", "Draft", "File", "accept"]

_SUFFIX = string.ascii_letters + string.digits
MAX_SUBJECT_KEPT = 200

# One round trip for everything. `fresh` is evaluated once, so each row's id is the same in all three tables.
_WRITE = """
WITH whole AS (
    INSERT INTO sending_submission (message_id, account_id, channel, submitted_by, sender_domain, from_address,
        from_name, header_from, reply_to, subject, "to", cc, bcc, template, version, variables, header_message_id,
        headers, unsubscribe, trigger_type)
    VALUES (%(message_id)s, %(account)s, %(channel)s, %(submitted_by)s, %(sender_domain)s, %(from_address)s,
        %(from_name)s, %(header_from)s, %(reply_to)s, %(subject)s, %(to)s, %(cc)s, %(bcc)s, %(template)s, %(version)s,
        %(variables)s, %(header_message_id)s, %(headers)s, %(unsubscribe)s, %(trigger_type)s)
    RETURNING id
), fresh AS MATERIALIZED (
    SELECT ses_next_id() AS id, whole.id AS submission, entry.*
    FROM whole, unnest(%(recipients)s::text[], %(recipient_domains)s::text[], %(send_statuses)s::smallint[],
                       %(words)s::text[], %(traces)s::jsonb[])
         AS entry(recipient, recipient_domain, send_status, words, trace)
), messages AS (
    INSERT INTO sending_message (id, account_id, submission_id, message_id, from_address, sender_domain, recipient,
        recipient_domain, subject, template, send_status, deliver_status, deliver_message, trace)
    SELECT id, %(account)s, submission, %(message_id)s, %(from_address)s, %(sender_domain)s, recipient,
        recipient_domain, %(filled)s, %(template)s, send_status,
        CASE WHEN send_status = 0 THEN %(queued)s ELSE %(dropped)s END, words, trace
    FROM fresh
), queue AS (
    INSERT INTO sending_queueitem (message, account_id, recipient_domain, fence, attempts, worker)
    SELECT id, %(account)s, recipient_domain, 0, 0, '' FROM fresh WHERE send_status = 0
), events AS (
    INSERT INTO sending_event (kind, message, account_id, sender_domain, recipient_domain, recipient, from_address,
        reason, bounce_type, bounce_class, link, user_agent, machine)
    SELECT CASE WHEN send_status = 0 THEN %(accepted)s ELSE %(refused)s END, id, %(account)s, %(sender_domain)s,
        recipient_domain, recipient, %(from_address)s, words, '', '', '', '', false
    FROM fresh
)
SELECT submission, id FROM fresh ORDER BY id
"""
_ATTACH = """
INSERT INTO sending_attachment (account_id, submission_id, name, content)
SELECT %s, %s, name, content FROM unnest(%s::text[], %s::bytea[]) AS file(name, content)
"""


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
    """Return a fresh id in the API's form: account, time of China, and a suffix nobody can guess."""
    suffix = "".join(secrets.choice(_SUFFIX) for _ in range(12))
    return f"qcloudses-30-{app_id}-date-{now.astimezone(CHINA):%Y%m%d%H%M%S}-{suffix}1"


def _write(case: Case) -> Accepted:
    draft, sender = case.draft, case.sender
    message_id = new_message_id(case.account.app_id, datetime.now(CHINA))
    everybody = case.recipients
    row: dict[str, Any] = {
        "message_id": message_id,
        "account": case.account.pk,
        "channel": case.caller.channel,
        "submitted_by": case.caller.name,
        "sender_domain": sender.domain.name,
        "from_address": sender.address,
        "from_name": case.mailbox.alias or sender.name,
        "header_from": case.header_from,
        "reply_to": case.reply_to,
        "subject": draft.subject,
        "to": _addresses(case.to),
        "cc": _addresses(case.cc),
        "bcc": _addresses(case.bcc),
        "template": draft.template_id,
        "version": case.version.pk,
        "variables": json.dumps(case.values),
        "header_message_id": draft.header_message_id or _header_message_id(message_id, sender.domain.name),
        "headers": json.dumps(dict(draft.headers)),
        "unsubscribe": draft.unsubscribe,
        "trigger_type": draft.trigger_type,
        "filled": case.subject[:MAX_SUBJECT_KEPT],
        "recipients": [recipient.mailbox.address for recipient in everybody],
        "recipient_domains": [recipient.mailbox.domain for recipient in everybody],
        "send_statuses": [recipient.refusal.send_status if recipient.refusal else 0 for recipient in everybody],
        "words": [recipient.refusal.message if recipient.refusal else "" for recipient in everybody],
        "traces": _traces(case),
        "queued": DeliverStatus.QUEUED.value,
        "dropped": DeliverStatus.DROPPED.value,
        "accepted": EventKind.ACCEPTED.value,
        "refused": EventKind.REFUSED.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, row)
        written = cursor.fetchall()
        submission = written[0][0]
        if draft.attachments:
            files = draft.attachments
            cursor.execute(
                _ATTACH, [case.account.pk, submission, [file.name for file in files], [file.content for file in files]]
            )
    return Accepted(message_id, submission, tuple(number for _, number in written))


def _header_message_id(message_id: str, domain: str) -> str:
    """Return the Message-ID of every copy and every try: the client's id's time and suffix, at the sender's domain."""
    return f"<{message_id.partition('-date-')[2].replace('-', '.')}@{domain}>"


def _addresses(recipients: list[Recipient]) -> str:
    return json.dumps([recipient.mailbox.address for recipient in recipients])


def _traces(case: Case) -> list[str]:
    """Return each recipient's trace as JSON; a refused one's ends at the gate that refused it."""
    lines = [
        {"gate": gate, "passed": True, "value": finding.value, "limit": finding.limit} for gate, finding in case.trace
    ]
    common = json.dumps(lines)
    traces = []
    for recipient in case.recipients:
        if recipient.refusal is None:
            traces.append(common)
        else:
            at = [line["gate"] for line in lines].index(recipient.refusal.gate)
            said = {**lines[at], "passed": False, "value": recipient.refusal.message}
            traces.append(json.dumps([*lines[:at], said]))
    return traces
