"""From a claimed message to a mail ready to be sent: still wanted, filled, linked, signed (RFC 6376)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.db import Error as DatabaseError
from django.utils.translation import gettext_noop

from accounts.mail.addresses import key_or_text
from blocklist.queries import BlockInForce, BlockQuery, blocked_among
from domains.dkim import Signer
from sending.delivery.queued import QueuedMessage, RenderedMail
from sending.delivery.retry import is_expired
from sending.mime import message
from sending.mime.footers import footer
from sending.mime.header_fields import Unsendable, address
from sending.models import Submission
from sending.sensitive import shown
from sending.smtp.bounce_class import BounceClass
from sending.smtp.data import stuff
from sending.smtp.replies import Outcome, OutcomeKind
from sending.smtp.result import SmtpResult, fault
from sending.tracking import links, verp
from templates_app import queries
from templates_app.rendering import Compiled, fill_html, fill_link, fill_plain, fill_text

logger = logging.getLogger(__name__)

# How long mail of a suspended account, or of a domain whose records fail, waits for another look.
HELD_SECONDS = 300.0

# Stored in English; `timeline.reason` translates those that hold nothing of the mail's own.
DOMAIN_DELETED = gettext_noop("The sender domain was deleted.")
EXPIRED = gettext_noop("Not delivered within %(hours)s hours.")
EXPIRED_WITH_REPLY = gettext_noop("Not delivered within %(hours)s hours. Last reply: %(reply)s")
BLOCKED = gettext_noop("The address was blocked after the email was accepted (%(kind)s: %(cause)s).")
TEMPLATE_UNUSABLE = gettext_noop("The template cannot be used: %(error)s.")

Files = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Hold:
    """The mail may not go now, but may later."""

    seconds: float


# What becomes of a mail that is not sent now; an SmtpResult is an attempt that failed before any host was asked.
Verdict = Outcome | Hold | SmtpResult


@dataclass(frozen=True, slots=True)
class Ports:
    """What the pipeline asks of others."""

    blocked: Callable[[Sequence[BlockQuery]], Mapping[BlockQuery, BlockInForce]] = blocked_among
    compiled: Callable[[int], Compiled] = queries.compiled


def still_wanted(
    messages: Sequence[QueuedMessage], *, now: datetime, ports: Ports | None = None
) -> tuple[list[QueuedMessage], list[tuple[QueuedMessage, Verdict]]]:
    """Return the messages that may go, and the rest with what becomes of it; one query for the whole batch."""
    ports = ports or Ports()
    block_queries = {queued.message: _block_query(queued) for queued in messages}
    blocked = ports.blocked(list(dict.fromkeys(block_queries.values())))
    wanted: list[QueuedMessage] = []
    unwanted: list[tuple[QueuedMessage, Verdict]] = []
    for queued in messages:
        try:
            verdict: Verdict | None = (
                _verdict(queued, now)
                or _blocked(blocked.get(block_queries[queued.message]))
                or _without_template(queued, ports)
            )
        except DatabaseError:
            raise
        except Exception as error:
            # One mail that cannot be judged must not stop those beside it.
            logger.exception("Message %s cannot be judged; it is tried again later.", queued.message)
            verdict = fault(error)
        if verdict is None:
            wanted.append(queued)
        else:
            unwanted.append((queued, verdict))
    return wanted, unwanted


def render(queued: QueuedMessage, files: Files = ()) -> RenderedMail | Outcome:
    """Return the signed mail of a wanted message with its envelope, or why it cannot be written; no database."""
    submission, compiled = queued.submission, queued.template
    assert compiled is not None
    assert submission.sender is not None
    unsubscribe = links.unsubscribe_url(queued.message)
    is_bulk = submission.trigger_type == Submission.TriggerType.BULK
    html_footer, text_footer = footer(submission.unsubscribe, unsubscribe, site=settings.SITE)
    mail = message.MailContent(
        submission=submission,
        subject=fill_plain(submission.subject, submission.variables),
        date=submission.accepted_at,
        feedback_sender=settings.FEEDBACK_SENDER,
        unsubscribe_url=unsubscribe if submission.unsubscribe != "0" or is_bulk else "",
        html=None
        if compiled.html is None
        else fill_html(
            compiled,
            submission.variables,
            link=lambda index: _tracked(queued, compiled, index),
            pixel=links.pixel_url(queued.message),
            footer=html_footer,
        ),
        text=fill_text(compiled, submission.variables, footer=text_footer),
        attachments=files,
        number=queued.message,
    )
    try:
        recipient = address("Recipient", queued.recipient)
        head, body = message.write(mail)
    except Unsendable as error:
        return Outcome(kind=OutcomeKind.DROPPED, bounce_class=BounceClass.OTHER, reason=str(error))
    signer = _signer(submission.sender.private_key, submission.sender.name, submission.sender.selector)
    # The time of acceptance, not of the attempt: each attempt sends the same bytes.
    signature = signer.sign(head, body, int(submission.accepted_at.timestamp()))
    return RenderedMail(
        queued,
        verp.envelope_sender(queued.message, submission.sender_domain),
        recipient,
        stuff(message.join(head, body, signature)),
    )


def _tracked(queued: QueuedMessage, compiled: Compiled, index: int) -> str:
    """Return the tracked address of a link; what is recorded of its clicks has no sensitive value."""
    submission = queued.submission
    target, recorded = fill_link(compiled, index, submission.variables), ""
    if submission.sensitive:
        recorded = fill_link(compiled, index, shown(submission.variables, submission.sensitive))
    return links.click_url(queued.message, target, links=compiled.different_links, recorded=recorded)


def _block_query(queued: QueuedMessage) -> BlockQuery:
    # A message keeps its recipient as the client wrote it; blocks go by the key.
    submission = queued.submission
    return BlockQuery(submission.account_id, submission.sender_domain, key_or_text(queued.recipient))


def _verdict(queued: QueuedMessage, now: datetime) -> Verdict | None:
    submission = queued.submission
    if is_expired(accepted_at=submission.life_began_at, now=now, life=settings.RULES.delivery_max_seconds):
        return expired()
    if submission.fault is not None:
        return fault(submission.fault) if submission.may_send else Hold(HELD_SECONDS)
    if submission.sender is None:
        return Outcome(kind=OutcomeKind.DROPPED, bounce_class=BounceClass.INVALID_SENDER, reason=DOMAIN_DELETED)
    if not submission.may_send or not submission.sender.may_send:
        return Hold(HELD_SECONDS)
    return None


def expired(last: str = "") -> Outcome:
    """Return the outcome of a mail that expired (RFC 5321 4.5.4.1); `last` is the receiver's last reply."""
    hours = settings.RULES.delivery_max_seconds / 3600
    reason = EXPIRED_WITH_REPLY % {"hours": f"{hours:g}", "reply": last} if last else EXPIRED % {"hours": f"{hours:g}"}
    return Outcome(kind=OutcomeKind.BOUNCED, bounce_class=BounceClass.MESSAGE_EXPIRED, reason=reason)


def _blocked(found: BlockInForce | None) -> Outcome | None:
    if found is None:
        return None
    reason = BLOCKED % {"kind": found.kind, "cause": found.cause}
    return Outcome(kind=OutcomeKind.DROPPED, bounce_class=BounceClass.POLICY_RELATED, reason=reason)


def _without_template(queued: QueuedMessage, ports: Ports) -> Outcome | None:
    """Give the message its template; a version that was never approved sends nothing."""
    try:
        queued.template = ports.compiled(queued.submission.version)
    except LookupError as error:
        reason = TEMPLATE_UNUSABLE % {"error": error}
        return Outcome(kind=OutcomeKind.DROPPED, bounce_class=BounceClass.OTHER, reason=reason)
    return None


@lru_cache(maxsize=1024)
def _signer(private_key: str, domain: str, selector: str) -> Signer:
    return Signer(private_key, domain, selector)
