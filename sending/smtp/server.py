"""The SMTP server of all our ports: bounded in memory (RFC 5321 4.5.3.1), strict about line ends (2.3.8)."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings

logger = logging.getLogger(__name__)

BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)")
# RFC 5321 4.5.3.1.8: what every server must take.
MAX_RECIPIENTS = 100
TOO_MANY_RECIPIENTS = "452 4.5.3 Too many recipients"
UNAVAILABLE = "451 4.3.0 Not available at the moment, try again later"
WRONG_LINE_ENDS = "550 5.6.11 Every line must end with CR LF; a bare CR or LF is not taken"


def has_bare_line_ends(content: bytes) -> bool:
    """Say whether a CR or LF stands alone: SMTP smuggling hides a second mail behind one."""
    return BARE.search(content) is not None


class Handler:
    """What the handlers of all ports share; aiosmtpd finds the hooks by their names."""

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
    """One connection; a peer that sends far over the size limit without a pause is cut off."""

    def __init__(self, handler: Handler, *, max_bytes: int, international: bool = False) -> None:
        self._unanswered = 0
        self._unanswered_max = 2 * max_bytes
        super().__init__(
            handler,
            data_size_limit=max_bytes,
            enable_SMTPUTF8=international,
            hostname=settings.MX_HOST,
            ident="SES",
            loop=asyncio.get_running_loop(),
        )

    def data_received(self, data: bytes) -> None:
        """Count what came since our last reply: the base class would buffer an endless line."""
        self._unanswered += len(data)
        if self._unanswered > self._unanswered_max:
            self.transport.abort()
            return
        super().data_received(data)

    async def push(self, status: Any) -> None:
        """Answer, and start counting anew."""
        self._unanswered = 0
        await super().push(status)


async def listen(make: Callable[[], SmtpServer], host: str, port: int) -> asyncio.Server:
    """Return a listening server that makes one server for each connection."""
    return await asyncio.get_running_loop().create_server(make, host, port)
