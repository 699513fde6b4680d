"""Whatever a host says, wherever it says it: every mail has a result, and none is delivered or final by mistake."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sending.smtp.bounce_class import BounceClass
from sending.smtp.codes import is_due
from sending.smtp.replies import OutcomeKind, classify
from sending.smtp.result import Failure, SmtpResult
from tests.sending.smtp.scripted import PLACES, Script, send_by

# What a host needs to be asked at all at this place.
NEEDED = {"helo": {"ehlo": b"502 no\r\n"}, "rset": {"rcpt": b"450 not this one\r\n"}}
BOTH = pytest.mark.parametrize("extensions", [("PIPELINING", "STARTTLS"), ("STARTTLS",)])


async def say(place: str, reply: bytes, extensions: tuple[str, ...], **script: Any) -> tuple[SmtpResult, Script]:
    """Return the result of the mail that meets `reply` at `place`, and the host."""
    host = Script({**NEEDED.get(place, {}), place: reply}, extensions, **script)
    results = await send_by(host, *(["first@a.test"] if place == "rset" else []), "ada@a.test", user="me")
    return results[-1], host


def talk(place: str, reply: bytes, extensions: tuple[str, ...], **script: Any) -> tuple[SmtpResult, Script]:
    return asyncio.run(say(place, reply, extensions, **script))


def check(smtp_result: SmtpResult, host: Script) -> OutcomeKind:
    """Check what holds for every result."""
    outcome = classify(smtp_result)
    assert smtp_result.text
    assert smtp_result.host
    assert (outcome.kind is OutcomeKind.DELIVERED) <= (host.taken[-1:] == ["ada@a.test"])
    assert (outcome.kind is OutcomeKind.BOUNCED) <= (
        500 <= smtp_result.code < 600 and smtp_result.stage in {"rcpt", "data", "body"}
    )
    assert (smtp_result.failure is Failure.PROTOCOL) <= (outcome.bounce_class is BounceClass.PROTOCOL_ERRORS)
    return outcome.kind


def expected(place: str, code: int) -> OutcomeKind:
    if is_due(place, code) and place != "starttls":
        return OutcomeKind.DELIVERED
    if (place == "starttls" and 400 <= code < 600 and code != 421) or (place == "ehlo" and code in {500, 502, 504}):
        # The session goes on without it.
        return OutcomeKind.DELIVERED
    if 500 <= code < 600 and place in {"rcpt", "data", "body"}:
        return OutcomeKind.BOUNCED
    return OutcomeKind.DEFERRED


@BOTH
@pytest.mark.parametrize("place", PLACES)
def test_every_code_at_every_place(place: str, extensions: tuple[str, ...]) -> None:
    async def say_all() -> None:
        for code in range(1000):
            if place == "starttls" and code == 220:
                # Then a handshake begins.
                continue
            for reply in (b"%03d so it is\r\n" % code, b"%03d-so\r\n%03d it is\r\n" % (code, code)):
                smtp_result, host = await say(place, reply, extensions)
                kind = check(smtp_result, host)
                assert kind is expected(place, code), (place, code)
                assert f"S: {code:03d} so it is" in smtp_result.conversation, (place, code)
                if kind is OutcomeKind.DEFERRED and not 400 <= code < 600:
                    assert smtp_result.failure is Failure.PROTOCOL
                    assert smtp_result.text == f"protocol error ({code:03d} so it is)"

    asyncio.run(say_all())


MALFORMED = [
    b"\r\n",
    b"ok\r\n",
    b"25\r\n",
    b"2500 ok\r\n",
    b"250\tok\r\n",
    b" 250 ok\r\n",
    b"-250 ok\r\n",
    b"250_ok\r\n",
    b"\x00250 ok\r\n",
    b"2\x0050 ok\r\n",
    "２５０ ok\r\n".encode(),
    "²50 ok\r\n".encode(),
    b"\xff\xfe\xfd\r\n",
    b"250-ok\r\n550 no\r\n",
    b"550-no\r\n250 ok\r\n",
    b"250-ok\r\nok\r\n",
    b"\r\n\r\n250 ok\r\n",
    b"HTTP/1.1 400 Bad Request\r\n",
    b"250-" + b"x" * 70_000 + b"\r\n",
    b"x" * 70_000,
    b"250-\r\n" * 20_000,
    b"250 ok\r\n" * 50,
]


@BOTH
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("line", MALFORMED)
def test_malformed_lines_are_protocol_errors(line: bytes, place: str, extensions: tuple[str, ...]) -> None:
    smtp_result, host = talk(place, line, extensions)
    kind = check(smtp_result, host)
    if line.startswith(b"250 ok") and place == "body":
        # The first of the many was the answer.
        assert kind is OutcomeKind.DELIVERED
    else:
        assert smtp_result.failure is Failure.PROTOCOL
        assert kind is OutcomeKind.DEFERRED


odd = st.one_of(
    st.binary(max_size=60),
    st.lists(
        st.sampled_from(
            [b"250 ok\r\n", b"250-ok\r\n", b"550 5.1.1 no\r\n", b"550-no\r\n", b"354 go\r\n", b"421 bye\r\n", b"\n"]
            + [b"250", b"\r", b"999 what\r\n", b"000 nothing\r\n", b"150 wait\n", b"250 \xc3\xa9\x00\r\n"]
        ),
        max_size=4,
    ).map(b"".join),
)


@settings(max_examples=600, deadline=None)
@given(odd, st.sampled_from(PLACES), st.booleans())
def test_no_reply_breaks_the_client(reply: bytes, place: str, pipelining: bool) -> None:
    """The host hangs up after it, so that an unfinished reply ends as well."""
    smtp_result, host = talk(place, reply, ("PIPELINING",) if pipelining else (), hangs_up=True)
    check(smtp_result, host)


EXTRA = [b"250 again\r\n", b"354 again\r\n", b"550 5.1.1 again\r\n", b"220 again\r\n", b"999 again\r\n"]


@BOTH
@pytest.mark.parametrize("extra", EXTRA)
@pytest.mark.parametrize("place", ["greeting", "ehlo", "mail", "rcpt", "data"])
def test_an_extra_reply_never_answers_for_another_command(
    place: str, extra: bytes, extensions: tuple[str, ...]
) -> None:
    usual = {"greeting": b"220 a\r\n", "ehlo": b"250-a\r\n250 PIPELINING\r\n", "data": b"354 go\r\n"}
    smtp_result, host = talk(place, usual.get(place, b"250 ok\r\n") + extra, extensions)
    assert check(smtp_result, host) is OutcomeKind.DEFERRED
    assert host.taken == []


@BOTH
@pytest.mark.parametrize("extra", EXTRA)
def test_an_extra_reply_after_a_mail_is_no_answer_to_the_next(extra: bytes, extensions: tuple[str, ...]) -> None:
    host = Script({"body": b"250 taken\r\n" + extra}, extensions)
    results = asyncio.run(send_by(host, "first@a.test", "second@a.test"))
    assert [result.code for result in results] == [250]
    assert host.taken == ["first@a.test"]


@BOTH
def test_a_host_that_ends_the_session_after_a_refusal_has_refused(extensions: tuple[str, ...]) -> None:
    smtp_result, host = talk("rcpt", b"550 5.1.1 no\r\n421 4.7.0 too many errors\r\n", extensions)
    assert check(smtp_result, host) is OutcomeKind.BOUNCED
    smtp_result, host = talk("rcpt", b"550 5.1.1 no\r\n", extensions, hangs_up=True)
    assert check(smtp_result, host) is OutcomeKind.BOUNCED


@BOTH
def test_a_host_that_goes_down_says_so_unasked_and_breaks_no_rule(extensions: tuple[str, ...]) -> None:
    """RFC 5321 3.8: 421 may come at any time; it is the reply to what was asked last."""
    ehlo = b"".join([b"250-a\r\n", *(b"250-%s\r\n" % name.encode() for name in extensions), b"250 HELP\r\n"])
    smtp_result, host = talk("ehlo", ehlo + b"421 4.3.2 going down\r\n", extensions)
    assert (smtp_result.code, smtp_result.enhanced) == (421, "4.3.2")
    assert check(smtp_result, host) is OutcomeKind.DEFERRED


@pytest.mark.parametrize("place", ["mail", "rset"])
def test_a_recipient_who_was_not_refused_gets_no_empty_mail(place: str) -> None:
    smtp_result, host = talk(place, b"550 5.7.1 not you\r\n", ("PIPELINING",))
    assert check(smtp_result, host) is OutcomeKind.DEFERRED
    assert host.taken == []
    assert host.lines[-1] == "DATA"


def test_an_acceptance_before_the_mail_was_sent_delivers_nothing() -> None:
    smtp_result, host = talk("body", b"250 taken\r\n", (), buffered=100)
    assert check(smtp_result, host) is OutcomeKind.DEFERRED
    smtp_result, host = talk("body", b"552 5.3.4 too big\r\n", (), buffered=100)
    assert check(smtp_result, host) is OutcomeKind.BOUNCED
