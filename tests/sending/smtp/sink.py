"""A receiving mail server on loopback: keeps what it takes, byte for byte, and misbehaves on demand."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.waiting import WAIT_SECONDS


class ReceivedMail(NamedTuple):
    """A mail the sink answered 250 to; `raw` is unstuffed."""

    sender: str
    recipient: str
    raw: bytes
    at: float


DROP, SILENT = "drop", "silent"
Answer = str | Callable[[str], str]


@dataclass
class Sink:
    """What the server answers at each point ("greeting", "ehlo", "starttls", "mail", "rcpt", "data", "body", "rset")."""

    answers: dict[str, Answer] = field(default_factory=dict)
    extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES")
    context: ssl.SSLContext | None = None
    mails: list[ReceivedMail] = field(default_factory=list)
    # Every line and every raw mail, in the order they came.
    lines: list[str] = field(default_factory=list)
    wire: list[bytes] = field(default_factory=list)
    connections: int = 0
    open: int = 0
    most_open: int = 0
    # False: count, but keep no bytes.
    keep: bool = True
    received: int = 0
    sessions: set[_Session] = field(default_factory=set)

    def protocol(self) -> _Session:
        return _Session(self)


class _Session(asyncio.Protocol):
    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.buffer = b""
        self.in_data = False
        self.tls = self.upgrading = self.promised_tls = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport
        self.sender = self.recipient = ""
        sink = self.sink
        sink.connections += 1
        sink.open += 1
        sink.sessions.add(self)
        sink.most_open = max(sink.open, sink.most_open)
        self.say("greeting", "", "220 sink ESMTP")

    def connection_lost(self, error: Exception | None) -> None:
        self.sink.open -= 1
        self.sink.sessions.discard(self)

    def data_received(self, data: bytes) -> None:
        if self.promised_tls:
            self.write("500 5.5.2 this is no handshake")
            return
        self.buffer += data
        self.take_all()

    def take_all(self) -> None:
        # During the handshake the old transport is still ours: answers must wait for the new one.
        while not self.upgrading and self.take():
            pass

    def take(self) -> bool:
        if self.in_data:
            end = self.buffer.find(b"\r\n.\r\n") if not self.buffer.startswith(b".\r\n") else -2
            if end == -1:
                return False
            text, self.buffer = self.buffer[: max(end + 2, 0)], self.buffer[end + 5 :]
            self.in_data = False
            self.mail(text)
            return bool(self.buffer)
        line, mark, rest = self.buffer.partition(b"\r\n")
        if not mark:
            return False
        self.buffer = rest
        self.command(line.decode())
        return bool(self.buffer)

    def command(self, line: str) -> None:
        if self.sink.keep:
            self.sink.lines.append(line)
        verb = line[:4].upper()
        if verb in {"EHLO", "HELO"}:
            offers = (*self.sink.extensions, *(["STARTTLS"] if self.sink.context and not self.tls else []))
            lines = ["sink", *offers] if verb == "EHLO" else ["sink"]
            self.say(
                "ehlo" if verb == "EHLO" else "helo",
                line,
                "\r\n".join(f"250{'-' if n < len(lines) - 1 else ' '}{text}" for n, text in enumerate(lines)),
            )
        elif verb == "STAR":
            positive = self.say("starttls", line, "220 go")
            self.promised_tls = positive and "starttls" in self.sink.answers
            if self.sink.context and "starttls" not in self.sink.answers:
                self.buffer = b""
                self.upgrading = True
                asyncio.ensure_future(self.upgrade())
        elif verb == "AUTH":
            self.say("auth", line, "235 2.7.0 welcome")
        elif verb == "MAIL":
            if self.sender:
                self.write("503 5.5.1 nested MAIL")
                return
            if self.say("mail", line, "250 2.1.0 ok"):
                self.sender = line[11:-1] or "<>"
        elif verb == "RCPT":
            if not self.sender:
                self.write("503 5.5.1 MAIL first")
            elif self.say("rcpt", line[9:-1], "250 2.1.5 ok"):
                self.recipient = line[9:-1]
        elif verb == "DATA":
            if not self.recipient and "data" not in self.sink.answers:
                self.write("503 5.5.1 RCPT first")
            elif self.say("data", line, "354 go"):
                self.in_data = True
        elif verb == "RSET":
            self.sender = self.recipient = ""
            self.say("rset", line, "250 2.0.0 ok")
        elif verb == "QUIT":
            self.write("221 2.0.0 bye")
            self.transport.close()
        else:
            self.write("500 5.5.2 what?")

    def mail(self, text: bytes) -> None:
        sender, recipient = self.sender, self.recipient
        self.sender = self.recipient = ""
        if not recipient:
            self.write("554 5.5.1 no valid recipients")
            return
        if self.sink.keep:
            self.sink.wire.append(text)
        if self.say("body", recipient, "250 2.0.0 queued"):
            self.sink.received += 1
            if self.sink.keep:
                raw = text.replace(b"\r\n..", b"\r\n.")
                self.sink.mails.append(
                    ReceivedMail(sender, recipient, raw[1:] if raw[:2] == b".." else raw, time.time())
                )

    def say(self, point: str, about: str, usual: str) -> bool:
        """Answer; return whether the reply was positive."""
        answer = self.sink.answers.get(point, usual)
        if callable(answer):
            answer = answer(about) or usual
        if answer == DROP:
            self.transport.abort()
            return False
        if answer == SILENT:
            return False
        self.write(answer)
        if answer.startswith(("421", "554 bye")):
            self.transport.close()
        return answer[0] in "23"

    def write(self, line: str) -> None:
        self.transport.write(line.encode() + b"\r\n")

    async def upgrade(self) -> None:
        loop = asyncio.get_running_loop()
        transport = None
        with suppress(OSError):
            transport = await loop.start_tls(self.transport, self, self.sink.context, server_side=True)
        if transport is not None:
            self.transport, self.tls, self.upgrading = transport, True, False
            self.take_all()
        elif self in self.sink.sessions:
            # asyncio says nothing to us when the other side breaks the handshake off.
            self.connection_lost(None)


@asynccontextmanager
async def serve(sink: Sink, port: int = 0, *, tls: bool = False) -> AsyncIterator[int]:
    """Serve on 127.0.0.1, under the sink's TLS from the start if so told, and yield the port."""
    server = await asyncio.get_running_loop().create_server(
        sink.protocol, "127.0.0.1", port, backlog=1000, ssl=sink.context if tls else None
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        while sink.sessions:
            for session in sink.sessions:
                session.transport.abort()
            await asyncio.sleep(0)


@contextmanager
def served(sink: Sink) -> Iterator[int]:
    """Serve the sink from a thread, so that it outlives every delivery process; yield its port."""
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    port = 0

    async def run() -> None:
        nonlocal port
        async with serve(sink) as port:
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    assert ready.wait(WAIT_SECONDS)
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(WAIT_SECONDS)
        loop.close()
