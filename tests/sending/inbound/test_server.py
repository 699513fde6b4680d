"""The report port takes mail for addresses of our signing, and stores it before it says yes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from sending.batch_writer import BatchWriter
from sending.inbound import server
from sending.models import InboundReport
from sending.tracking import verp
from tests.sending.inbound import mails
from tests.sending.smtp.port import SmtpClient, served


@dataclass
class Port:
    """A running report port: what it stored and how often it told its reader."""

    number: int = 0
    rows: list[InboundReport] = field(default_factory=list)
    told: list[bool] = field(default_factory=list)
    away: bool = False

    def write(self, rows: Sequence[InboundReport]) -> None:
        if self.away:
            raise ConnectionError("the database is away")
        self.rows.extend(rows)


@pytest.fixture
def port() -> Iterator[Port]:
    made = Port()
    writer = BatchWriter(made.write)
    with served(lambda: server.report_server(writer, lambda: made.told.append(True)), writer) as number:
        made.number = number
        yield made


def address(message: int) -> bytes:
    return verp.envelope_sender(message, "mail.example.test").encode()


def test_a_report_is_stored_raw_under_its_message(port: Port) -> None:
    with SmtpClient(port.number) as client:
        assert client.begin(b"", address(77)) == ["250 2.1.5 OK"]
        assert client.data(mails.dsn()).startswith("250")
    [row] = port.rows
    assert (row.message, row.kind, row.read_at) == (77, "unknown", None)
    assert row.raw == mails.dsn() + b"\r\n"
    assert port.told == [True]


def test_a_report_for_two_messages_is_stored_for_each(port: Port) -> None:
    with SmtpClient(port.number) as client:
        client.begin(b"", address(1), address(2), address(1).upper())
        assert client.data(mails.dsn()).startswith("250")
    assert [row.message for row in port.rows] == [1, 2]


@pytest.mark.parametrize(
    "recipient",
    [
        b"news@mail.example.test",
        b"postmaster@mail.example.test",
        b"b-abc@mail.example.test",
        address(77)[:10] + b"a" + address(77)[11:] if address(77)[10:11] != b"a" else b"b-x@y.test",
    ],
)
def test_other_addresses_do_not_exist(port: Port, recipient: bytes) -> None:
    with SmtpClient(port.number) as client:
        [reply] = client.begin(b"", recipient)
        assert reply.startswith("550 5.1.1")
        assert client.command(b"DATA").startswith("503")


def test_without_the_database_nothing_is_promised(port: Port) -> None:
    port.away = True
    with SmtpClient(port.number) as client:
        client.begin(b"", address(77))
        assert client.data(mails.dsn()).startswith("451")
    assert not port.told


def test_bare_line_ends_are_refused(port: Port) -> None:
    with SmtpClient(port.number) as client:
        client.begin(b"", address(77))
        assert client.data(b"Subject: x\n\nhidden\n.\nMAIL FROM:<>").startswith("550")
    assert not port.rows


def test_recipients_are_capped(port: Port) -> None:
    with SmtpClient(port.number) as client:
        replies = client.begin(b"", *(address(n) for n in range(1, 103)))
    assert [reply[:3] for reply in replies] == ["250"] * 100 + ["452"] * 2
