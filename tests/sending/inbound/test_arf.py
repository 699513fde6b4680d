"""Spam reports."""

from __future__ import annotations

import base64

import pytest

from sending.inbound import arf, parsing
from sending.inbound.report import Report, ReportKind, opened
from tests.sending.inbound import mails


def parse(raw: bytes) -> Report | None:
    return arf.parse(opened(raw, mails.CAPS))


def kind_of(type: bytes) -> ReportKind:
    report = parse(mails.arf(type))
    assert report is not None
    return report.kind


def test_a_report_is_a_complaint() -> None:
    assert parse(mails.arf()) == Report(kind=ReportKind.COMPLAINT, action="abuse", diagnostic="Loop/1.0")


@pytest.mark.parametrize("type", [b"abuse", b"fraud", b"virus", b"other", b"Abuse", b"abuse (a comment)"])
def test_who_says_that_a_mail_does_harm_complains(type: bytes) -> None:
    assert kind_of(type) is ReportKind.COMPLAINT


@pytest.mark.parametrize("type", [b"opt-out", b"opt-out-list", b"Opt-Out", b"OPT-OUT; x"])
def test_who_opts_out_unsubscribes_and_complains_of_nothing(type: bytes) -> None:
    assert kind_of(type) is ReportKind.OPT_OUT


@pytest.mark.parametrize("type", [b"not-spam", b"auth-failure", b"Auth-Failure", b"dmarc", b"opt", b"abuse-not", b"x"])
def test_praise_technical_notices_and_unknown_types_say_nothing_against_anybody(type: bytes) -> None:
    assert kind_of(type) is ReportKind.UNKNOWN


@pytest.mark.parametrize(
    "type",
    [
        b"(a comment) abuse",
        b"(one (in another)) abuse (and more)",
        b"(%s) abuse" % (b"x" * 60),
        b"\r\n abuse",
        b"\r\n\tABUSE",
        b'"abuse"',
        b"abuse\r\nFeedback-Type: Abuse",
        b"opt-out\r\nFeedback-Type: abuse",
    ],
)
def test_a_type_is_read_without_comments_folds_and_quotes(type: bytes) -> None:
    assert kind_of(type) is ReportKind.COMPLAINT


@pytest.mark.parametrize("type", [b"", b"(abuse)", b"abuse\r\nFeedback-Type: not-spam", b"=?utf-8?q?abuse?="])
def test_without_one_type_that_is_known_nobody_said_anything(type: bytes) -> None:
    assert kind_of(type) is ReportKind.UNKNOWN


def test_a_report_without_a_type_is_no_bounce_either() -> None:
    raw = mails.arf().replace(b"Feedback-Type: abuse\r\n", b"").replace(b"feedback@", b"postmaster@")
    raw = raw.replace(b"A complaint.", b"550 5.1.1 User unknown")
    assert parsing.parse(raw, mails.CAPS).kind is ReportKind.UNKNOWN


@pytest.mark.parametrize(
    "raw",
    [
        mails.arf()[: mails.arf().index(b"--B\r\nContent-Type: message/rfc822")] + b"--B--\r\n",
        mails.arf().replace(b"message/feedback-report", b"Message/Feedback-Report; charset=us-ascii"),
        b"Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n",
    ],
)
def test_a_report_needs_no_copy_of_the_mail_and_no_container(raw: bytes) -> None:
    assert parsing.parse(raw, mails.CAPS).kind is ReportKind.COMPLAINT


def test_fields_that_came_encoded_are_read() -> None:
    fields = b"Feedback-Type: abuse\r\nUser-Agent: Loop/1.0\r\nVersion: 1\r\n"
    head = b"message/feedback-report\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    raw = mails.arf().replace(b"message/feedback-report\r\n\r\n" + fields, head + base64.encodebytes(fields))
    assert b"Feedback-Type" not in raw
    assert parse(raw) == Report(kind=ReportKind.COMPLAINT, action="abuse", diagnostic="Loop/1.0")


@pytest.mark.parametrize("raw", [mails.dsn(), mails.LETTER, mails.AWAY])
def test_other_mails_are_no_spam_reports(raw: bytes) -> None:
    assert parse(raw) is None
