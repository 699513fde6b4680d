"""Sends people the notices that concern them, from SES_NOTICE_SENDER, apart from all accounts' emails and figures."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from django.conf import settings
from django.db import DatabaseError, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import ngettext

from accounts.mail.addresses import split
from accounts.models import Account, NoticeMail, User
from sending import holds
from sending.delivery import routing
from sending.mime.header_fields import Unsendable, address
from sending.models import SimulatedMail
from sending.smtp.client import Connection, NotOpen
from sending.smtp.data import stuff
from sending.smtp.dialogue import Timing
from sending.smtp.host import Host
from sending.smtp.result import SmtpResult, fault, leaves_mail_open

logger = logging.getLogger(__name__)

# A person has at most one email from an account in this time; what comes meanwhile waits for the next.
PAUSE = timedelta(minutes=10)
MAX_ATTEMPTS = 8
MAX_SUBJECT = 120
_DELIVERED = 250

Deliver = Callable[[Account, str, EmailMessage], SmtpResult]


def send_due(*, now: datetime | None = None, deliver: Deliver | None = None) -> int:
    """Send what is due, one email per person and account, and return how many went; nothing while delivery holds."""
    if not settings.NOTICE_SENDER or holds.is_on_hold(holds.Kind.DELIVERY):
        return 0
    now, deliver = now or timezone.now(), deliver or _deliver
    due = NoticeMail.objects.filter(due_at__lte=now)
    pairs = due.order_by("user", "notice__account").values_list("user", "notice__account").distinct()
    return sum(_send(user, account, now, deliver) for user, account in list(pairs))


def _send(user: int, account: int, now: datetime, deliver: Deliver) -> bool:
    claimed = _claim(user, account, now)
    if not claimed:
        return False
    first = claimed[0]
    try:
        recipient = address("Recipient", first.user.email)
        result = deliver(first.notice.account, recipient, written(claimed, recipient=recipient, now=now))
    except Unsendable as error:
        logger.warning("Notices to user %s cannot be sent: %s", user, error)
        result = SmtpResult(code=550)
    except DatabaseError:
        raise
    except Exception as error:
        # One email that cannot be sent must not stop those behind it.
        logger.exception("Notices to user %s cannot be sent; they are tried again later.", user)
        result = fault(error)
    is_sent = 200 <= result.code < 300
    if not is_sent:
        logger.warning("Notices to user %s were not sent: %s %s", user, result.code, result.text or result.failure)
    for row in claimed:
        # Unless it was renewed meanwhile: then what is new is still to be sent.
        same = NoticeMail.objects.filter(pk=row.pk, due_at=row.due_at)
        if is_sent:
            NoticeMail.objects.filter(pk=row.pk).update(sent_at=now)
        if is_sent or result.code >= 500 or row.attempts >= MAX_ATTEMPTS:
            same.update(due_at=None)
    return is_sent


def _claim(user: int, account: int, now: datetime) -> list[NoticeMail]:
    """Return what the person is to be told now, put off so that no other run takes it and a failed attempt is repeated.

    What is closed, switched off, or no longer this person's business is done with.
    """
    with transaction.atomic():
        person = User.objects.select_for_update(no_key=True).get(pk=user)
        own = NoticeMail.objects.filter(user=person, notice__account=account)
        if own.filter(sent_at__gt=now - PAUSE).exists():
            return []
        is_member = person.is_active and person.memberships.filter(account=account).exists()
        claimed = []
        for row in own.filter(due_at__lte=now).select_related("notice__account", "user").order_by("id"):
            is_wanted = is_member and row.notice.closed_at is None and row.kind not in person.muted_notices
            row.due_at = now + PAUSE * 2**row.attempts if is_wanted else None
            row.attempts += 1
            row.save(update_fields=["due_at", "attempts"])
            if is_wanted:
                claimed.append(row)
    return claimed


def written(rows: Sequence[NoticeMail], *, recipient: str, now: datetime) -> EmailMessage:
    """Return the email that tells one person about notices of one account, in the person's language."""
    person, account = rows[0].user, rows[0].notice.account
    with translation.override(person.language or settings.LANGUAGE_CODE):
        told = [(row.notice.sentence, settings.PUBLIC_URL + (row.notice.link or "/")) for row in rows]
        context = {"account": account.name, "told": told, "settings_url": f"{settings.PUBLIC_URL}/notices/email/"}
        count = len(told)
        subject = (
            told[0][0] if count == 1 else ngettext("%(count)d notice", "%(count)d notices", count) % {"count": count}
        )
        mail = EmailMessage(policy=policy.SMTP)
        line = " ".join(f"{account.name}: {subject}".split())
        mail["Subject"] = line if len(line) <= MAX_SUBJECT else f"{line[: MAX_SUBJECT - 1]}…"
        mail["From"] = settings.NOTICE_SENDER
        mail["To"] = recipient
        mail["Date"] = format_datetime(now)
        # The same if it should go twice, so that a mail program can show it once.
        digest = hashlib.sha256(repr((person.pk, told)).encode()).hexdigest()[:32]
        mail["Message-ID"] = f"<notice.{rows[0].pk}.{digest}@{split(settings.NOTICE_SENDER)[1]}>"
        # RFC 3834 5: no automatic reply is wanted.
        mail["Auto-Submitted"] = "auto-generated"
        mail["Content-Language"] = person.language or settings.LANGUAGE_CODE
        mail.set_content(render_to_string("sending/notice_mail.txt", context), cte="base64")
        mail.add_alternative(render_to_string("sending/notice_mail.html", context), subtype="html", cte="base64")
    return mail


def _deliver(account: Account, recipient: str, mail: EmailMessage) -> SmtpResult:
    if settings.TRANSPORT == "simulator":
        # Into the inbox of the account concerned, whoever owns the sender's domain.
        SimulatedMail.objects.create(
            account=account,
            mail_from=settings.NOTICE_SENDER,
            recipient=recipient,
            subject=mail["Subject"],
            helo=settings.HELO_NAME,
            scenario="delivered",
            raw=mail.as_bytes(),
        )
        return SmtpResult(code=_DELIVERED)
    return asyncio.run(over_smtp(recipient, mail.as_bytes()))


async def over_smtp(recipient: str, mail: bytes) -> SmtpResult:
    """Send one email by the transport of all others: through the relay, or to the recipient's own hosts."""
    simulator = Host(settings.SIMULATOR_HOST, settings.SIMULATOR_HOST, settings.SIMULATOR_MX_PORT)
    router, close = routing.router(
        settings.TRANSPORT, simulator=simulator, relay_url=settings.RELAY_URL, resolver=settings.RESOLVER
    )
    try:
        route = await router.route(split(recipient)[1])
    finally:
        await close()
    rules = settings.RULES
    timing = Timing(rules.connect_timeout_seconds, rules.reply_timeout_seconds, rules.final_reply_timeout_seconds)
    result = SmtpResult(failure=route.failure)
    for host in route.hosts:
        try:
            connection = await Connection.open(host, settings.HELO_NAME, timing)
        except NotOpen as error:
            result = error.smtp_result
            continue
        try:
            result = await connection.send(settings.NOTICE_SENDER, recipient, stuff(mail))
        finally:
            await connection.close()
        if not leaves_mail_open(result):
            break
    return result
