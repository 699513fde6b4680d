"""The simulator's mail server: it answers for every mailbox as the table of scenarios says."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Coroutine, Sequence

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings

from accounts.mail.addresses import split
from accounts.mail.text import storable
from domains.models import SenderDomain
from sending.batch_writer import BatchWriter
from sending.models import SimulatedMail
from sending.simulator import mail, readers
from sending.simulator.readers import AcceptedMail, OutsideWorld
from sending.simulator.scenarios import SCENARIOS, ScenarioMoment, name_for
from sending.smtp.server import (
    MAX_RECIPIENTS,
    TOO_MANY_RECIPIENTS,
    UNAVAILABLE,
    WRONG_LINE_ENDS,
    Handler,
    SmtpServer,
    has_bare_line_ends,
)

MAX_REMEMBERED = 100_000
HUNG_UP = ""


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

    def __init__(self, writer: BatchWriter[SimulatedMail], world: OutsideWorld) -> None:
        self._writer = writer
        self._world = world
        self._greylist = FirstSeen()
        self._dropped = FirstSeen()
        # Readers with something still to do; the loop itself holds tasks only weakly.
        self._readers: set[asyncio.Task[None]] = set()

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
        """Store the mail byte for byte for each recipient, then answer 250 and let the readers act."""
        raw = bytes(envelope.content or b"")
        if has_bare_line_ends(raw):
            return WRONG_LINE_ENDS
        sender = envelope.mail_from or ""
        mails = [(name_for(address), AcceptedMail(sender, address, raw)) for address in envelope.rcpt_tos]
        for name, accepted in mails:
            if name == "drop" and self._dropped.seconds_since_first(sender, accepted.recipient) is None:
                server.transport.abort()
                return HUNG_UP
            if name == "slow":
                await asyncio.sleep(settings.RULES.simulator_slow_seconds)
        try:
            await asyncio.gather(*(self._writer.put(_row(name, accepted, session)) for name, accepted in mails))
        except Exception:
            # The writer has logged why; the sender holds the mail.
            return UNAVAILABLE
        for name, accepted in mails:
            if SCENARIOS[name].at is ScenarioMoment.LATER:
                self._start(self._act(name, accepted))
        return "250 2.0.0 Taken"

    def _is_too_early(self, sender: str | None, recipient: str) -> bool:
        waited = self._greylist.seconds_since_first(sender or "", recipient)
        return waited is None or waited < settings.RULES.simulator_greylist_seconds

    async def _act(self, scenario: str, accepted: AcceptedMail) -> None:
        # By then the sender has settled its side.
        await asyncio.sleep(settings.RULES.simulator_later_seconds)
        await asyncio.to_thread(readers.act, scenario, accepted, self._world)

    def _start(self, acting: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(acting)
        self._readers.add(task)
        task.add_done_callback(self._readers.discard)


def write(rows: Sequence[SimulatedMail]) -> None:
    """Insert mails in one statement, each under the account that owns its sender domain."""
    domains = [(split(row.mail_from)[1].lower(), mail.from_domain(bytes(row.raw))) for row in rows]
    names = {name for pair in domains for name in pair if name}
    accounts = dict(SenderDomain.objects.filter(name__in=names).values_list("name", "account_id"))
    for row, pair in zip(rows, domains, strict=True):
        row.account_id = next((accounts[name] for name in pair if name in accounts), None)
    SimulatedMail.objects.bulk_create(rows)


def server_for(mailboxes: Mailboxes) -> SmtpServer:
    """Return the server of one connection to the simulated world."""
    return SmtpServer(mailboxes, max_bytes=2 * settings.RULES.inbound_max_bytes, international=True)


def _row(scenario: str, accepted: AcceptedMail, session: Session) -> SimulatedMail:
    return SimulatedMail(
        mail_from=storable(accepted.mail_from)[:320],
        recipient=storable(accepted.recipient)[:320],
        subject=storable(mail.subject(accepted.raw))[:300],
        helo=storable(session.host_name or "")[:255],
        scenario=scenario,
        raw=accepted.raw,
    )
