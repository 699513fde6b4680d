"""What goes back: whole answers, files and streams, and how slowly a client may take them."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from config.web.body import ClientGone, Receive

logger = logging.getLogger(__name__)

Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = list[tuple[str, str]]
PIECE = 64 * 1024
# A generator that is slow itself: what there is goes out after so many seconds.
MAX_AGE_SECONDS = 0.25


@dataclass(frozen=True)
class FilePart:
    """The rest of an open file, from where it stands; the answer closes it."""

    descriptor: int
    offset: int


@dataclass(frozen=True)
class Answer:
    """Status, headers and the whole body."""

    status: int
    headers: Headers
    body: bytes | FilePart = b""

    def close(self) -> None:
        """Let go of its file; to be called once, by whoever sends it or throws it away."""
        if isinstance(self.body, FilePart):
            os.close(self.body.descriptor)


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How slowly a client may take its answer: seconds for each piece, and for all of it."""

    piece: float
    total: float


class AnswerSender:
    """Sends one answer to one client, from the loop; a client that takes nothing is given up as one that is gone."""

    def __init__(self, send: Send, receive: Receive, patience: Patience, files: Executor) -> None:
        self._send, self._receive, self._patience, self._files = send, receive, patience, files
        self._ends = time.monotonic() + patience.total

    async def whole(self, answer: Answer) -> None:
        """Send a whole answer; raise ClientGone."""
        try:
            await self.start(answer.status, answer.headers)
            if isinstance(answer.body, FilePart):
                await self._file(answer.body)
                return
            for at in range(0, len(answer.body) - PIECE, PIECE):
                await self.piece(answer.body[at : at + PIECE])
            rest = max(0, (len(answer.body) - 1) // PIECE * PIECE)
            await self._give({"type": "http.response.body", "body": answer.body[rest:]})
        finally:
            answer.close()

    async def _file(self, part: FilePart) -> None:
        loop, at = asyncio.get_running_loop(), part.offset
        while piece := await loop.run_in_executor(self._files, os.pread, part.descriptor, PIECE, at):
            await self.piece(piece)
            at += len(piece)
        await self.end()

    async def start(self, status: int, headers: Headers) -> None:
        """Send the head."""
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})

    async def piece(self, data: bytes) -> None:
        """Send some of the body."""
        await self._give({"type": "http.response.body", "body": data, "more_body": True})

    async def end(self) -> None:
        """Say that the body is complete."""
        await self._give({"type": "http.response.body", "body": b""})

    async def _give(self, message: dict[str, Any]) -> None:
        seconds = min(self._patience.piece, self._ends - time.monotonic())
        try:
            async with asyncio.timeout(seconds):
                await self._send(message)
        except TimeoutError:
            raise ClientGone from None

    async def until_gone(self) -> None:
        """Return once the client has closed the connection."""
        while (await self._receive())["type"] != "http.disconnect":
            pass


class Stream:
    """An answer that a thread makes piece by piece, no faster than its client takes it."""

    def __init__(self, sender: AnswerSender, loop: asyncio.AbstractEventLoop) -> None:
        self._sender, self._loop = sender, loop
        self._gone = threading.Event()
        self.started = False

    def send(self, status: int, headers: Headers, chunks: Iterable[bytes]) -> None:
        """Send all chunks, from the thread that makes them; raise ClientGone when nobody takes them."""
        self.started = True
        watch = asyncio.run_coroutine_threadsafe(self._watch(), self._loop)
        try:
            self._wait(self._sender.start(status, headers))
            for piece in _pieces(chunks):
                self._wait(self._sender.piece(piece))
            self._wait(self._sender.end())
        finally:
            watch.cancel()

    async def _watch(self) -> None:
        await self._sender.until_gone()
        self._gone.set()

    def _wait(self, step: Any) -> None:
        if self._gone.is_set():
            step.close()
            raise ClientGone
        asyncio.run_coroutine_threadsafe(step, self._loop).result()


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Join small chunks: a hop between threads costs as much as a hundred lines of a CSV file."""
    held, size, since = [], 0, time.monotonic()
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if size >= PIECE or time.monotonic() - since > MAX_AGE_SECONDS:
            yield b"".join(held)
            held, size, since = [], 0, time.monotonic()
    if size:
        yield b"".join(held)
