"""sending.smtp.wire: what came in clear text is no answer under TLS (RFC 3207 4.2), under either event loop."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvloop

from sending.smtp.tls import tls_context
from sending.smtp.wire import ConnectionLost, Reply, Wire
from tests.waiting import WAIT_SECONDS

LOOPS = [asyncio.new_event_loop, uvloop.new_event_loop]


class Host(asyncio.Protocol):
    """A host that begins TLS at the word STARTTLS, with `injected` in clear text right behind its 220."""

    def __init__(self, context: ssl.SSLContext, injected: bytes) -> None:
        self.context = context
        self.injected = injected
        self.handshake: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        if self.handshake:
            # The command may be read before the new transport is ours.
            self.handshake.add_done_callback(lambda _: self.transport.write(b"250 true answer\r\n"))
            return
        # One write, so that it is one segment.
        self.transport.write(b"220 go\r\n" + self.injected)
        self.handshake = asyncio.ensure_future(self.upgrade())

    async def upgrade(self) -> None:
        loop = asyncio.get_running_loop()
        self.transport = await loop.start_tls(self.transport, self, self.context, server_side=True)


class Impostor(asyncio.Protocol):
    """A host that answers the first bytes of the handshake with a reply in clear text."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.says = [b"220 go\r\n", b"250 injected\r\n"]

    def data_received(self, data: bytes) -> None:
        if self.says:
            self.transport.write(self.says.pop(0))


@asynccontextmanager
async def connected(make: Callable[[], asyncio.Protocol]) -> AsyncIterator[Wire]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(make, "127.0.0.1", 0)
    wire = Wire()
    try:
        await loop.create_connection(lambda: wire, "127.0.0.1", server.sockets[0].getsockname()[1])
        yield wire
    finally:
        wire.close()
        server.close()


@pytest.fixture(params=LOOPS, ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Callable[[Awaitable[Any]], Any]:
    def run(act: Any) -> Any:
        with asyncio.Runner(loop_factory=request.param) as runner:
            return runner.run(act)

    return run


@pytest.mark.parametrize(
    "injected",
    [
        b"250 injected\r\n",
        b"250-injected\r\n",
        b"250 injec",
        b"250-one\r\n250 two\r\n250-three\r\n250 fo",
        b"",
    ],
    ids=["a reply", "a line of a reply", "a piece of a line", "all of it", "nothing"],
)
def test_what_a_host_adds_to_its_220_is_no_answer_under_tls(
    run: Callable[..., Any], context: ssl.SSLContext, injected: bytes
) -> None:
    async def act() -> Reply:
        async with connected(lambda: Host(context, injected)) as wire:
            wire.write(b"STARTTLS\r\n")
            assert await wire.reply(WAIT_SECONDS) == (220, "go")
            assert await wire.start_tls(tls_context(verify=False), "host.test", WAIT_SECONDS)
            wire.write(b"EHLO me.test\r\n")
            return await wire.reply(WAIT_SECONDS)

    assert run(act()) == (250, "true answer")


def test_what_comes_between_220_and_handshake_is_no_answer_under_tls(
    run: Callable[..., Any], context: ssl.SSLContext
) -> None:
    async def act() -> Reply:
        async with connected(lambda: Host(context, b"")) as wire:
            wire.write(b"STARTTLS\r\n")
            assert await wire.reply(WAIT_SECONDS) == (220, "go")
            handshake = asyncio.ensure_future(wire.start_tls(tls_context(verify=False), "host.test", WAIT_SECONDS))
            await asyncio.sleep(0)
            # A segment that the event loop had read already and hands over late.
            wire.data_received(b"250 injected\r\n")
            await handshake
            wire.write(b"EHLO me.test\r\n")
            return await wire.reply(WAIT_SECONDS)

    assert run(act()) == (250, "true answer")


def test_clear_text_in_the_handshake_ends_the_connection(run: Callable[..., Any]) -> None:
    async def act() -> None:
        async with connected(Impostor) as wire:
            wire.write(b"STARTTLS\r\n")
            assert await wire.reply(WAIT_SECONDS) == (220, "go")
            with pytest.raises(OSError, match="(?i)ssl|closed"):
                await wire.start_tls(tls_context(verify=False), "host.test", WAIT_SECONDS)
            assert not wire.is_tls
            with pytest.raises((ConnectionLost, TimeoutError)):
                await wire.reply(0.01)

    run(act())


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_a_reply_in_chinese_is_read_in_its_charset(charset: str) -> None:
    wire = Wire()
    wire.data_received("550-该用户\r\n550 不存在\r\n".encode(charset))
    assert asyncio.run(wire.reply(WAIT_SECONDS)) == Reply(550, "该用户 不存在")
