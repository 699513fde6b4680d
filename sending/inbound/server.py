"""The report port: takes mail for addresses that we signed, and for postmasters; stored before the 250.

RFC 5321 4.5.1, 4.5.3.1 and 6.1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import transaction

from sending.batch_writer import BatchWriter, insert_with_raw
from sending.database_thread import DatabaseThread
from sending.inbound import postmaster
from sending.inbound.report import return_path
from sending.models import InboundReport
from sending.smtp.server import MAX_RECIPIENTS, TOO_MANY_RECIPIENTS, UNAVAILABLE, Handler, SmtpServer, new_port
from sending.smtp.storage import MailData
from sending.tracking import verp

NO_SUCH_ADDRESS = "550 5.1.1 No such address here"


@dataclass(frozen=True, kw_only=True)
class ReceivedReport:
    """A mail as it came in: the messages its recipients name, the postmasters among them, and its text."""

    messages: Sequence[int]
    postmasters: Sequence[str]
    mail_from: str
    body: MailData

    @property
    def size(self) -> int:
        """Return the bytes of its text."""
        return self.body.size


class ReportHandler(Handler):
    """Takes reports; `stored` is called after each mail that was kept."""

    def __init__(
        self,
        writer: BatchWriter[ReceivedReport],
        stored: Callable[[], None],
        *,
        is_ours: Callable[[str], bool] = postmaster.is_ours,
    ) -> None:
        self._writer = writer
        self._stored = stored
        self._is_ours = is_ours
        self._lookups = DatabaseThread("postmaster")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient that names a message by an unaltered token, or a postmaster of ours."""
        if verp.read(address) is None:
            if not postmaster.is_postmaster(address):
                return NO_SUCH_ADDRESS
            try:
                is_ours = postmaster.is_at_host(address, _own_address(server)) or await self._lookups.run(
                    self._is_ours, address
                )
            except Exception as error:
                # The database is away: the sender asks again.
                return await self.handle_exception(error)
            if not is_ours:
                return NO_SUCH_ADDRESS
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return TOO_MANY_RECIPIENTS
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Store the raw mail once for each message it is addressed to; only then answer 250."""
        messages = {address: verp.read(address) for address in envelope.rcpt_tos}
        report = ReceivedReport(
            messages=sorted({message for message in messages.values() if message is not None}),
            postmasters=[address for address, message in messages.items() if message is None],
            mail_from=envelope.mail_from or "",
            body=envelope.content,
        )
        try:
            await self._writer.put(report)
        except Exception:
            # The writer has logged why; the sender holds the mail.
            return UNAVAILABLE
        self._stored()
        return "250 2.0.0 Kept"


def _own_address(server: SMTP) -> str:
    """Return the IP address at which the client reached us."""
    name = server.transport.get_extra_info("sockname")
    return str(name[0]) if name else ""


def write(reports: Sequence[ReceivedReport]) -> None:
    """Insert what came in, in one transaction; a report begins with its envelope sender (RFC 5321 4.4)."""
    with transaction.atomic():
        insert_with_raw(
            InboundReport(
                message=message,
                kind=InboundReport.Kind.UNKNOWN,
                raw=return_path(report.mail_from) + report.body.read(),
            )
            for report in reports
            for message in report.messages
        )
        insert_with_raw(
            postmaster.row(mail_from=report.mail_from, recipient=address, raw=report.body.read())
            for report in reports
            for address in report.postmasters
        )


def report_port(writer: BatchWriter[ReceivedReport], stored: Callable[[], None]) -> Callable[[], SmtpServer]:
    """Return what makes the server of each connection to the report port."""
    handler, port = ReportHandler(writer, stored), new_port()
    return lambda: SmtpServer(handler, port, max_bytes=settings.RULES.inbound_max_bytes)
