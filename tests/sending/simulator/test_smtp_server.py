"""The simulated world's mail server, over real sockets."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sending.batch_writer import BatchWriter
from sending.models import SimulatedMail
from sending.simulator import smtp_server
from sending.simulator.smtp_server import TakenMail
from tests import factories
from tests.conftest import Rules
from tests.sending.simulator.mails import RAW
from tests.sending.smtp.port import SmtpClient, port_with, served

SENDER = b"b-token@mail.example.test"


@dataclass
class OutsideWorld:
    """A running simulator and what it stored."""

    number: int = 0
    rows: list[SimulatedMail] = field(default_factory=list)
    away: bool = False

    def write(self, mails: Sequence[TakenMail]) -> None:
        if self.away:
            raise ConnectionError("the database is away")
        self.rows.extend(smtp_server.row_of(taken, taken.body.head(10_000), None) for taken in mails)

    def send(self, recipient: bytes, raw: bytes = RAW, sender: bytes = SENDER) -> str:
        """Send one mail in a connection of its own; return the reply that decided."""
        with SmtpClient(self.number) as client:
            [reply] = client.begin(sender, recipient)
            return reply if not reply.startswith("250") else client.data(raw)


@pytest.fixture
def world(rules: Rules) -> Iterator[OutsideWorld]:
    rules(simulator_slow_seconds=1, simulator_greylist_seconds=3600)
    made = OutsideWorld()
    writer = BatchWriter(made.write)
    with served(smtp_server.simulator_port(smtp_server.Mailboxes(writer)), writer) as number:
        made.number = number
        yield made


def test_a_mail_is_stored_byte_for_byte_before_the_250(world: OutsideWorld) -> None:
    assert world.send(b"ann@x.test").startswith("250")
    [row] = world.rows
    assert row.raw == RAW + b"\r\n"
    assert (row.recipient, row.mail_from, row.scenario) == ("ann@x.test", SENDER.decode(), "delivered")
    assert (row.subject, row.helo) == ("Grüße und mehr", "client.test")


def test_without_the_database_the_sender_keeps_the_mail(world: OutsideWorld) -> None:
    world.away = True
    assert world.send(b"ann@x.test").startswith("451")


@pytest.mark.parametrize(
    ("recipient", "reply"),
    [
        (b"bounce@x.test", "550 5.1.1"),
        (b"full@x.test", "552 5.2.2"),
        (b"blocked+a@x.test", "550 5.7.1"),
    ],
)
def test_refusing_mailboxes_refuse_at_the_recipient(world: OutsideWorld, recipient: bytes, reply: str) -> None:
    assert world.send(recipient).startswith(reply)
    assert not world.rows


def test_a_greylist_puts_off_and_then_takes(world: OutsideWorld, rules: Rules) -> None:
    assert world.send(b"greylist@x.test").startswith("451 4.7.1")
    assert world.send(b"greylist@x.test").startswith("451 4.7.1")
    # The first attempt is as long ago as it must be.
    rules(simulator_greylist_seconds=0)
    assert world.send(b"greylist@x.test").startswith("250")
    assert world.send(b"greylist@x.test", sender=b"b-other@mail.example.test").startswith("451")


def test_a_dropped_mail_is_taken_the_second_time_and_stored_once(world: OutsideWorld) -> None:
    assert world.send(b"drop@x.test") == ""
    assert not world.rows
    assert world.send(b"drop@x.test").startswith("250")
    assert len(world.rows) == 1


def test_a_slow_mailbox_takes_its_time(world: OutsideWorld) -> None:
    started = time.monotonic()
    assert world.send(b"slow@x.test").startswith("250")
    assert time.monotonic() - started >= 1


@pytest.mark.parametrize(("recipient", "acts"), [(b"open@x.test", True), (b"ann@x.test", False)])
def test_a_mail_whose_reader_acts_later_says_when(world: OutsideWorld, recipient: bytes, acts: bool) -> None:
    world.send(recipient)
    assert bool(world.rows[0].act_at) is acts


def test_many_mails_pipelined_over_one_connection_are_all_stored(world: OutsideWorld) -> None:
    with SmtpClient(world.number) as client:
        client.reply()
        client.command(b"EHLO client.test")
        for n in range(200):
            client.send(b"MAIL FROM:<%s>\r\nRCPT TO:<r%d@x.test>\r\nDATA\r\n" % (SENDER, n))
            assert [client.reply()[:3] for _ in range(3)] == ["250", "250", "354"]
            client.send(RAW + b"\r\n.\r\n")
            assert client.reply()[:3] == "250"
    assert len({row.recipient for row in world.rows}) == 200


def test_international_addresses_are_taken(world: OutsideWorld) -> None:
    with SmtpClient(world.number) as client:
        client.reply()
        assert "SMTPUTF8" in client.command(b"EHLO client.test")
        client.command(b"MAIL FROM:<" + SENDER + b"> SMTPUTF8")
        assert client.command("RCPT TO:<jörg@x.test>".encode()).startswith("250")
        assert client.data(RAW).startswith("250")
    assert world.rows[0].recipient == "jörg@x.test"


@pytest.mark.django_db
def test_mails_are_written_under_the_account_of_their_domain(tmp_path: Path) -> None:
    envelope, header = factories.account(), factories.account()
    factories.domain(envelope, name="envelope.test")
    factories.domain(header, name="from.test")
    storage = port_with(tmp_path).storage

    def taken(mail_from: str, raw: bytes = b"From: news@from.test\r\n\r\n") -> TakenMail:
        body = storage.mail_data()
        body.write(raw)
        return TakenMail(scenario="dsn", mail_from=mail_from, recipient="dsn@x.test", helo="", body=body)

    mails = [taken("b-x@Envelope.test"), taken("b-x@unknown.test"), taken("", b"From: a@nobody.test\r\n\r\n")]
    smtp_server.write(mails)
    stored = SimulatedMail.objects.order_by("id")
    assert list(stored.values_list("account_id", flat=True)) == [envelope.pk, header.pk, None]
    assert all(row.act_at for row in stored)


def test_the_oldest_pairs_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_server, "MAX_REMEMBERED", 2)
    memory = smtp_server.FirstSeen()
    for recipient in ("a", "b", "c"):
        assert memory.seconds_since_first("s", recipient) is None
    assert memory.seconds_since_first("s", "c") is not None
    assert memory.seconds_since_first("s", "a") is None
