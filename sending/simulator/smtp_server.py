"""The simulator's mail server: it answers for every mailbox as the table of scenarios says."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from accounts.mail.addresses import split
from accounts.mail.header_text import MAX_HEAD, subject
from accounts.mail.text import storable
from domains.models import SenderDomain
from sending.batch_writer import BatchWriter, insert_with_raw
from sending.models import SimulatedMail
from sending.simulator import mail
from sending.simulator.scenarios import SCENARIOS, ScenarioMoment, name_for
from sending.smtp.server import MAX_RECIPIENTS, TOO_MANY_RECIPIENTS, UNAVAILABLE, Handler, SmtpServer, new_port
from sending.smtp.storage import MailData

MAX_REMEMBERED = 100_000
HUNG_UP = ""


@dataclass(frozen=True, kw_only=True)
class TakenMail:
    """A mail for one mailbox as it came in: what its scenario is, its envelope, the client's name, and its text."""

    scenario: str
    mail_from: str
    recipient: str
    helo: str
    body: MailData

    @property
    def size(self) -> int:
        """Return the bytes of its text."""
        return self.body.size


class FirstSeen:
    """When a pair of sender and recipient was first seen; the oldest are forgotten first."""

    def __init__(self) -> None:
        self._first: OrderedDict[tuple[str, str], float] = OrderedDict()

    def seconds_since_first(self, mail_from: str, recipient: str) -> float | None:
        """Return the seconds since this pair was first seen, or None at that first time."""
        pair, now = (mail_from, recipient), time.monotonic()
        if pair in self._first:
            return now - self._first[pair]
        self._first[pair] = now
        if len(self._first) > MAX_REMEMBERED:
            self._first.popitem(last=False)
        return None


class Mailboxes(Handler):
    """Every mailbox of the simulated world. One for all connections: greylists remember across them."""

    def __init__(self, writer: BatchWriter[TakenMail]) -> None:
        self._writer = writer
        self._greylist = FirstSeen()
        self._dropped = FirstSeen()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer as the recipient's scenario has it."""
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return TOO_MANY_RECIPIENTS
        name = name_for(address)
        scenario = SCENARIOS[name]
        if scenario.at is ScenarioMoment.RECIPIENT and (
            name != "greylist" or self._is_too_early(envelope.mail_from, address)
        ):
            return scenario.reply
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Store the mail byte for byte for each recipient, then answer 250; its readers act later."""
        sender = envelope.mail_from or ""
        mails = [
            TakenMail(
                scenario=name_for(address),
                mail_from=sender,
                recipient=address,
                helo=session.host_name or "",
                body=envelope.content,
            )
            for address in envelope.rcpt_tos
        ]
        for taken in mails:
            if taken.scenario == "drop" and self._dropped.seconds_since_first(sender, taken.recipient) is None:
                server.transport.abort()
                return HUNG_UP
            if taken.scenario == "slow":
                await asyncio.sleep(settings.RULES.simulator_slow_seconds)
        try:
            await asyncio.gather(*(self._writer.put(taken) for taken in mails))
        except Exception:
            # The writer has logged why; the sender holds the mail.
            return UNAVAILABLE
        return "250 2.0.0 Taken"

    def _is_too_early(self, sender: str | None, recipient: str) -> bool:
        waited = self._greylist.seconds_since_first(sender or "", recipient)
        return waited is None or waited < settings.RULES.simulator_greylist_seconds


def write(mails: Sequence[TakenMail]) -> None:
    """Insert mails, each under the account that owns its sender domain."""
    heads = [taken.body.head(MAX_HEAD) for taken in mails]
    pairs = [
        (split(taken.mail_from)[1].lower(), mail.from_domain(head)) for taken, head in zip(mails, heads, strict=True)
    ]
    names = {name for pair in pairs for name in pair if name}
    accounts = dict(SenderDomain.objects.filter(name__in=names).values_list("name", "account_id"))
    with transaction.atomic():
        insert_with_raw(
            row_of(taken, head, next((accounts[name] for name in pair if name in accounts), None))
            for taken, head, pair in zip(mails, heads, pairs, strict=True)
        )


def simulator_port(mailboxes: Mailboxes) -> Callable[[], SmtpServer]:
    """Return what makes the server of each connection to the simulated world."""
    port = new_port()
    return lambda: SmtpServer(mailboxes, port, max_bytes=2 * settings.RULES.inbound_max_bytes, international=True)


def row_of(taken: TakenMail, head: bytes, account: int | None) -> SimulatedMail:
    """Return the row of a mail; `head` is the beginning of its text."""
    later = SCENARIOS[taken.scenario].at is ScenarioMoment.LATER
    return SimulatedMail(
        account_id=account,
        mail_from=storable(taken.mail_from)[:320],
        recipient=storable(taken.recipient)[:320],
        subject=storable(subject(head))[:300],
        helo=storable(taken.helo)[:255],
        scenario=taken.scenario,
        raw=taken.body.read(),
        # By then the sender has settled its side.
        act_at=Now() + timedelta(seconds=settings.RULES.simulator_later_seconds) if later else None,
    )
