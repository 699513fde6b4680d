"""One SMTP connection at the level of lines: replies in (RFC 5321 4.2), bytes out, TLS in between. Knows no mail."""

from __future__ import annotations

import asyncio
import ssl
from typing import NamedTuple, cast

# A reply longer than this is not SMTP.
MAX_BUFFER = 65_536


class Reply(NamedTuple):
    """One reply, however many lines it had: its code, and its lines without the code, joined by blanks."""

    code: int
    text: str


class ConnectionLost(Exception):
    """The other side is gone, or does not speak SMTP; the text says which."""


class Wire(asyncio.Protocol):
    """Turns what arrives into replies, in order."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._lines: list[str] = []
        self._replies: list[Reply] = []
        self._waiter: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._paused = False
        self._transport: asyncio.Transport | None = None
        self._upgrading = False
        self.end: ConnectionLost | None = None
        self.is_tls = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport (asyncio calls this, again after the TLS handshake)."""
        # Of another class under each event loop, and a transport in all of them.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Read the replies that came in (asyncio calls this)."""
        if self._upgrading:
            # Clear text after the 220 may be an attacker's: it must not count as an answer under TLS (RFC 3207 4.2).
            return
        self._buffer += data
        while (end := self._buffer.find(b"\n")) >= 0:
            line = self._buffer[:end].rstrip(b"\r").decode("utf-8", "replace")
            del self._buffer[: end + 1]
            self._take(line)
        if len(self._buffer) > MAX_BUFFER or sum(map(len, self._lines)) > MAX_BUFFER:
            self._fail("the reply does not end")

    def connection_lost(self, error: Exception | None) -> None:
        """Wake who waits (asyncio calls this)."""
        if not self._upgrading or error is not None:
            self._fail(str(error) if error else "closed by the receiver")

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
        return self._replies.pop(0)

    async def start_tls(self, context: ssl.SSLContext, name: str, seconds: float) -> str:
        """Shake hands and return the protocol's version; raise OSError (ssl errors are) or TimeoutError."""
        assert self._transport is not None
        self._upgrading = True
        self._buffer.clear()
        self._lines.clear()
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

    def _take(self, line: str) -> None:
        digits, mark = line[:3], line[3:4]
        if len(digits) != 3 or not digits.isascii() or not digits.isdigit() or mark not in {"", " ", "-"}:
            self._fail(f"not a reply: {line[:100]!r}")
            return
        self._lines.append(line[4:])
        if mark != "-":
            self._replies.append(Reply(int(digits), " ".join(self._lines)))
            self._lines = []
            self._wake()

    def _fail(self, why: str) -> None:
        if self.end is None:
            self.end = ConnectionLost(why)
            self.close()
        self._wake()
        if self._room and not self._room.done():
            self._room.set_result(None)

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)
