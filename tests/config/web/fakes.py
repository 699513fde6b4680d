"""A web server of one request: what an application receives and sends, without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any


def scope(method: str = "GET", path: str = "/", query: str = "", **headers: str) -> dict[str, Any]:
    """Return the scope of a request; header names are given with underscores."""
    named = {"host": "127.0.0.1:8000"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in named.items()],
        "client": ("192.0.2.7", 50_000),
        "server": ("127.0.0.1", 8000),
    }


class Client:
    """Sends the pieces of a body, then vanishes or stalls; takes an answer, all of it or only `takes` messages."""

    def __init__(
        self, pieces: Iterable[bytes] = (b"",), *, ends: bool = True, stalls: bool = False, takes: int = 1_000_000
    ) -> None:
        self.messages: list[dict[str, Any]] = []
        self.asked = 0
        self.answered = asyncio.Event()
        self.gone = asyncio.Event()
        # It takes no more, or sends no more, until it is gone.
        self.stuck = asyncio.Event()
        self._takes = takes
        self._coming = self._come(list(pieces), ends, stalls)

    async def _come(self, pieces: list[bytes], ends: bool, stalls: bool) -> AsyncIterator[dict[str, Any]]:
        for at, piece in enumerate(pieces):
            last = ends and at == len(pieces) - 1
            yield {"type": "http.request", "body": piece, "more_body": not last}
        if stalls or ends:
            if stalls:
                self.stuck.set()
            await self.gone.wait()
        while True:
            yield {"type": "http.disconnect"}

    async def receive(self) -> dict[str, Any]:
        """Give the application the next of what the client does."""
        self.asked += 1
        return await anext(self._coming)

    async def send(self, message: dict[str, Any]) -> None:
        """Take a part of the answer, or never."""
        if len(self.messages) >= self._takes:
            self.stuck.set()
            await self.gone.wait()
        self.messages.append(message)
        self.answered.set()

    @property
    def status(self) -> int:
        """Return the answer's status."""
        return int(self.messages[0]["status"])

    @property
    def headers(self) -> dict[str, str]:
        """Return the answer's headers."""
        return {name.decode(): value.decode() for name, value in self.messages[0]["headers"]}

    @property
    def body(self) -> bytes:
        """Return the answer's body so far."""
        return b"".join(message["body"] for message in self.messages[1:])

    @property
    def complete(self) -> bool:
        """Say whether the answer was ended."""
        return (
            bool(self.messages)
            and self.messages[-1]["type"] == "http.response.body"
            and not self.messages[-1].get("more_body")
        )
