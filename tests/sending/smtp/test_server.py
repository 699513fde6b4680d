"""Our SMTP ports: strict about line ends, bounded in memory, silent about their insides."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from sending.batch_writer import BatchWriter
from sending.smtp.port import Port
from sending.smtp.server import Handler, SmtpServer
from tests.sending.smtp.port import SmtpClient, port_with, served

# Ends of data that some server somewhere takes for the final dot.
SMUGGLED = [
    b"\n.\n",
    b"\n.\r\n",
    b"\r.\r\n",
    b"\r\n.\r",
    b"\r\n.\n",
    b"\n.\r",
    b"\r.\r",
    b"\r.\n",
    b"\r\n\x00.\r\n",
    b"\n\n.\r\n",
]


class Keeping(Handler):
    """Keeps each mail in a list; a mail that says "fault" breaks it."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = envelope.content.read()
        if b"fault" in raw:
            raise RuntimeError("secret insides")
        self.mails.append(raw)
        return "250 OK"


@pytest.fixture
def room(tmp_path: Path) -> Port:
    return port_with(tmp_path)


def nothing(rows: Sequence[Any]) -> None:
    """Write nothing."""


@pytest.mark.parametrize("end", SMUGGLED)
def test_a_smuggled_end_gives_one_mail_or_a_refusal(end: bytes, room: Port) -> None:
    handler = Keeping()
    with (
        served(lambda: SmtpServer(handler, room, max_bytes=100_000), BatchWriter(nothing)) as port,
        SmtpClient(port) as client,
    ):
        client.begin(b"a@b.test", b"c@d.test")
        second = b"MAIL FROM:<evil@x.test>\r\nRCPT TO:<v@y.test>\r\nDATA\r\nSubject: smuggled\r\n"
        reply = client.data(b"Subject: one\r\n\r\ntext" + end + second)
        assert reply.startswith(("250", "550"))
        assert client.command(b"NOOP").startswith("250")
    assert len(handler.mails) <= 1
    assert not any(mail.startswith(b"Subject: smuggled") for mail in handler.mails)
    assert reply.startswith("550") or b"\x00" in end


def test_bytes_arrive_as_they_were_sent(room: Port) -> None:
    handler = Keeping()
    with (
        served(lambda: SmtpServer(handler, room, max_bytes=100_000), BatchWriter(nothing)) as port,
        SmtpClient(port) as client,
    ):
        client.begin(b"a@b.test", b"c@d.test")
        assert client.data(b"Subject: x\r\n\r\n..a dot\r\n\xff\xfe").startswith("250")
    assert handler.mails == [b"Subject: x\r\n\r\n.a dot\r\n\xff\xfe\r\n"]


def test_pipelining_is_offered_and_works(room: Port) -> None:
    handler = Keeping()
    with (
        served(lambda: SmtpServer(handler, room, max_bytes=100_000), BatchWriter(nothing)) as port,
        SmtpClient(port) as client,
    ):
        client.reply()
        assert "PIPELINING" in client.command(b"EHLO client.test")
        client.send(b"MAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nDATA\r\n")
        assert [client.reply()[:3] for _ in range(3)] == ["250", "250", "354"]
        client.send(b"x: y\r\n\r\nz\r\n.\r\nMAIL FROM:<a@b.test>\r\n")
        assert [client.reply()[:3] for _ in range(2)] == ["250", "250"]


def test_a_mail_over_the_limit_is_refused_by_its_size(room: Port) -> None:
    handler = Keeping()
    with served(lambda: SmtpServer(handler, room, max_bytes=10_000), BatchWriter(nothing)) as port:
        with SmtpClient(port) as client:
            client.reply()
            client.command(b"EHLO client.test")
            assert client.command(b"MAIL FROM:<a@b.test> SIZE=10001").startswith("552")
        with SmtpClient(port) as client:
            client.begin(b"a@b.test", b"c@d.test")
            assert client.data(b"x" * 70 + (b"\r\n" + b"x" * 70) * 150).startswith("552")
            assert client.command(b"NOOP").startswith("250")
    assert not handler.mails


def test_a_line_over_998_characters_is_refused(room: Port) -> None:
    with (
        served(lambda: SmtpServer(Keeping(), room, max_bytes=10_000), BatchWriter(nothing)) as port,
        SmtpClient(port) as client,
    ):
        client.begin(b"a@b.test", b"c@d.test")
        assert client.data(b"x" * 1_200).startswith("500")


