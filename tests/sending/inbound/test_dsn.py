"""Delivery reports, by the standard and by habit."""

from __future__ import annotations

import pytest

from sending.inbound import dsn
from sending.inbound.report import Report, ReportKind, opened
from tests.sending.inbound import mails


def parse(raw: bytes) -> Report | None:
    return dsn.parse(opened(raw, mails.CAPS))


def test_a_standard_report_gives_status_diagnostic_and_action() -> None:
    assert parse(mails.dsn()) == Report(
        kind=ReportKind.BOUNCE, status="5.1.1", diagnostic="550 5.1.1 No such user", action="failed"
    )


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (b"failed", ReportKind.BOUNCE),
        (b"Failed (bad address)", ReportKind.BOUNCE),
        (b"delayed", ReportKind.DELAY),
        (b"delivered", ReportKind.UNKNOWN),
        (b"relayed", ReportKind.UNKNOWN),
        (b"expanded", ReportKind.UNKNOWN),
    ],
)
def test_the_action_decides(action: bytes, kind: ReportKind) -> None:
    report = parse(mails.dsn(action=action, status=b"5.0.0"))
    assert report is not None
    assert report.kind is kind


def test_a_failed_report_with_a_temporary_status_is_still_a_bounce() -> None:
    report = parse(mails.dsn(status=b"4.4.7", words=b"400 4.4.7 time ran out"))
    assert report is not None
    assert (report.kind, report.status) == (ReportKind.BOUNCE, "4.4.7")


def test_an_unknown_action_is_judged_by_its_status() -> None:
    report = parse(mails.dsn(action=b"wobbled", status=b"4.2.0"))
    assert report is not None
    assert report.kind is ReportKind.DELAY


def test_of_several_recipients_the_failed_one_counts() -> None:
    second = b"\r\nFinal-Recipient: rfc822; bob@example.net\r\nAction: failed\r\nStatus: 5.2.2\r\n\r\n--B\r\n"
    raw = mails.dsn(action=b"delayed", status=b"4.0.0").replace(
        b"\r\n--B\r\nContent-Type: message/rfc822", second + b"Content-Type: message/rfc822"
    )
    report = parse(raw)
    assert report is not None
    assert (report.kind, report.status) == (ReportKind.BOUNCE, "5.2.2")


def test_the_international_form_is_read_too() -> None:
    report = parse(mails.dsn().replace(b"message/delivery-status", b"message/global-delivery-status"))
    assert report is not None
    assert report.status == "5.1.1"


def test_a_status_inside_the_returned_mail_counts_for_nothing() -> None:
    inner = mails.dsn(status=b"5.1.1")
    outer = b'Content-Type: multipart/mixed; boundary="O"\r\n\r\n--O\r\nContent-Type: message/rfc822\r\n\r\n' + inner
    assert parse(outer + b"\r\n--O--\r\n") is None


def test_prose_gives_the_line_with_the_reply() -> None:
    report = parse(mails.PROSE)
    assert report == Report(
        kind=ReportKind.BOUNCE, status="5.1.1", diagnostic="Remote host said: 550 5.1.1 User unknown", action="failed"
    )


def test_prose_that_still_tries_is_a_delay() -> None:
    report = parse(mails.PROSE.replace(b"I could not", b"I will keep trying to") + b"451 4.3.0 later\r\n")
    assert report is not None
    assert report.kind is ReportKind.DELAY


@pytest.mark.parametrize("raw", [mails.AWAY, mails.LETTER])
def test_other_mails_are_no_delivery_reports(raw: bytes) -> None:
    assert parse(raw) is None


@pytest.mark.parametrize(
    "head",
    [
        b"Auto-Submitted: auto-replied",
        b"Auto-Submitted: auto-generated; x=y",
        b"X-Autoreply: yes",
        b"Precedence: auto_reply",
        b"Subject: Out of office until May",
        b"Subject: Automatic reply: x",
    ],
)
def test_an_automatic_reply_is_known_by_its_headers(head: bytes) -> None:
    assert dsn.is_auto_reply(opened(head + b"\r\n\r\nx\r\n", mails.CAPS))


def test_a_letter_is_no_automatic_reply() -> None:
    assert not dsn.is_auto_reply(opened(b"Auto-Submitted: no\r\nSubject: hi\r\n\r\nx", mails.CAPS))
