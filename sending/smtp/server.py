"""The SMTP server of all our ports: bounded in number, time and memory (RFC 5321 4.5.3), strict about line ends."""

from __future__ import annotations

import asyncio
import logging
import resource
from collections.abc import Callable
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings

from sending.smtp.port import Port, PortLimits
from sending.smtp.receiving import STORAGE_FULL, MailLimits, receive
from sending.smtp.storage import MailData, Storage

logger = logging.getLogger(__name__)

# RFC 5321 4.5.3.1.8: what every server must take.
MAX_RECIPIENTS = 100
TOO_MANY_RECIPIENTS = "452 4.5.3 Too many recipients"
UNAVAILABLE = "451 4.3.0 Not available at the moment, try again later"
# How much of a connection is read at once; what waits there counts to no other limit.
READ_BYTES = 16 * 1024
# Kept for the database, logs and pipes; a connection takes one file, and one more while it sends a large mail.
RESERVED_FILES = 100
# Our own limits end a connection, with a reply; the base class would end it without one.
NEVER_SECONDS = 7 * 86_400


class Handler:
    """What the handlers of all ports share; aiosmtpd finds the hooks by their names.

    `handle_DATA` gets a mail within all limits, its `envelope.content` a `MailData` to be read before it returns.
    """

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Keep the client's name and offer PIPELINING, which the line reader does anyway."""
        session.host_name = hostname
        return [responses[0], "250-PIPELINING", *responses[1:]]

    async def handle_exception(self, error: Exception) -> str:
        """Answer a fault of ours as temporary: the sender keeps the mail, and learns nothing of the cause."""
        logger.error("a mail could not be taken: %r", error)
        return UNAVAILABLE


class SmtpServer(SMTP):  # type: ignore[misc] # aiosmtpd has no types that mypy can follow here
    """One connection to a port."""

    def __init__(self, handler: Handler, port: Port, *, max_bytes: int, international: bool = False) -> None:
        self._port = port
        self._limits = MailLimits(max_bytes=max_bytes, max_received=settings.RULES.max_received_fields)
        self._unanswered = 0
        self._is_refused = self.is_answering = False
        loop = asyncio.get_running_loop()
        self.heard_at = self.mail_began = loop.time()
        # Mails that are being stored, though their client may have left.
        self._storing: set[asyncio.Task[str]] = set()
        super().__init__(
            handler,
            data_size_limit=max_bytes,
            enable_SMTPUTF8=international,
            hostname=settings.MX_HOST,
            ident="SES",
            timeout=NEVER_SECONDS,
            loop=loop,
        )

    def connection_made(self, transport: Any) -> None:
        """Take the connection if there is room for it, else turn it away."""
        if self.transport is None:
            peer = transport.get_extra_info("peername")
            refusal = self._port.enter(self, str(peer[0]) if peer else "")
            if refusal:
                self._is_refused = True
                transport.write(f"{refusal}\r\n".encode())
                transport.close()
                return
            transport.max_size = READ_BYTES
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Give the connection's place back."""
        self._port.leave(self)
        if not self._is_refused:
            super().connection_lost(error)

    def eof_received(self) -> bool | None:
        """End with the client, unless it was turned away before."""
        if self._is_refused:
            return None
        ended: bool | None = super().eof_received()
        return ended

    def data_received(self, data: bytes) -> None:
        """Count what came since our last reply: the base class would buffer an endless line."""
        self.heard_at = self.loop.time()
        self._unanswered += len(data)
        if self._unanswered > 2 * self._limits.max_bytes:
            self.transport.abort()
            return
        super().data_received(data)

    async def push(self, status: Any) -> None:
        """Answer, and start counting anew."""
        self._unanswered = 0
        await super().push(status)

    def end(self, reply: str) -> None:
        """Send a last reply and close; a client that does not read gets none."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
            return
        self.transport.write(f"{reply}\r\n".encode())
        self.transport.close()

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """Return the address of MAIL, RCPT or VRFY and what follows it; Nones when there is none to be read."""
        try:
            address, rest = super()._getaddr(arg)
        except Exception:
            # The standard library's parser raises more than its own error over some texts ("<", "<a@").
            return None, None
        if address and any(character < " " or character == "\x7f" for character in address):
            return None, None
        return address, rest

    async def smtp_DATA(self, arg: str | None) -> None:
        """Take a mail into the port's storage, and hand it on when it is complete and within all limits."""
        if await self.check_helo_needed() or await self.check_auth_needed("DATA"):
            return
        if not self.envelope.rcpt_tos:
            await self.push("503 Error: need RCPT command")
        elif arg:
            await self.push("501 Syntax: DATA")
        elif self._port.storage.is_full():
            await self.push(STORAGE_FULL)
        else:
            await self._take_mail()

    async def _take_mail(self) -> None:
        body = self._port.storage.mail_data()
        try:
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            reply = await receive(self._reader, body, self._limits)
        except BaseException:
            body.close()
            raise
        if not reply:
            self.envelope.content = body
            # A client that leaves now does not stop its mail from being stored.
            storing = asyncio.create_task(self._store(body))
            self._storing.add(storing)
            storing.add_done_callback(self._storing.discard)
            reply = await asyncio.shield(storing)
        self._set_post_data_state()
        self.mail_began = self.heard_at = self.loop.time()
        if reply:
            await self.push(reply)

    async def _store(self, body: MailData) -> str:
        self.is_answering = True
        try:
            with body:
                reply: str = await self._call_handler_hook("DATA")
                return reply
        except Exception as error:
            answer: str = await self.event_handler.handle_exception(error)
            return answer
        finally:
            self.is_answering = False


def new_port() -> Port:
    """Return a port with the caps of the rules in force."""
    rules = settings.RULES
    limits = PortLimits(
        connections=min(rules.smtp_connections, _files_for(2 * rules.smtp_connections) // 2),
        connections_per_address=rules.smtp_connections_per_address,
        idle_seconds=rules.smtp_idle_seconds,
        mail_seconds=rules.smtp_mail_seconds,
        full_idle_seconds=rules.smtp_full_idle_seconds,
        full_mail_seconds=rules.smtp_full_mail_seconds,
    )
    return Port(
        limits,
        Storage(
            settings.DATA_DIR / "incoming",
            max_memory=rules.smtp_memory_max_bytes,
            max_bytes=rules.smtp_storage_max_bytes,
            min_free_percent=rules.min_free_disk_percent,
        ),
    )


def _files_for(wanted: int) -> int:
    """Let this process open so many files, as far as the system allows, and return how many it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + RESERVED_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return wanted if soft == resource.RLIM_INFINITY else max(1, min(wanted, soft - RESERVED_FILES))


async def listen(make: Callable[[], SmtpServer], host: str, port: int) -> asyncio.Server:
    """Return a listening server that makes one server for each connection."""
    return await asyncio.get_running_loop().create_server(make, host, port, backlog=1024)
