"""Nobody shuts a port: connections are capped from one address and in all, and each has its time."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sending.batch_writer import BatchWriter
from sending.smtp.port import IDLE, TOO_MANY, TOO_MANY_FROM_YOU, TOO_SLOW, Port, network_of
from sending.smtp.server import SmtpServer
from tests.sending.smtp.port import SmtpClient, port_with, served
from tests.sending.smtp.test_server import Keeping, nothing

SLOW = 500


@dataclass(eq=False)
class Peer:
    """A connection whose times are set by hand."""

    heard_at: float = 0.0
    mail_began: float = 0.0
    is_answering: bool = False
    replies: list[str] = field(default_factory=list)

    def end(self, reply: str) -> None:
        self.replies.append(reply)


@contextlib.contextmanager
def running(port: Port, handler: Keeping) -> Iterator[int]:
    with served(lambda: SmtpServer(handler, port, max_bytes=100_000), BatchWriter(nothing)) as number:
        yield number


def deliver(number: int, address: str = "127.0.0.1") -> str:
    with SmtpClient(number, address=address) as client:
        client.begin(b"a@b.test", b"c@d.test")
        return client.data(b"Subject: x\r\n\r\nhonest")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::1"),
        ("", ""),
    ],
)
def test_an_ipv6_network_of_64_bits_counts_as_one_address(address: str, network: str) -> None:
    assert network_of(address) == network


def entered(port: Port, *addresses: str) -> list[str]:
    async def run() -> list[str]:
        return [port.enter(Peer(), address) for address in addresses]

    return asyncio.run(run())


def test_one_address_takes_its_share_and_others_the_rest(tmp_path: Path) -> None:
    port = port_with(tmp_path, connections=4, connections_per_address=2)
    addresses = ["192.0.2.1"] * 3 + ["2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.2"]
    assert entered(port, *addresses) == ["", "", TOO_MANY_FROM_YOU, "", "", TOO_MANY, TOO_MANY]


def test_this_machine_takes_half_of_a_port(tmp_path: Path) -> None:
    port = port_with(tmp_path, connections=6, connections_per_address=1)
    assert entered(port, *["127.0.0.1"] * 4, "127.0.0.2") == ["", "", "", TOO_MANY_FROM_YOU, ""]


def test_a_place_is_given_back_once(tmp_path: Path) -> None:
    port = port_with(tmp_path, connections=1, connections_per_address=1)

    async def run() -> None:
        peer = Peer()
        assert port.enter(peer, "192.0.2.1") == ""
        port.leave(peer)
        port.leave(peer)
        assert len(port) == 0
        # Nothing is kept of an address that has left: there are many.
        assert port._counts == {}
        assert port.enter(Peer(), "192.0.2.1") == ""

    asyncio.run(run())


def test_connections_have_their_time_and_less_of_it_when_the_port_is_nearly_full(tmp_path: Path) -> None:
    port = port_with(
        tmp_path, connections=10, idle_seconds=300, mail_seconds=1_800, full_idle_seconds=10, full_mail_seconds=120
    )
    silent, dripping, busy, honest = Peer(), Peer(), Peer(is_answering=True), Peer()

    async def run() -> None:
        for peer in (silent, dripping, busy, honest):
            port.enter(peer, "192.0.2.1")
        dripping.heard_at = 295
        honest.heard_at = honest.mail_began = 295
        port.end_slow(301)
        assert (silent.replies, dripping.replies, busy.replies, honest.replies) == ([IDLE], [], [], [])
        port.leave(silent)
        for number in range(6):
            port.enter(Peer(heard_at=301, mail_began=301), f"192.0.2.{number}")
        port.end_slow(302)
        assert (dripping.replies, honest.replies, busy.replies) == ([TOO_SLOW], [], [])

    asyncio.run(run())


def test_slow_connections_are_ended_with_a_reply(tmp_path: Path) -> None:
    with running(port_with(tmp_path, idle_seconds=0.2), Keeping()) as number, SmtpClient(number) as client:
        client.begin(b"a@b.test", b"c@d.test")
        client.command(b"DATA")
        client.send(b"Subject: a part\r\n")
        assert client.reply() == IDLE
        assert client.reply() == ""


def test_a_client_that_drips_bytes_is_ended_too(tmp_path: Path) -> None:
    with running(port_with(tmp_path, mail_seconds=0.5), Keeping()) as number, SmtpClient(number) as client:
        client.begin(b"a@b.test", b"c@d.test")
        client.command(b"DATA")
        while not client.is_answered(0.02):
            client.send(b"x\r\n")
        assert client.reply() == TOO_SLOW


def test_a_client_that_never_reads_is_ended(tmp_path: Path) -> None:
    port = port_with(tmp_path, idle_seconds=0.5)
    with running(port, Keeping()) as number, socket.create_connection(("127.0.0.1", number), 60) as client:
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError, ConnectionError):
            for _ in range(100_000):
                client.sendall(b"HELP\r\n" * 100)
        client.settimeout(60)
        while len(port):
            with contextlib.suppress(OSError):
                client.recv(0)


@pytest.mark.parametrize("addresses", [1, 100])
def test_while_hundreds_are_slow_an_honest_client_is_served(tmp_path: Path, addresses: int) -> None:
    port = port_with(tmp_path, connections=1_200, connections_per_address=50)
    handler = Keeping()
    with running(port, handler) as number, contextlib.ExitStack() as stack:
        slow = [
            stack.enter_context(SmtpClient(number, address=f"127.0.0.{1 + held % addresses}")) for held in range(SLOW)
        ]
        for client in slow:
            client.begin(b"a@b.test", b"c@d.test")
            client.command(b"DATA")
            client.send(b"Subject: sl")
        assert deliver(number).startswith("250")
        assert deliver(number, "127.0.0.201").startswith("250")
        assert len(port) >= SLOW
        assert not any(client.is_answered() for client in slow)
    assert len(handler.mails) == 2


def test_one_address_cannot_take_a_port_from_the_others(tmp_path: Path) -> None:
    port = port_with(tmp_path, connections=60, connections_per_address=20)
    with running(port, Keeping()) as number, contextlib.ExitStack() as stack:
        greetings = [stack.enter_context(SmtpClient(number, address="127.0.0.9")).reply() for _ in range(100)]
        assert [greeting[:3] for greeting in greetings] == ["220"] * 20 + ["421"] * 80
        assert greetings[-1] == TOO_MANY_FROM_YOU
        assert deliver(number, "127.0.0.10").startswith("250")
    while len(port):
        pass
    with running(port, Keeping()) as number:
        assert deliver(number, "127.0.0.9").startswith("250")


def test_large_mails_take_a_bounded_room_and_the_rest_is_put_off(tmp_path: Path) -> None:
    port = port_with(tmp_path, max_bytes=120_000, max_memory=10_000)
    handler = Keeping()
    text = (b"x" * 70 + b"\r\n") * 1_000
    with running(port, handler) as number, SmtpClient(number) as first, SmtpClient(number) as second:
        for client in (first, second):
            client.begin(b"a@b.test", b"c@d.test")
            client.command(b"DATA")
        first.send(text)
        while port.storage.used < 50_000:
            pass
        second.send(text + b".\r\n")
        assert second.reply().startswith("452 4.3.1")
        first.send(b".\r\n")
        assert first.reply().startswith("250")
        # The second try finds room.
        second.command(b"MAIL FROM:<a@b.test>")
        second.command(b"RCPT TO:<c@d.test>")
        assert second.data(text).startswith("250")
    assert port.storage.used == port.storage.memory == 0


def test_a_client_that_leaves_in_the_middle_gives_its_room_back(tmp_path: Path) -> None:
    port = port_with(tmp_path)
    with running(port, Keeping()) as number:
        with SmtpClient(number) as client:
            client.begin(b"a@b.test", b"c@d.test")
            client.command(b"DATA")
            client.send((b"x" * 70 + b"\r\n") * 1_000)
            while not port.storage.used:
                pass
        while port.storage.used or len(port):
            pass
