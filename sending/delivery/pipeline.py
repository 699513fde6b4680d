"""From claimed work to a mail ready for the wire: still wanted, filled, linked, signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.conf import settings

from accounts.mail.addresses import key_or_text
from blocklist.queries import Found, Wanted, blocked_among
from domains.dkim import Signer
from sending.delivery import mime
from sending.delivery.footers import footer
from sending.delivery.headers import Unsendable, address
from sending.delivery.replies import Class, Kind, Outcome
from sending.delivery.retry import is_expired
from sending.delivery.smtp_client import stuff
from sending.delivery.work import Parcel, Work
from sending.inbound import verp
from sending.tracking import links
from templates_app import queries
from templates_app.rendering import Compiled, fill_html, fill_plain, fill_text

# How long mail of a suspended account, or of a domain whose records fail, waits for another look.
HELD_SECONDS = 300.0

BULK = 0
Files = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Hold:
    """The mail may not go now, but may later."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Ports:
    """What the pipeline asks of others."""

    blocked: Callable[[Sequence[Wanted]], Mapping[Wanted, Found]] = blocked_among
    compiled: Callable[[int], Compiled] = queries.compiled


def still_wanted(
    works: Sequence[Work], *, now: datetime, ports: Ports | None = None
) -> tuple[list[Work], list[tuple[Work, Outcome | Hold]]]:
    """Return the work that may go, and the rest with what becomes of it; one query for the whole batch."""
    ports = ports or Ports()
    wanted = {work.message: _wanted(work) for work in works}
    blocked = ports.blocked(list(dict.fromkeys(wanted.values())))
    go: list[Work] = []
    rest: list[tuple[Work, Outcome | Hold]] = []
    for work in works:
        verdict = _verdict(work, now) or _blocked(blocked.get(wanted[work.message])) or _unfit(work, ports)
        if verdict is None:
            go.append(work)
        else:
            rest.append((work, verdict))
    return go, rest


def render(work: Work, files: Files = ()) -> Parcel | Outcome:
    """Return the signed mail of wanted work with its envelope, or why it cannot be written; no database."""
    shared, compiled = work.shared, work.template
    assert compiled is not None
    assert shared.sender is not None
    unsubscribe = links.unsubscribe_url(work.message)
    html_footer, text_footer = footer(shared.unsubscribe, unsubscribe, site=settings.SITE)
    mail = mime.Mail(
        sender=shared.from_address,
        sender_name=shared.from_name,
        header_from=shared.header_from,
        to=shared.to,
        cc=shared.cc,
        reply_to=shared.reply_to,
        subject=fill_plain(shared.subject, shared.variables),
        date=shared.accepted_at,
        message_id=shared.header_message_id,
        unsubscribe_url=unsubscribe if shared.unsubscribe != "0" or shared.trigger_type == BULK else "",
        extra=shared.headers,
        html=None
        if compiled.html is None
        else fill_html(
            compiled,
            shared.variables,
            link=lambda index: links.click_url(work.message, index),
            pixel=links.pixel_url(work.message),
            footer=html_footer,
        ),
        text=fill_text(compiled, shared.variables, footer=text_footer),
        attachments=files,
        number=work.message,
    )
    try:
        recipient = address("Recipient", work.recipient)
        head, body = mime.write(mail)
    except Unsendable as error:
        return Outcome(kind=Kind.DROPPED, bounce_class=Class.OTHER, reason=str(error))
    signer = _signer(shared.sender.private_key, shared.sender.name, shared.sender.selector)
    # The time of acceptance, not of the try: each try sends the same bytes.
    signature = signer.sign(head, body, int(shared.accepted_at.timestamp()))
    return Parcel(
        work,
        verp.envelope_sender(work.message, shared.sender_domain),
        recipient,
        stuff(mime.join(head, body, signature)),
    )


def _wanted(work: Work) -> Wanted:
    # A message keeps its recipient as the client wrote it; blocks go by the key.
    return Wanted(work.account, work.shared.sender_domain, key_or_text(work.recipient))


def _verdict(work: Work, now: datetime) -> Outcome | Hold | None:
    shared = work.shared
    if is_expired(accepted_at=shared.accepted_at, now=now, life=settings.RULES.delivery_max_seconds):
        return expired()
    if shared.sender is None:
        return Outcome(kind=Kind.DROPPED, bounce_class=Class.INVALID_SENDER, reason="The sender domain was deleted.")
    if not shared.may_send or not shared.sender.may_send:
        return Hold(HELD_SECONDS)
    return None


def expired(last: str = "") -> Outcome:
    """Return the final word on a mail that was tried long enough; `last` is what the receiver said last."""
    hours = settings.RULES.delivery_max_seconds / 3600
    reason = f"Not delivered within {hours:g} hours." + (f" Last reply: {last}" if last else "")
    return Outcome(kind=Kind.BOUNCED, bounce_class=Class.MESSAGE_EXPIRED, reason=reason)


def _blocked(found: Found | None) -> Outcome | None:
    if found is None:
        return None
    reason = f"The address was blocked after the mail was accepted ({found.kind}: {found.cause})."
    return Outcome(kind=Kind.DROPPED, bounce_class=Class.POLICY_RELATED, reason=reason)


def _unfit(work: Work, ports: Ports) -> Outcome | None:
    """Give the work its template; a version that was never approved sends nothing."""
    try:
        work.template = ports.compiled(work.shared.version)
    except LookupError as error:
        return Outcome(kind=Kind.DROPPED, bounce_class=Class.OTHER, reason=f"The template cannot be used: {error}.")
    return None


@lru_cache(maxsize=1024)
def _signer(private_key: str, domain: str, selector: str) -> Signer:
    return Signer(private_key, domain, selector)
