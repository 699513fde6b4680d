"""Parsing never crashes, and a mail built to choke it costs seconds at most."""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import signal
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any

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
    made = parsing.Parser(mails.CAPS, cpu_seconds=WAIT_SECONDS, wall_seconds=WAIT_SECONDS)
    yield made
    made.close()


def pid_of(parser: parsing.Parser) -> int:
    assert parser.process
    assert parser.process.pid
    return parser.process.pid


def judged_with(error: Exception, monkeypatch: pytest.MonkeyPatch) -> Report | str:
    def fail(raw: bytes, limits: object, sent: str) -> Report:
        raise error

    monkeypatch.setattr(parsing, "parse", fail)
    return parsing._judged(b"", mails.CAPS, 60, "")


def say_that_memory_is_short(pipe: Connection, *others: object) -> None:
    """Stand in for the parser's program: it has no memory for the mail."""
    pipe.send("ready")
    pipe.recv_bytes()
    pipe.send("MemoryError()")
    pipe.poll(None)


def end_at_once(*arguments: object) -> None:
    """Stand in for the parser's program."""


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


def test_a_mail_that_takes_too_much_of_the_processor_is_not_parsed_and_the_next_is_read() -> None:
    hasty = parsing.Parser(mails.CAPS, cpu_seconds=0.02, wall_seconds=WAIT_SECONDS)
    try:
        report = hasty.parse(mails.dsn().replace(b"It did not work.", b"--B\r\n\r\n" * 15_000))
        assert (report.kind, report.is_parsed) == (ReportKind.UNKNOWN, False)
        assert "processor" in report.diagnostic
        assert hasty.parse(mails.dsn()).kind is ReportKind.BOUNCE
    finally:
        hasty.close()


def test_a_machine_that_stands_still_says_nothing_about_the_mail(parser: parsing.Parser) -> None:
    parser.parse(mails.LETTER)
    parser.wall_seconds = 0.3
    os.kill(pid_of(parser), signal.SIGSTOP)
    with pytest.raises(parsing.ParserKilled):
        parser.parse(mails.dsn())
    parser.wall_seconds = 600
    assert parser.parse(mails.dsn()).kind is ReportKind.BOUNCE


def test_a_parser_that_is_killed_over_a_mail_says_nothing_about_the_mail(parser: parsing.Parser) -> None:
    parser.parse(mails.LETTER)
    os.kill(pid_of(parser), signal.SIGSTOP)
    killing = threading.Timer(0.2, os.kill, (pid_of(parser), signal.SIGKILL))
    killing.start()
    with pytest.raises(parsing.ParserKilled, match="-9"):
        parser.parse(mails.dsn())
    killing.join()
    assert parser.parse(mails.dsn()).kind is ReportKind.BOUNCE


class Interrupted:
    """The parser's pipe, with no memory for one answer, which stays in it."""

    def __init__(self, pipe: Any) -> None:
        self._pipe = pipe

    def recv(self) -> object:
        raise MemoryError

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pipe, name)


def test_an_answer_that_was_not_taken_is_not_given_to_the_next_mail(parser: parsing.Parser) -> None:
    parser.parse(mails.LETTER)
    parser._pipe = Interrupted(parser._pipe)  # type: ignore[assignment]
    with pytest.raises(MemoryError):
        parser.parse(mails.dsn())
    if isinstance(parser._pipe, Interrupted):
        parser._pipe = parser._pipe._pipe
    assert parser.parse(mails.LETTER).kind is ReportKind.UNKNOWN


def test_a_parser_without_memory_for_a_mail_is_not_one_that_was_killed(
    parser: parsing.Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsing, "_work", say_that_memory_is_short)
    with pytest.raises(parsing.ParserEnded, match="MemoryError") as ended:
        parser.parse(mails.dsn())
    assert not isinstance(ended.value, parsing.ParserKilled)


@pytest.mark.parametrize("error", [MemoryError(), OSError(24, "files"), ImportError()])
def test_memory_and_files_that_are_short_say_nothing_about_the_mail(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(judged_with(error, monkeypatch), str)


@pytest.mark.parametrize("error", [RecursionError(), ValueError(), KeyError()])
def test_what_else_a_mail_raises_is_about_the_mail(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    report = judged_with(error, monkeypatch)
    assert isinstance(report, Report)
    assert not report.is_parsed


@pytest.mark.parametrize(
    "error", [OSError(12, "Cannot allocate memory"), OSError(24, "Too many open files"), EOFError()]
)
def test_a_parser_that_cannot_be_started_is_unavailable_and_starts_later(
    error: Exception, parser: parsing.Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(process: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(multiprocessing.context.SpawnProcess, "start", refuse)
        with pytest.raises(parsing.ParserUnavailable):
            parser.parse(mails.dsn())
        with pytest.raises(parsing.ParserUnavailable):
            parser.check()
    parser.check()
    assert parser.parse(mails.dsn()).kind is ReportKind.BOUNCE


def test_a_parser_that_ends_at_its_start_is_unavailable(
    parser: parsing.Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(parsing, "_work", end_at_once)
        with pytest.raises(parsing.ParserUnavailable):
            parser.parse(mails.dsn())
    assert parser.parse(mails.dsn()).kind is ReportKind.BOUNCE


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
