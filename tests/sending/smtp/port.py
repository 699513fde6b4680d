"""A server on a port of its own, in a thread of its own, for tests that talk to it over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sending.batch_writer import BatchWriter
from sending.smtp.port import Port, PortLimits
from sending.smtp.server import SmtpServer, listen
from sending.smtp.storage import Storage
from tests.waiting import WAIT_SECONDS


@contextlib.contextmanager
def served(make: Callable[[], SmtpServer], writer: BatchWriter[Any]) -> Iterator[int]:
    """Serve with servers made by `make`, with `writer` running, and give the port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def start() -> tuple[asyncio.Server, asyncio.Task[None]]:
        return await listen(make, "127.0.0.1", 0), asyncio.create_task(writer.run())

    async def stop(server: asyncio.Server) -> None:
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    server, _ = asyncio.run_coroutine_threadsafe(start(), loop).result(WAIT_SECONDS)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(stop(server), loop).result(WAIT_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(WAIT_SECONDS)
        loop.close()


def port_with(folder: Path, *, max_memory: int = 1 << 20, max_bytes: int = 1 << 26, **limits: float) -> Port:
    """Return a port whose caps are far away, but for those given."""
    far = {
        "connections": 10_000,
        "connections_per_address": 10_000,
        "idle_seconds": 600,
        "mail_seconds": 600,
        "full_idle_seconds": 600,
        "full_mail_seconds": 600,
    }
    storage = Storage(folder, max_memory=max_memory, max_bytes=max_bytes, min_free_percent=0)
    return Port(PortLimits(**(far | limits)), storage)  # type: ignore[arg-type]


class SmtpClient:
    """A raw SMTP client: sends the bytes it is given, reads replies."""

    def __init__(self, port: int, *, address: str = "127.0.0.1") -> None:
        """Connect to a port of this machine, from one of its addresses."""
        self._socket = socket.create_connection(("127.0.0.1", port), WAIT_SECONDS, (address, 0))
        self._file = self._socket.makefile("rb")

    def __enter__(self) -> SmtpClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def reply(self) -> str:
        """Return the next reply, "" at the end of the connection."""
        lines = []
        while True:
            try:
                line = self._file.readline().decode()
            except ConnectionError:
                return ""
            lines.append(line)
            if line[3:4] != "-":
                return "".join(lines).strip()

    def command(self, line: bytes) -> str:
        """Send one line and return the reply to it."""
        self._socket.sendall(line + b"\r\n")
        return self.reply()

    def is_answered(self, seconds: float = 0) -> bool:
        """Say whether a reply, or the end, has come that was not read yet, or comes within so many seconds."""
        # Not select(): it takes no descriptor above 1,023.
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._socket.sendall(data)

    def begin(self, sender: bytes, *recipients: bytes) -> list[str]:
        """Greet, name sender and recipients; return the replies to the recipients."""
        self.reply()
        self.command(b"EHLO client.test")
        self.command(b"MAIL FROM:<" + sender + b">")
        return [self.command(b"RCPT TO:<" + recipient + b">") for recipient in recipients]

    def data(self, raw: bytes) -> str:
        """Send a mail's text with its final dot and return the reply."""
        self.command(b"DATA")
        self.send(raw + b"\r\n.\r\n")
        return self.reply()
