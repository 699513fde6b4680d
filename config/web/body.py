"""Reading a request's body without a thread: how slow, how large, and how much of all of them is held."""

from __future__ import annotations

import asyncio
import io
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
# So much of one body is held in memory; the rest goes to the disk.
IN_MEMORY = 64 * 1024
# So much of a body that is refused is still taken and thrown away: 32 times what a call may have.
MAX_DISCARDED_BYTES = 256 * 1024 * 1024


class BodyTooLarge(Exception):
    """It has more bytes than this kind of request may."""


class BodyTooSlow(Exception):
    """It came too slowly, or stopped coming."""


class ClientGone(Exception):
    """The client closed the connection; what it sent is not the whole."""


class NoRoom(Exception):
    """Too much of other bodies is held already, or the disk is full."""


class Incoming:
    """What the client sends, and whether more is to come."""

    def __init__(self, receive: Receive, *, expected: bool = True) -> None:
        self._receive, self.expected = receive, expected

    async def __call__(self) -> Mapping[str, Any]:
        """Return the server's next message."""
        message = await self._receive()
        self.expected = message["type"] == "http.request" and bool(message.get("more_body"))
        return message


@dataclass(frozen=True, kw_only=True)
class BodyPace:
    """How slow a client may send: seconds of silence, bytes a second after those, seconds in all."""

    silence: float
    bytes_per_second: float
    total: float

    def deadline(self, *, began: float, now: float, received: int) -> float:
        """Return the time by which more must have come."""
        return min(began + self.total, now + self.silence, began + self.silence + received / self.bytes_per_second)


@dataclass
class Room:
    """So many bytes that all bodies of this process share; used by the loop's thread alone."""

    free: int

    def take(self, size: int) -> bool:
        """Take `size` bytes, or nothing if there are not as many."""
        if size > self.free:
            return False
        self.free -= size
        return True


class Body:
    """The bytes of one request as they come: in memory first, then in a file without a name."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self.file: IO[bytes] = io.BytesIO()
        self.size = 0
        self._in_memory = self._on_disk = 0

    async def add(self, chunk: bytes) -> None:
        """Take the next bytes; raise NoRoom."""
        size = len(chunk)
        spool = self._spool
        if not self._on_disk and self.size + size <= IN_MEMORY and spool.memory.take(size):
            self._in_memory += size
            self.file.write(chunk)
        elif spool.disk.take(size):
            self._on_disk += size
            try:
                await asyncio.get_running_loop().run_in_executor(spool.threads, self._write, chunk)
            except OSError as error:
                raise NoRoom from error
            # What was in memory lies in the file now.
            spool.memory.free += self._in_memory
            self._in_memory = 0
        else:
            raise NoRoom
        self.size += size

    def _write(self, chunk: bytes) -> None:
        if isinstance(self.file, io.BytesIO):
            held = self.file.getvalue()
            self._spool.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.file = tempfile.TemporaryFile(dir=self._spool.folder)  # noqa: SIM115 - closed by close()
            self.file.write(held)
        self.file.write(chunk)
        # A disk that is full says so here, and not when the body is read.
        self.file.flush()

    def close(self) -> None:
        """Give the room back."""
        self._spool.memory.free += self._in_memory
        self._spool.disk.free += self._on_disk
        self._in_memory = self._on_disk = 0
        # On a full disk closing tries once more to write.
        with suppress(OSError):
            self.file.close()


@dataclass
class Spool:
    """Where bodies are held: the folder of their files, the threads that write these, the room for all."""

    folder: Path
    threads: Executor
    memory: Room
    disk: Room


async def read(receive: Receive, spool: Spool, *, declared: int | None, max_bytes: int, pace: BodyPace) -> Body:
    """Return the whole body, at its beginning; `declared` is its Content-Length.

    Raise BodyTooLarge, BodyTooSlow, ClientGone or NoRoom, as soon as that is known; nothing is held then.
    """
    if declared is not None and declared > max_bytes:
        raise BodyTooLarge
    body = Body(spool)
    try:
        async for chunk in _chunks(receive, pace):
            if body.size + len(chunk) > max_bytes:
                raise BodyTooLarge
            await body.add(chunk)
        if declared is not None and declared != body.size:
            raise ClientGone
        body.file.seek(0)
        return body
    except BaseException:
        body.close()
        raise


async def discard(incoming: Incoming, pace: BodyPace, *, declared: int | None) -> None:
    """Throw away what is still to come of a body that is refused, as long as it keeps the pace and has some limit.

    Who is cut off while he sends sees a broken connection, and not the answer that says why (RFC 9112 9.6). The server
    closes the connection once an answer is complete, so it must be sent after this.
    """
    received = 0
    with suppress(BodyTooSlow, ClientGone):
        if incoming.expected and (declared or 0) <= MAX_DISCARDED_BYTES:
            async for chunk in _chunks(incoming, pace):
                received += len(chunk)
                if received > MAX_DISCARDED_BYTES:
                    return


async def _chunks(receive: Receive, pace: BodyPace) -> AsyncIterator[bytes]:
    """Yield a body as it comes; raise BodyTooSlow or ClientGone."""
    received, began, loop = 0, time.monotonic(), asyncio.get_running_loop()
    more = True
    while more:
        now = time.monotonic()
        left = pace.deadline(began=began, now=now, received=received) - now
        try:
            async with asyncio.timeout_at(loop.time() + left):
                message = await receive()
        except TimeoutError:
            raise BodyTooSlow from None
        if message["type"] != "http.request":
            raise ClientGone
        chunk = message.get("body", b"")
        received += len(chunk)
        more = bool(message.get("more_body"))
        yield chunk
