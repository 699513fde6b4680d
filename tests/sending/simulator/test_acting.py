"""What a reader does later is kept with the mail, and tried again while the service is away."""

from __future__ import annotations

import asyncio
import logging
import smtplib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from sending.batch_writer import BatchWriter
from sending.inbound import server
from sending.models import InboundReport, SimulatedMail
from sending.models.ids import first_of
from sending.simulator.acting import Readers
from sending.simulator.readers import Outside, OutsideWorld
from sending.tracking import verp
from tests.product import free_ports
from tests.sending.simulator.mails import RAW, Visits
from tests.sending.smtp.port import served

pytestmark = pytest.mark.django_db(transaction=True)


class World(Visits):
    """A service that is away, or refuses, as long as `fault` is set."""

    fault: Exception | None = None

    def send(self, to: str, raw: bytes) -> None:
        if self.fault:
            raise self.fault
        super().send(to, raw)


@pytest.fixture(autouse=True)
def _connection() -> Iterator[None]:
    yield
    connection.close()


def stored(**fields: object) -> int:
    row = SimulatedMail(
        **{
            "mail_from": verp.envelope_sender(77, "mail.example.test"),
            "recipient": "complaint@x.test",
            "scenario": "complaint",
            "raw": RAW,
            "act_at": timezone.now(),
            **fields,
        }
    )
    row.save(force_insert=True)
    row.refresh_from_db()
    return row.pk


def act(world: OutsideWorld) -> None:
    """Let everybody act who is due, in a process of its own so to say."""

    async def run() -> None:
        readers = Readers(world)
        try:
            while await readers.act_on_due():
                pass
        finally:
            readers._thread.close()

    asyncio.run(run())


def make_due() -> None:
    SimulatedMail.objects.filter(act_at__isnull=False).update(act_at=timezone.now())


def test_a_reader_acts_once_when_its_time_has_come() -> None:
    stored()
    stored(act_at=timezone.now() + timedelta(hours=1))
    stored(act_at=None)
    world = World()
    act(world)
    act(world)
    assert len(world.sent) == 1


def test_a_mail_that_was_deleted_meanwhile_keeps_no_other_from_being_read() -> None:
    number, world = stored(), World()
    SimulatedMail.objects.all().delete()

    async def run() -> None:
        readers = Readers(world)
        try:
            await readers._act(number)
        finally:
            readers._thread.close()

    asyncio.run(run())
    assert not world.sent


@pytest.mark.parametrize(
    "fault",
    [
        ConnectionRefusedError("nobody there"),
        smtplib.SMTPRecipientsRefused({"a": (451, b"later")}),
        smtplib.SMTPDataError(452, b"full"),
    ],
    ids=repr,
)
def test_a_report_is_kept_while_the_port_is_away_or_busy_and_sent_later(fault: Exception) -> None:
    mail, world = stored(), World()
    world.fault = fault
    pauses = []
    for _ in range(8):
        make_due()
        act(world)
        row = SimulatedMail.objects.get(pk=mail)
        assert row.act_at
        pauses.append(round((row.act_at - timezone.now()).total_seconds(), -1))
    assert pauses == sorted(pauses)
    assert pauses[-1] == 60
    world.fault = None
    make_due()
    act(world)
    act(world)
    assert len(world.sent) == 1
    assert SimulatedMail.objects.get(pk=mail).act_at is None


def test_a_refusal_for_good_is_not_tried_again() -> None:
    mail, world = stored(), World()
    world.fault = smtplib.SMTPRecipientsRefused({"a": (550, b"no such address")})
    act(world)
    assert SimulatedMail.objects.get(pk=mail).act_at is None


def test_after_five_days_a_reader_gives_up() -> None:
    mail, world = stored(id=first_of(timezone.now() - timedelta(days=6))), World()
    world.fault = ConnectionRefusedError("nobody there")
    act(world)
    assert SimulatedMail.objects.get(pk=mail).act_at is None


def test_an_act_that_a_killed_process_had_begun_is_taken_up_again() -> None:
    class Killed(World):
        def send(self, to: str, raw: bytes) -> None:
            raise SystemExit

    mail = stored()
    with pytest.raises(SystemExit):
        act(Killed())
    row = SimulatedMail.objects.get(pk=mail)
    assert row.act_at
    assert row.act_at > timezone.now()
    make_due()
    world = World()
    act(world)
    assert len(world.sent) == 1


def test_the_real_report_port_gets_the_report_once_it_is_there(settings: object) -> None:
    [settings.INBOUND_PORT] = free_ports(1)  # type: ignore[attr-defined]
    stored()
    act(Outside())
    assert not InboundReport.objects.exists()
    writer: BatchWriter[server.ReceivedReport] = BatchWriter(server.write)
    with served(server.report_port(writer, lambda: None), writer) as number:
        settings.INBOUND_PORT = number  # type: ignore[attr-defined]
        make_due()
        act(Outside())
    assert InboundReport.objects.get().message == 77


def test_a_database_that_is_away_ends_no_reader(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)

    async def run() -> None:
        readers = Readers(World())
        readers.act_on_due = refuse  # type: ignore[method-assign]
        running = asyncio.create_task(readers.run())
        while "readers wait" not in caplog.text:
            assert not running.done()
            await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    async def refuse() -> int:
        raise ConnectionError("the database is away")

    asyncio.run(run())
