"""The client against a real server that behaves, and against ones that do not."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sending.smtp.client import Connection, NotOpen
from sending.smtp.data import stuff
from sending.smtp.dialogue import Timing
from sending.smtp.host import Host
from sending.smtp.result import Failure, SmtpResult
from tests.sending.smtp.sink import DROP, SILENT, Sink, serve
from tests.waiting import WAIT_SECONDS

MAIL = b"Subject: x\r\n\r\nHello\r\n"
PATIENT = Timing(connect=WAIT_SECONDS, reply=WAIT_SECONDS, final=WAIT_SECONDS)
# Gives up where the first or the last reply never comes: no honest one is waited for so shortly.
NO_GREETING = Timing(connect=WAIT_SECONDS, reply=0.1, final=WAIT_SECONDS)
NO_FINAL_REPLY = Timing(connect=WAIT_SECONDS, reply=WAIT_SECONDS, final=0.1)


def conversation(sink: Sink, act: Callable[[Connection], Awaitable[Any]], timing: Timing = PATIENT, **host: Any) -> Any:
    async def run() -> Any:
        async with serve(sink) as port:
            connection = await Connection.open(Host("sink", "127.0.0.1", port, **host), "me.test", timing)
            try:
                return await act(connection)
            finally:
                await connection.close()

    return asyncio.run(run())


def send_one(sink: Sink, mail: bytes = MAIL, timing: Timing = PATIENT) -> SmtpResult:
    async def act(connection: Connection) -> SmtpResult:
        return await connection.send("b@s.test", "ada@a.test", stuff(mail))

    return conversation(sink, act, timing)


def send_twice(sink: Sink) -> list[SmtpResult]:
    async def act(connection: Connection) -> list[SmtpResult]:
        return [await connection.send("b@s.test", to, stuff(MAIL)) for to in ("one@a.test", "two@a.test")]

    return conversation(sink, act)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([b".", b"..", b".x", b"x.", b"", b"\t", b". ", b"...."]), max_size=8))
def test_dots_survive_the_trip(lines: list[bytes]) -> None:
    mail = b"".join(line + b"\r\n" for line in lines)
    sink = Sink()
    assert send_one(sink, mail).code == 250
    assert sink.mails[0].raw == mail


@pytest.mark.parametrize("bad", [b"a\rb\r\n", b"a\nb\r\n", b"\r\n.\r.\r\n", b"a\0\r\n", b"\r\n.\n", b"\n\r"])
def test_bare_line_ends_and_nul_never_leave(bad: bytes) -> None:
    with pytest.raises(ValueError, match="bare CR"):
        stuff(bad)


def test_a_mail_is_sent_in_three_round_trips_and_the_conversation_kept() -> None:
    sink = Sink()
    done = send_one(sink)
    assert (done.code, done.enhanced, done.stage) == (250, "2.0.0", "body")
    assert sink.lines == ["EHLO me.test", "MAIL FROM:<b@s.test>", "RCPT TO:<ada@a.test>", "DATA", "QUIT"]
    assert "C: RCPT TO:<ada@a.test>\nS: 250 2.1.5 ok" in done.conversation
    assert "Hello" not in done.conversation
    assert re.fullmatch(r"sink \[127\.0\.0\.1\]:\d+", done.host)


@pytest.mark.parametrize("extensions", [("PIPELINING",), ()])
def test_a_session_is_used_again_without_reset(extensions: tuple[str, ...]) -> None:
    sink = Sink(extensions=extensions)
    assert [done.code for done in send_twice(sink)] == [250, 250]
    assert sink.connections == 1
    assert "RSET" not in sink.lines


@pytest.mark.parametrize("extensions", [("PIPELINING",), ()])
@pytest.mark.parametrize(("point", "stage"), [("mail", "mail"), ("rcpt", "rcpt"), ("data", "data"), ("body", "body")])
def test_a_refusal_is_told_with_its_stage_and_the_next_mail_goes(
    point: str, stage: str, extensions: tuple[str, ...]
) -> None:
    answers = iter(["550 5.1.1 no such user"])
    sink = Sink({point: lambda about: next(answers, "")}, extensions=extensions)
    first, second = send_twice(sink)
    assert (first.code, first.enhanced, first.stage) == (550, "5.1.1", stage)
    assert second.code == 250
    assert [mail.recipient for mail in sink.mails] == ["two@a.test"]


def test_a_server_that_wants_data_although_it_refused_the_recipient_gets_an_empty_mail() -> None:
    answers = iter(["550 5.1.1 no", ""])
    sink = Sink({"rcpt": lambda about: next(answers, ""), "data": "354 go"})
    first, second = send_twice(sink)
    assert first.enhanced == "5.1.1"
    assert second.code == 250
    assert [mail.recipient for mail in sink.mails] == ["two@a.test"]


@pytest.mark.parametrize(
    ("answers", "failure", "stage"),
    [
        ({"body": DROP}, Failure.LOST, "body"),
        ({"mail": DROP}, Failure.LOST, "mail"),
        ({"data": "hello there"}, Failure.PROTOCOL, "data"),
    ],
)
def test_lost_connections_are_told(answers: dict[str, Any], failure: Failure, stage: str) -> None:
    done = send_one(Sink(answers, extensions=()))
    assert (done.code, done.failure, done.stage) == (0, failure, stage)
    assert done.text


def test_silence_after_the_mail_is_told() -> None:
    done = send_one(Sink({"body": SILENT}), timing=NO_FINAL_REPLY)
    assert (done.code, done.failure, done.stage) == (0, Failure.TIMEOUT, "body")
    assert done.text


def test_silence_after_a_command_is_told() -> None:
    sink = Sink({"rcpt": SILENT}, extensions=())

    class Timed:
        """Gives up at the recipient, the first command that is not answered."""

        connect = final = WAIT_SECONDS

        @property
        def reply(self) -> float:
            return 0.1 if "MAIL FROM:<b@s.test>" in sink.lines else WAIT_SECONDS

    done = send_one(sink, timing=Timed())
    assert (done.code, done.failure, done.stage) == (0, Failure.TIMEOUT, "rcpt")


def test_a_host_that_never_greets_is_given_up() -> None:
    with pytest.raises(NotOpen) as refused:
        send_one(Sink({"greeting": SILENT}), timing=NO_GREETING)
    assert (refused.value.smtp_result.code, refused.value.smtp_result.failure) == (0, Failure.TIMEOUT)


@pytest.mark.parametrize(
    ("answers", "code", "failure"),
    [
        ({"greeting": "554 bye no service"}, 554, Failure.NONE),
        ({"greeting": "421 4.3.2 busy"}, 421, Failure.NONE),
        ({"greeting": DROP}, 0, Failure.LOST),
        ({"greeting": "220-" + "x" * 70_000}, 0, Failure.PROTOCOL),
        ({"ehlo": "550 5.7.1 who are you"}, 550, Failure.NONE),
    ],
)
def test_a_host_that_does_not_open_says_why(answers: dict[str, Any], code: int, failure: Failure) -> None:
    with pytest.raises(NotOpen) as refused:
        send_one(Sink(answers))
    assert (refused.value.smtp_result.code, refused.value.smtp_result.failure) == (code, failure)


def test_nobody_there_is_told() -> None:
    with pytest.raises(NotOpen) as refused:
        asyncio.run(Connection.open(Host("none", "127.0.0.1", 1), "me.test", PATIENT))
    assert refused.value.smtp_result.failure is Failure.CONNECT


def test_421_ends_the_session() -> None:
    async def act(connection: Connection) -> bool:
        await connection.send("b@s.test", "ada@a.test", stuff(MAIL))
        return connection.is_usable

    assert conversation(Sink({"rcpt": "421 4.7.0 too many"}), act) is False


def test_an_old_server_gets_helo() -> None:
    sink = Sink({"ehlo": "502 5.5.1 no"})
    assert send_one(sink).code == 250
    assert "HELO me.test" in sink.lines


def test_control_characters_in_a_reply_never_reach_the_log() -> None:
    done = send_one(Sink({"body": "550 5.7.1 a\x1b[31mb\x00c\u2028d"}))
    assert not re.search("[\x00-\x09\x0b-\x1f\u2028]", done.text + done.conversation)


def test_tls_is_taken_where_offered_whatever_the_certificate_says(context: ssl.SSLContext) -> None:
    sink = Sink(context=context)
    done = send_one(sink)
    assert done.code == 250
    assert done.tls.startswith("TLSv1.")
    assert sink.lines[:3] == ["EHLO me.test", "STARTTLS", "EHLO me.test"]


def test_a_failed_handshake_is_followed_by_one_clear_text_session(context: ssl.SSLContext) -> None:
    sink = Sink({"starttls": "220 go"}, context=context)
    done = send_one(sink)
    assert (done.code, done.tls) == (250, "")
    assert sink.connections == 2
    assert sink.lines.count("STARTTLS") == 1


def test_starttls_refused_by_a_reply_goes_on_in_clear_text(context: ssl.SSLContext) -> None:
    sink = Sink({"starttls": "454 4.7.0 not now"}, context=context)
    assert send_one(sink).code == 250
    assert sink.connections == 1


def test_a_password_leaves_only_for_a_relay_and_is_not_in_the_conversation() -> None:
    async def act(connection: Connection) -> SmtpResult:
        return await connection.send("b@s.test", "ada@a.test", stuff(MAIL))

    sink = Sink()
    done = conversation(sink, act, user="me", password="secret-word")
    assert done.code == 250
    assert any(line.startswith("AUTH PLAIN ") for line in sink.lines)
    assert "secret-word" not in done.conversation
    assert "AUTH PLAIN (not shown)" in done.conversation


def test_a_relay_that_refuses_the_password_opens_no_session() -> None:
    async def act(connection: Connection) -> None:
        raise AssertionError

    with pytest.raises(NotOpen) as refused:
        conversation(Sink({"auth": "535 5.7.8 wrong"}), act, user="me", password="x")
    assert (refused.value.smtp_result.code, refused.value.smtp_result.stage) == (535, "auth")
