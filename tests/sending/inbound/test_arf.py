"""Spam reports."""

from __future__ import annotations

import pytest

from sending.inbound import arf
from sending.inbound.report import Report, ReportKind, opened
from tests.sending.inbound import mails


def parse(raw: bytes) -> Report | None:
    return arf.parse(opened(raw, mails.CAPS))


def test_a_report_is_a_complaint() -> None:
    assert parse(mails.arf()) == Report(kind=ReportKind.COMPLAINT, action="abuse", diagnostic="Loop/1.0")


@pytest.mark.parametrize("type", [b"not-spam", b"auth-failure", b"dmarc"])
def test_praise_and_technical_notices_are_no_complaints(type: bytes) -> None:
    report = parse(mails.arf(type))
    assert report is not None
    assert report.kind is ReportKind.UNKNOWN


@pytest.mark.parametrize("raw", [mails.dsn(), mails.LETTER, mails.AWAY])
def test_other_mails_are_no_spam_reports(raw: bytes) -> None:
    assert parse(raw) is None
