"""The report port: takes mail only for addresses that we signed; stored before the 250 (RFC 5321 4.5.3.1, 6.1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings

from sending.batch_writer import BatchWriter
from sending.models import InboundReport
from sending.smtp.server import (
    MAX_RECIPIENTS,
    TOO_MANY_RECIPIENTS,
    UNAVAILABLE,
    WRONG_LINE_ENDS,
    Handler,
    SmtpServer,
    has_bare_line_ends,
)
from sending.tracking import verp


class ReportHandler(Handler):
    """Takes reports; `stored` is called after each mail that was kept."""

    def __init__(self, writer: BatchWriter[InboundReport], stored: Callable[[], None]) -> None:
        self._writer = writer
        self._stored = stored

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient that names a message by an unaltered token."""
        if verp.read(address) is None:
            return "550 5.1.1 No such address here"
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return TOO_MANY_RECIPIENTS
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Store the raw mail once for each message it is addressed to; only then answer 250."""
        raw = bytes(envelope.content or b"")
        if has_bare_line_ends(raw):
            return WRONG_LINE_ENDS
        try:
            for message in sorted({verp.read(address) or 0 for address in envelope.rcpt_tos}):
                await self._writer.put(InboundReport(message=message, kind=InboundReport.Kind.UNKNOWN, raw=raw))
        except Exception:
            # The writer has logged why; the sender holds the mail.
            return UNAVAILABLE
        self._stored()
        return "250 2.0.0 Kept"


def write(rows: Sequence[InboundReport]) -> None:
    """Insert reports in one statement."""
    InboundReport.objects.bulk_create(rows)


def report_server(writer: BatchWriter[InboundReport], stored: Callable[[], None]) -> SmtpServer:
    """Return the server of one connection to the report port."""
    return SmtpServer(ReportHandler(writer, stored), max_bytes=settings.RULES.inbound_max_bytes)
