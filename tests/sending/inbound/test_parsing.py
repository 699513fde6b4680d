"""Parsing never crashes, and a mail built to choke it costs seconds at most."""

from __future__ import annotations

import os
import random
import resource
import signal
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sending.inbound import parsing
from sending.inbound.report import Report, ReportKind
from tests.sending.inbound import mails
from tests.waiting import WAIT_SECONDS

SEEDS = [mails.dsn(), mails.arf(), mails.PROSE, mails.AWAY, mails.LETTER]
BOMBS = {
    "brackets": b"To: " + b"(" * 50_000 + b"\r\n\r\n",
    "encoded words": b"Subject: " + b"=?utf-8?q?=41?= " * 6_000 + b"\r\n\r\n",
    "addresses": b"To: " + b"a@b.test, " * 9_000 + b"\r\n\r\n",
    "parameters": b"Content-Type: multipart/report" + b"; a*0=b" * 12_000 + b"\r\n\r\n",
    "nested": b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(900)),
    "mails in mails": b"Content-Type: message/rfc822\r\n\r\n" * 90,
    "no line ends": b"\r\n\r\n" + b"5" * 900_000,
    "digits and dots": b"From: MAILER-DAEMON@x\r\nSubject: failure notice\r\n\r\n" + b"550 5.1" * 100_000,
    "one line of codes": b"From: MAILER-DAEMON@x\r\n\r\n" + b"4" * 400_000 + b" 550",
    "status": mails.dsn(status=b"5." * 40_000),
}


@pytest.fixture
def parser() -> Iterator[parsing.Parser]:
    made = parsing.Parser(mails.CAPS, seconds=WAIT_SECONDS)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (mails.dsn(), ReportKind.BOUNCE),
        (mails.dsn(b"delayed", b"4.0.0"), ReportKind.DELAY),
        (mails.arf(), ReportKind.COMPLAINT),
        (mails.PROSE, ReportKind.BOUNCE),
        (mails.AWAY, ReportKind.REPLY),
        (mails.LETTER, ReportKind.UNKNOWN),
        (b"", ReportKind.UNKNOWN),
    ],
)
def test_each_mail_gets_its_kind(raw: bytes, kind: ReportKind) -> None:
    assert parsing.parse(raw, mails.CAPS).kind is kind


def test_mutants_never_crash() -> None:
    chance = random.Random(23)
    for _ in range(3_000):
        raw = bytearray(chance.choice(SEEDS))
        for _ in range(chance.randrange(1, 12)):
            at = chance.randrange(len(raw))
            match chance.randrange(4):
                case 0:
                    raw[at] = chance.randrange(256)
                case 1:
                    del raw[at : at + chance.randrange(1, 30)]
                    raw = raw or bytearray(b"x")
                case 2:
                    other = chance.choice(SEEDS)
                    start = chance.randrange(len(other))
                    raw[at:at] = other[start : start + chance.randrange(1, 80)]
                case _:
                    raw[at:at] = raw[: chance.randrange(len(raw))]
        assert isinstance(parsing.parse(bytes(raw), mails.CAPS), Report)


@given(st.binary(max_size=2_000))
def test_any_bytes_are_a_report_of_some_kind(raw: bytes) -> None:
    assert isinstance(parsing.parse(raw, mails.CAPS), Report)


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_defused(name: str, parser: parsing.Parser) -> None:
    parser.parse(mails.LETTER)
    child = parser.process
    parser.parse(BOMBS[name])
    # The process that read it lives on: it was neither given up nor killed by its memory limit.
    assert child is not None
    assert parser.process is child
    assert child.is_alive()


def test_the_parser_has_a_limit_of_memory(parser: parsing.Parser) -> None:
    parser.parse(mails.LETTER)
    assert parser.process
    assert parser.process.pid
    assert resource.prlimit(parser.process.pid, resource.RLIMIT_AS) == (parsing.MAX_MEMORY, parsing.MAX_MEMORY)


def test_a_mail_that_takes_too_long_is_given_up_and_the_next_is_read() -> None:
    hasty = parsing.Parser(mails.CAPS, seconds=WAIT_SECONDS)
    try:
        hasty.parse(mails.LETTER)
        hasty.seconds = 0.3
        assert hasty.process
        assert hasty.process.pid
        os.kill(hasty.process.pid, signal.SIGSTOP)
        report = hasty.parse(mails.dsn())
        assert report.kind is ReportKind.UNKNOWN
        assert "longer" in report.diagnostic
        hasty.seconds = WAIT_SECONDS
        assert hasty.parse(mails.dsn()).kind is ReportKind.BOUNCE
    finally:
        hasty.close()


def test_a_parser_that_was_killed_is_replaced(parser: parsing.Parser) -> None:
    parser.parse(mails.LETTER)
    assert parser.process
    parser.process.kill()
    parser.process.join()
    assert parser.parse(mails.dsn()).kind is ReportKind.BOUNCE


def test_after_stop_nothing_is_judged(parser: parsing.Parser) -> None:
    parser.parse(mails.LETTER)
    parser.stop()
    with pytest.raises(parsing.Stopped):
        parser.parse(mails.dsn())
