"""The text of a mail as DATA brings it: line by line to the final dot, within all limits (RFC 5321 4.5.2, 4.5.3)."""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import dataclass

from sending.smtp.storage import MailData, StorageFull

logger = logging.getLogger(__name__)

BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)")
# What is not yet in the mail's storage: this much for each connection.
CHUNK = 16 * 1024
# RFC 5322 3.6.7, and 4.5 for the blank before the colon.
_RECEIVED = re.compile(rb"received[ \t]*:", re.IGNORECASE)

WRONG_LINE_ENDS = "550 5.6.11 Every line must end with CR LF; a bare CR or LF is not taken"
LINE_TOO_LONG = "500 5.5.2 Line too long (RFC 5321 4.5.3.1.6)"
TOO_LARGE = "552 5.3.4 The email is larger than this server takes"
ROUTING_LOOP = "554 5.4.6 Routing loop: the email has passed too many servers"
STORAGE_FULL = "452 4.3.1 No room for this email at the moment, try again later"


@dataclass(frozen=True, kw_only=True)
class MailLimits:
    """How large a mail may be in bytes, and how many servers it may have passed (RFC 5321 6.3)."""

    max_bytes: int
    max_received: int


def has_bare_line_ends(content: bytes | bytearray) -> bool:
    """Say whether a CR or LF stands alone: SMTP smuggling hides a second mail behind one."""
    return BARE.search(content) is not None


async def receive(reader: asyncio.StreamReader, body: MailData, limits: MailLimits) -> str:
    """Read a mail up to its final dot into `body` and return "", or the reply that refuses it.

    A mail that is refused is read to its dot too: only there the client listens to a reply.
    """
    text = _Text(body, limits)
    begins = True
    while True:
        try:
            line = await reader.readuntil(b"\r\n")
        except asyncio.LimitOverrunError as error:
            await reader.read(error.consumed)
            text.refuse(LINE_TOO_LONG)
            begins = False
            continue
        if begins and line == b".\r\n":
            text.flush()
            return text.refusal
        if begins:
            text.add(line)
        begins = True


class _Text:
    """Lines of one mail on their way into its body; after a refusal they are dropped."""

    def __init__(self, body: MailData, limits: MailLimits) -> None:
        self._body = body
        self._limits = limits
        self._chunk = bytearray()
        self._size = self._received = 0
        self._in_header = True
        self.refusal = ""

    def refuse(self, reply: str) -> None:
        """Refuse the mail by the first fault that was found, and keep nothing of it."""
        self.refusal = self.refusal or reply
        self._chunk.clear()
        self._body.close()

    def add(self, line: bytes) -> None:
        if self.refusal:
            return
        if line.startswith(b"."):
            line = line[1:]
        self._size += len(line)
        if self._size > self._limits.max_bytes:
            self.refuse(TOO_LARGE)
            return
        if self._in_header:
            self._look_at(line)
        self._chunk += line
        if len(self._chunk) >= CHUNK:
            self.flush()

    def flush(self) -> None:
        """Move what was read into the body."""
        if self.refusal:
            return
        # Whole lines only, so that no pair of CR and LF is cut.
        if has_bare_line_ends(self._chunk):
            self.refuse(WRONG_LINE_ENDS)
            return
        try:
            self._body.write(self._chunk)
        except StorageFull:
            self.refuse(STORAGE_FULL)
        except Exception:
            # Whatever it is, the rest of the text must not be taken for commands.
            logger.exception("a mail cannot be kept while it comes in")
            self.refuse(STORAGE_FULL)
        self._chunk.clear()

    def _look_at(self, line: bytes) -> None:
        if line == b"\r\n":
            self._in_header = False
        elif _RECEIVED.match(line):
            self._received += 1
            if self._received > self._limits.max_received:
                self.refuse(ROUTING_LOOP)
