"""The report port takes mail for addresses of our signing, and stores it before it says yes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from django.db import InternalError, OperationalError, connection

from sending.batch_writer import BatchWriter
from sending.inbound import server
from sending.inbound.server import ReceivedReport, ReportHandler
from sending.models import InboundReport, PostmasterMail
from sending.smtp.port import Port
from sending.smtp.server import SmtpServer
from sending.tracking import verp
from tests.sending.inbound import mails
from tests.sending.inbound.database import read_only
from tests.sending.smtp.port import SmtpClient, port_with, served


@dataclass
class ReportPort:
    """A running report port: what it stored and how often it told its reader."""

    room: Port
    number: int = 0
    mails: list[tuple[list[int], list[str], bytes]] = field(default_factory=list)
    told: list[bool] = field(default_factory=list)
    fault: Exception | None = None

    def write(self, reports: Sequence[ReceivedReport]) -> None:
        if self.fault:
            raise self.fault
        for report in reports:
            self.mails.append((list(report.messages), list(report.postmasters), report.body.read()))

    def is_ours(self, address: str) -> bool:
        if self.fault:
            raise self.fault
        return address.lower().endswith(("@mail.example.test", "postmaster"))


@pytest.fixture
def port(tmp_path: object) -> Iterator[ReportPort]:
    made = ReportPort(port_with(tmp_path))
    writer = BatchWriter(made.write)
    handler = ReportHandler(writer, lambda: made.told.append(True), is_ours=made.is_ours)
    with served(lambda: SmtpServer(handler, made.room, max_bytes=1_000_000), writer) as number:
        made.number = number
        yield made


def address(message: int) -> bytes:
    return verp.envelope_sender(message, "mail.example.test").encode()


def test_a_report_is_stored_raw_under_its_message(port: ReportPort) -> None:
    with SmtpClient(port.number) as client:
        assert client.begin(b"", address(77)) == ["250 2.1.5 OK"]
        assert client.data(mails.dsn()).startswith("250")
    assert port.mails == [([77], [], mails.dsn() + b"\r\n")]
    assert port.told == [True]


def test_a_report_for_two_messages_is_stored_for_each(port: ReportPort) -> None:
    with SmtpClient(port.number) as client:
        client.begin(b"", address(1), address(2), address(1).upper())
        assert client.data(mails.dsn()).startswith("250")
    assert [messages for messages, _, _ in port.mails] == [[1, 2]]


@pytest.mark.parametrize(
    "recipient",
    [
        b"news@mail.example.test",
        b"postmaster@elsewhere.test",
        b"postmaster+x@mail.example.test",
        b"b-abc@mail.example.test",
        address(77)[:10] + b"a" + address(77)[11:] if address(77)[10:11] != b"a" else b"b-x@y.test",
    ],
)
def test_other_addresses_do_not_exist(port: Port, recipient: bytes) -> None:
    with SmtpClient(port.number) as client:
        [reply] = client.begin(b"", recipient)
        assert reply.startswith("550 5.1.1")
        assert client.command(b"DATA").startswith("503")


@pytest.mark.parametrize(
    "fault",
    [OperationalError("the database is away"), InternalError("read-only"), OSError(28, "no space"), MemoryError()],
    ids=repr,
)
def test_a_fault_of_ours_is_answered_as_passing_and_nothing_is_promised(port: ReportPort, fault: Exception) -> None:
    port.fault = fault
    with SmtpClient(port.number) as client:
        client.begin(b"", address(77))
        assert client.data(mails.dsn()).startswith("451")
        assert not port.told
        assert client.command(b"MAIL FROM:<>").startswith("250")
        assert client.command(b"RCPT TO:<postmaster@mail.example.test>").startswith("451")
        port.fault = None
        assert client.command(b"RCPT TO:<" + address(77) + b">").startswith("250")
        assert client.data(mails.dsn()).startswith("250")
    assert port.told == [True]


@pytest.mark.parametrize(
    "recipient", [b"postmaster@mail.example.test", b"Postmaster@MAIL.example.test", b"postmaster", b"POSTMASTER"]
)
def test_a_postmaster_of_ours_takes_mail(port: ReportPort, recipient: bytes) -> None:
    with SmtpClient(port.number) as client:
        assert client.begin(b"ann@example.net", recipient) == ["250 2.1.5 OK"]
        assert client.data(mails.LETTER).startswith("250")
    [(messages, [postmaster], raw)] = port.mails
    assert messages == []
    assert postmaster.lower().startswith("postmaster")
    assert raw == mails.LETTER + b"\r\n"


def test_a_postmaster_of_the_address_at_which_we_were_reached_takes_mail(port: ReportPort) -> None:
    with SmtpClient(port.number) as client:
        replies = client.begin(
            b"ann@example.net", b"postmaster@[127.0.0.1]", b"postmaster@[192.0.2.1]", b"postmaster@[IPv6:::1]"
        )
    assert [reply[:3] for reply in replies] == ["250", "550", "550"]


def test_after_more_than_fifty_servers_a_mail_is_in_a_loop(port: ReportPort) -> None:
    hop = b"rEcEiVeD: from a by b;\r\n\tSat, 28 Nov 2026 10:00:00 +0000\r\n"
    with SmtpClient(port.number) as client:
        client.begin(b"", address(77))
        assert client.data(hop * 50 + mails.dsn()).startswith("250")
        client.command(b"MAIL FROM:<>")
        client.command(b"RCPT TO:<" + address(77) + b">")
        assert client.data(hop * 51 + mails.dsn()).startswith("554 5.4.6")
        client.command(b"MAIL FROM:<>")
        client.command(b"RCPT TO:<" + address(77) + b">")
        # The header of the mail that is reported counts for nothing.
        assert client.data(mails.dsn().replace(b"Subject: What", hop * 60 + b"Subject: What")).startswith("250")
    assert len(port.mails) == 2


def test_bare_line_ends_are_refused(port: ReportPort) -> None:
    with SmtpClient(port.number) as client:
        client.begin(b"", address(77))
        assert client.data(b"Subject: x\n\nhidden\n.\nMAIL FROM:<>").startswith("550")
    assert not port.mails


def test_recipients_are_capped(port: ReportPort) -> None:
    with SmtpClient(port.number) as client:
        replies = client.begin(b"", *(address(n) for n in range(1, 103)))
    assert [reply[:3] for reply in replies] == ["250"] * 100 + ["452"] * 2


@pytest.mark.django_db
def test_reports_and_mails_to_postmaster_are_written_each_to_its_table(tmp_path: object) -> None:
    storage = port_with(tmp_path).storage
    with storage.mail_data() as body:
        body.write(b"From: a@b.test\r\nSubject: Your\x00 server\r\n\r\n" + b"x" * 600_000)
        server.write(
            [ReceivedReport(messages=[7, 8], postmasters=["postmaster@x.test"], mail_from="a@b.test", body=body)]
        )
    assert list(InboundReport.objects.order_by("id").values_list("message", "state")) == [
        (7, "waiting"),
        (8, "waiting"),
    ]
    raws = {bytes(row.raw) for row in InboundReport.objects.all()}
    assert {len(raw) for raw in raws} == {600_041 + len(b"Return-Path: <a@b.test>\r\n")}
    # RFC 5321 4.4: what the envelope said is kept with the mail.
    assert all(raw.startswith(b"Return-Path: <a@b.test>\r\nFrom: a@b.test\r\n") for raw in raws)
    kept = PostmasterMail.objects.get()
    assert (kept.mail_from, kept.recipient, kept.subject) == ("a@b.test", "postmaster@x.test", "Your  server")
    # A person reads its beginning.
    assert len(bytes(kept.raw)) == 256 * 1024


@pytest.mark.django_db(transaction=True)
def test_a_read_only_database_is_answered_by_451_until_it_takes_writes_again() -> None:
    writer: BatchWriter[ReceivedReport] = BatchWriter(server.write)
    with served(server.report_port(writer, lambda: None), writer) as number, SmtpClient(number) as client:
        with read_only():
            client.begin(b"", address(77))
            assert client.data(mails.dsn()).startswith("451")
        client.command(b"MAIL FROM:<>")
        client.command(b"RCPT TO:<" + address(77) + b">")
        assert client.data(mails.dsn()).startswith("250")
    assert InboundReport.objects.count() == 1
    connection.close()