def test_an_endless_line_is_cut_off(room: Port) -> None:
    with (
        served(lambda: SmtpServer(Keeping(), room, max_bytes=10_000), BatchWriter(nothing)) as port,
        SmtpClient(port) as client,
    ):
        client.begin(b"a@b.test", b"c@d.test")
        client.command(b"DATA")
        with pytest.raises(ConnectionError):
            client.send(b"x" * 20_000_000)


def test_a_fault_of_ours_is_temporary_and_its_cause_is_not_shown(room: Port) -> None:
    with (
        served(lambda: SmtpServer(Keeping(), room, max_bytes=10_000), BatchWriter(nothing)) as port,
        SmtpClient(port) as client,
    ):
        client.begin(b"a@b.test", b"c@d.test")
        reply = client.data(b"fault")
        assert reply.startswith("451")
        assert "insides" not in reply


@pytest.mark.parametrize("path", [b"<", b"<a@", b"<@", b"<a@[>", b"<a@[b", b'"', b"<a@b@c>", b"<a\x00b@x.test>", b"("])
def test_an_address_that_cannot_be_read_is_refused_for_good_and_shown_no_fault_of_ours(path: bytes, room: Port) -> None:
    with (
        served(lambda: SmtpServer(Keeping(), room, max_bytes=10_000), BatchWriter(nothing)) as port,
        SmtpClient(port) as client,
    ):
        client.reply()
        client.command(b"EHLO client.test")
        assert client.command(b"MAIL FROM:" + path).startswith("553")
        assert client.command(b"MAIL FROM:<>").startswith("250")
        assert client.command(b"RCPT TO:" + path).startswith("553")
        assert client.command(b"VRFY " + path).startswith("502")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"RCPT TO:<c@d.test>", "503"),
        (b"DATA", "503"),
        (b"", "500"),
        (b"NO\x00OP", "500"),
        (b"NOOP and some text", "250"),
        (b"BDAT 5 LAST", "500"),
        (b"ETRN d.test", "500"),
        (b"EXPN list", "502"),
        (b"VRFY ann", "252"),
        (b"MAIL FROM:<a@b.test> BODY=BINARYMIME", "501"),
        (b"MAIL FROM:<a@b.test> SIZE=" + b"9" * 100, "552"),
        (b"MAIL FROM:<a@b.test> SIZE=-1", "501"),
        (b"MAIL FROM:<a@b.test> SMTPUTF8", "501"),
        (b"NOOP " + b"x" * 5_000_000, "500"),
    ],
    ids=lambda value: value[:30] if isinstance(value, bytes) else value,
)
def test_commands_out_of_order_or_unknown_are_answered_and_the_next_mail_is_taken(
    line: bytes, code: str, room: Port
) -> None:
    handler = Keeping()
    with (
        served(lambda: SmtpServer(handler, room, max_bytes=10_000_000), BatchWriter(nothing)) as port,
        SmtpClient(port) as client,
    ):
        client.reply()
        client.command(b"EHLO client.test")
        assert client.command(line).startswith(code)
        client.command(b"MAIL FROM:<>")
        client.command(b"RCPT TO:<c@d.test>")
        assert client.data(b"Subject: x\r\n\r\ny").startswith("250")
    assert len(handler.mails) == 1


def test_ten_megabytes_without_a_line_end_are_refused_at_their_dot_and_take_no_room(room: Port) -> None:
    handler = Keeping()
    with (
        served(lambda: SmtpServer(handler, room, max_bytes=10_000_000), BatchWriter(nothing)) as port,
        SmtpClient(port) as client,
    ):
        client.begin(b"a@b.test", b"c@d.test")
        assert client.data(b"x" * 10_000_000).startswith("500 5.5.2")
        assert (room.storage.used, room.storage.memory) == (0, 0)
        assert client.command(b"NOOP").startswith("250")
    assert not handler.mails


def test_ten_thousand_resets_and_a_mail_sent_ahead_of_every_reply_are_answered_in_order(room: Port) -> None:
    handler = Keeping()
    with (
        served(lambda: SmtpServer(handler, room, max_bytes=10_000), BatchWriter(nothing)) as port,
        SmtpClient(port) as client,
    ):
        client.reply()
        client.command(b"EHLO client.test")
        client.send(b"RSET\r\n" * 10_000)
        assert {client.reply()[:3] for _ in range(10_000)} == {"250"}
        mail = b"Subject: x\r\n\r\nRSET\r\nQUIT\r\n.\r\n"
        client.send(b"MAIL FROM:<>\r\nRCPT TO:<c@d.test>\r\nDATA\r\n" + mail + b"NOOP\r\n")
        assert [client.reply()[:3] for _ in range(5)] == ["250", "250", "354", "250", "250"]
    assert handler.mails == [b"Subject: x\r\n\r\nRSET\r\nQUIT\r\n"]
