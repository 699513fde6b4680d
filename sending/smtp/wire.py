"""One SMTP connection at the level of lines: replies in (RFC 5321 4.2), bytes out, TLS in between. Knows no mail."""

from __future__ import annotations

import asyncio
import ssl
from typing import NamedTuple, cast

from accounts.mail import charsets

# A reply longer than this, in bytes, is not SMTP.
MAX_BUFFER = 65_536
# More replies than any group of commands asks for.
MAX_UNREAD = 20


class Reply(NamedTuple):
    """One reply, however many lines it had: its code, and its lines without the code, joined by blanks."""

    code: int
    text: str


class ConnectionLost(Exception):
    """The other side is gone; the text says why."""


class ProtocolError(ConnectionLost):
    """What the other side sends is not SMTP, or answers nothing that was asked; `line` is what came, where one did."""

    def __init__(self, text: str, *, line: str = "") -> None:
        super().__init__(text)
        self.line = line


class Wire(asyncio.Protocol):
    """Turns what arrives into replies, in order."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        # The reply that has begun: its code, its lines so far, and their bytes.
        self._code = ""
        self._lines: list[str] = []
        self._size = 0
        # Each with whether it came before all that was written had left.
        self._replies: list[tuple[Reply, bool]] = []
        self._waiter: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._paused = False
        self._transport: asyncio.Transport | None = None
        self._upgrading = False
        self.end: ConnectionLost | None = None
        self.is_tls = False
        # Of the reply that was read last: the other side had not received all that it was sent.
        self.was_early = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport (asyncio calls this, again after the TLS handshake)."""
        # Of another class under each event loop, and a transport in all of them.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Read the replies that came in (asyncio calls this)."""
        if self._upgrading:
            # Clear text after the 220 may be an attacker's: it must not count as an answer under TLS (RFC 3207 4.2).
            return
        if self.end is not None:
            return
        self._buffer += data
        # A bare LF ends a line as well: what matters is that each line begins with a code.
        while self.end is None and (end := self._buffer.find(b"\n")) >= 0:
            line = charsets.text(bytes(self._buffer[:end].rstrip(b"\r")))
            del self._buffer[: end + 1]
            self._size += end + 1
            self._take(line)
        if self._size + len(self._buffer) > MAX_BUFFER:
            self._fail(ProtocolError("the reply does not end"))

    def connection_lost(self, error: Exception | None) -> None:
        """Wake who waits (asyncio calls this)."""
        if not self._upgrading or error is not None:
            self._fail(ConnectionLost(str(error) if error else "closed by the receiver"))

    def pause_writing(self) -> None:
        """Stop senders (asyncio calls this when the socket is full)."""
        self._paused = True

    def resume_writing(self) -> None:
        """Let senders go on (asyncio calls this)."""
        self._paused = False
        if self._room and not self._room.done():
            self._room.set_result(None)

    def write(self, data: bytes) -> None:
        """Send bytes; what cannot leave shows at the next reply."""
        if self._transport and self.end is None:
            self._transport.write(data)

    async def flushed(self, seconds: float) -> None:
        """Wait until the socket takes more; raise TimeoutError or ConnectionLost."""
        if self._paused and self.end is None:
            self._room = asyncio.get_running_loop().create_future()
            async with asyncio.timeout(seconds):
                await self._room
        if self.end is not None:
            raise self.end

    @property
    def unread(self) -> str:
        """Return the start of what has come in and was not read as a reply; empty when there is nothing."""
        if self._replies:
            reply, _ = self._replies[0]
            return f"{reply.code:03d} {reply.text}"
        return " ".join([self._code, *self._lines, charsets.text(bytes(self._buffer))]).strip()

    async def reply(self, seconds: float) -> Reply:
        """Return the next reply; raise TimeoutError or ConnectionLost."""
        if not self._replies:
            if self.end is not None:
                raise self.end
            self._waiter = asyncio.get_running_loop().create_future()
            async with asyncio.timeout(seconds):
                await self._waiter
            if not self._replies:
                assert self.end is not None
                raise self.end
        reply, self.was_early = self._replies.pop(0)
        return reply

    async def start_tls(self, context: ssl.SSLContext, name: str, seconds: float) -> str:
        """Shake hands and return the protocol's version; raise OSError (ssl errors are) or TimeoutError."""
        assert self._transport is not None
        self._upgrading = True
        self._buffer.clear()
        self._begin_reply()
        self._replies.clear()
        loop = asyncio.get_running_loop()
        plain = self._transport
        try:
            upgraded = await loop.start_tls(plain, self, context, server_hostname=name, ssl_handshake_timeout=seconds)
        except BaseException:
            plain.abort()
            raise
        if upgraded is None:
            raise ConnectionResetError("closed during the TLS handshake")
        self._transport = upgraded
        self._upgrading = False
        self.is_tls = True
        return str(upgraded.get_extra_info("ssl_object").version())

    def close(self) -> None:
        """Cut the connection."""
        if self._transport:
            self._transport.abort()

    def _begin_reply(self) -> None:
        self._code, self._lines, self._size = "", [], 0

    def _take(self, line: str) -> None:
        """Take a line: three digits, the same in all lines of a reply (RFC 5321 4.2, 4.2.1)."""
        digits, mark = line[:3], line[3:4]
        is_code = len(digits) == 3 and digits.isascii() and digits.isdigit()
        if not is_code or mark not in {"", " ", "-"} or self._code not in {"", digits}:
            self._fail(ProtocolError("not a reply", line=line[:200]))
            return
        self._code = digits
        self._lines.append(line[4:])
        if mark == "-":
            return
        # What is still to be written has not been read by the other side.
        is_early = self._transport is not None and self._transport.get_write_buffer_size() > 0
        self._replies.append((Reply(int(digits), " ".join(self._lines)), is_early))
        self._begin_reply()
        if len(self._replies) > MAX_UNREAD:
            self._fail(ProtocolError("more replies than commands"))
        self._wake()

    def _fail(self, error: ConnectionLost) -> None:
        if self.end is None:
            self.end = error
            self.close()
        self._wake()
        if self._room and not self._room.done():
            self._room.set_result(None)

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)
