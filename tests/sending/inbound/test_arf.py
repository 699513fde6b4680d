"""Spam reports."""

from __future__ import annotations

import pytest

from sending.inbound import arf
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


@pytest.mark.parametrize("raw", [mails.dsn(), mails.LETTER, mails.AWAY])
def test_other_mails_are_no_spam_reports(raw: bytes) -> None:
    assert parse(raw) is None
