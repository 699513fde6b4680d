"""What a mail says itself, apart from what we wrote and it repeats."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.mail.text import NOT_IN_LINE
from sending.inbound import own_words
from sending.inbound.report import opened
from tests.sending.inbound import mails

SENT = "Delivery status of your order A-1"


def subject(value: str, *, sent: str = SENT, charset: str = "utf-8") -> str:
    head = b"Subject: " + mails.encoded(value, charset)
    return own_words.subject(opened(head + b"\r\n\r\nx", mails.CAPS), sent)


def text(body: str, *, type: str = "text/plain", sent: str = "") -> str:
    head = f"Content-Type: {type}; charset=utf-8\r\n\r\n"
    return own_words.text(opened((head + body).encode(), mails.CAPS), sent).strip()


@pytest.mark.parametrize(
    ("value", "own"),
    [
        (f"Auto: {SENT}", "Auto"),
        (SENT, ""),
        (f"RE: {SENT.upper()}", "RE"),
        (f"自动回复：{SENT}", "自动回复"),
        (f"Ann is away ({SENT})", "Ann is away ( )"),
        (f"Undeliverable: {SENT}", "Undeliverable"),
        ("Undeliverable: something else", "Undeliverable"),
        ("Warning: could not send message for past 4 hours", "could not send message for past 4 hours"),
        ("[SPAM] ***** failure notice", "[SPAM] ***** failure notice"),
        ("Mail delivery failed: returning message to sender", "Mail delivery failed"),
        ("", ""),
    ],
)
def test_a_subjects_own_words_stand_before_its_first_colon_and_are_not_ours(value: str, own: str) -> None:
    assert subject(value) == own


@given(
    # A subject of ours is one line.
    st.text(min_size=1, max_size=60).filter(lambda sent: "=?" not in sent and not NOT_IN_LINE.search(sent)),
    st.sampled_from(["Auto: ", "Re: ", "自动回复：", "Read: ", "", "[#55] "]),
)
def test_nothing_of_our_subject_is_its_own(sent: str, prefix: str) -> None:
    assert subject(prefix + sent, sent=sent) == subject(prefix)


def test_a_short_subject_of_ours_is_not_cut_out_of_words() -> None:
    assert subject("Mail delivery failed: a", sent="a") == "Mail delivery failed"
    assert subject("Undeliverable: Undeliverable", sent="Undeliverable") == "Undeliverable"


@pytest.mark.parametrize(
    "copy",
    [
        "> quoted",
        ">> quoted twice",
        "----- Original Message -----\r\nquoted",
        "------ This is a copy of the message, including all the headers. ------\r\nquoted",
        "--- Below this line is a copy of the message.\r\n\r\nquoted",
        "   ----- Unsent message follows -----\r\nquoted",
        "------------------ 原始邮件 ------------------\r\nquoted",
        "On Sat, 28 Nov 2026 at 10:00, Shop <shop@example.test> wrote:\r\nquoted",
        "Am 28.11.2026 um 10:00 schrieb Shop:\r\nquoted",
        "Shop <shop@example.test> 于2026年11月28日写道：\r\nquoted",
        "Received: from a by b; Sat, 28 Nov 2026\r\nquoted",
        "Return-Path: <shop@example.test>\r\nquoted",
    ],
)
def test_quotes_and_the_returned_copy_are_not_its_own(copy: str) -> None:
    assert text(f"I am away.\r\n\r\n{copy}\r\n") == "I am away."


@pytest.mark.parametrize(
    "line",
    [
        "   ----- The following addresses had permanent fatal errors -----",
        "   ----- Transcript of session follows -----",
        ">>> RCPT TO:<ann@example.net>",
        "<<< 550 5.1.1 User unknown",
        "The original message was received at Thu, 29 Apr 2011",
        "On the other hand it failed",
    ],
)
def test_a_programs_own_lines_are_kept(line: str) -> None:
    assert text(f"{line}\r\nmore") == f"{line.strip()}\nmore"


def test_the_text_of_a_page_is_read_without_its_quotes_and_its_style() -> None:
    body = (
        "<html><style>p { color: failed }</style><p>The mail was <b>re</b>jected&#58;</p>"
        "<blockquote><p>ours</p></blockquote><p>550 &lt;a@x.test&gt;</p></html>"
    )
    assert text(body, type="text/html").split() == ["The", "mail", "was", "rejected:", "550", "<a@x.test>"]


def test_our_subject_in_its_text_is_not_its_own() -> None:
    assert text(f"Your mail “{SENT}” will be read.", sent=SENT) == "Your mail “ ” will be read."


def test_a_copy_is_a_part_or_a_head_in_the_text_and_no_quote() -> None:
    part = mails.dsn()
    assert own_words.has_copy(opened(part, mails.CAPS))
    assert own_words.has_copy(opened(b"\r\nfailed\r\nReceived: from a by b; x\r\n", mails.CAPS))
    assert not own_words.has_copy(opened(b"\r\nAway.\r\n> Received: from a\r\nOn Monday, x wrote:\r\n", mails.CAPS))


@given(st.text(max_size=400), st.text(max_size=40))
def test_any_text_has_words_of_its_own(body: str, sent: str) -> None:
    for type in ("text/plain", "text/html", "multipart/mixed"):
        text(body.encode("utf-8", "replace").decode(), type=type, sent=sent)
