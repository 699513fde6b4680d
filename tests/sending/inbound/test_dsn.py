"""Delivery reports, by the standard and by habit."""

from __future__ import annotations

import base64

import pytest

from sending.inbound import dsn
from sending.inbound.report import Report, ReportKind, opened
from sending.smtp.replies import classify_report
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


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [
        (b"wobbled", b"4.2.0", ReportKind.DELAY),
        (b"wobbled", b"5.1.1", ReportKind.BOUNCE),
        (b"success", b"2.0.0", ReportKind.UNKNOWN),
        (b"delivered(to the mailbox)", b"5.0.0", ReportKind.UNKNOWN),
        (b"(again) delayed", b"5.0.0", ReportKind.DELAY),
        (b"\r\n failed", b"5.1.1", ReportKind.BOUNCE),
    ],
)
def test_an_unknown_action_is_judged_by_its_status_and_a_known_one_without_its_comments(
    action: bytes, status: bytes, kind: ReportKind
) -> None:
    report = parse(mails.dsn(action=action, status=status))
    assert report is not None
    assert report.kind is kind


def on_recipients(*recipients: tuple[bytes, bytes, bytes]) -> Report:
    """Return what a report says that has a block for each address, action and status."""
    blocks = [
        b"Final-Recipient: rfc822; %s\r\nAction: %s\r\nStatus: %s\r\n\r\n" % recipient for recipient in recipients
    ]
    raw = mails.dsn()
    begin, end = raw.index(b"Final-Recipient"), raw.index(b"--B\r\nContent-Type: message/rfc822")
    report = parse(raw[:begin] + b"".join(blocks) + raw[end:])
    assert report is not None
    return report


ANN, BOB = b"ann@example.net", b"bob@example.net"


@pytest.mark.parametrize(
    ("recipients", "kind", "status"),
    [
        ([(ANN, b"failed", b"5.1.1"), (BOB, b"delivered", b"2.0.0")], ReportKind.BOUNCE, "5.1.1"),
        ([(ANN, b"delivered", b"2.0.0"), (BOB, b"failed", b"5.1.1")], ReportKind.UNKNOWN, "2.0.0"),
        ([(BOB, b"failed", b"5.1.1"), (b"<ANN@Example.NET>", b"delayed", b"4.0.0")], ReportKind.DELAY, "4.0.0"),
        # Behind our recipient there is a list: who gets its emails, and who does not, are others. One that is full lives.
        ([(b"x@a.test", b"failed", b"5.1.1"), (BOB, b"relayed", b"2.0.0")], ReportKind.UNKNOWN, "2.0.0"),
        ([(b"x@a.test", b"failed", b"5.1.1"), (BOB, b"delayed", b"4.0.0")], ReportKind.DELAY, "4.0.0"),
        ([(b"x@a.test", b"failed", b"5.1.1"), (BOB, b"failed", b"5.2.2")], ReportKind.BOUNCE, "5.2.2"),
        ([(ANN, b"expanded", b"2.0.0"), (ANN, b"failed", b"5.1.1")], ReportKind.BOUNCE, "5.1.1"),
        # One recipient: whatever the receiver calls it, it is ours.
        ([(b"ann@inside.test", b"failed", b"5.1.1")], ReportKind.BOUNCE, "5.1.1"),
    ],
)
def test_of_several_recipients_the_one_that_the_email_went_to_counts(
    recipients: list[tuple[bytes, bytes, bytes]], kind: ReportKind, status: str
) -> None:
    report = dsn.for_recipient(on_recipients(*recipients), "ann@example.net")
    assert (report.kind, report.status) == (kind, status)


def test_status_fields_that_came_encoded_are_read() -> None:
    raw = mails.dsn()
    begin, end = raw.index(b"Reporting-MTA"), raw.index(b"--B\r\nContent-Type: message/rfc822")
    encoded = base64.encodebytes(raw[begin:end]).replace(b"\n", b"\r\n")
    raw = raw[: begin - 2] + b"Content-Transfer-Encoding: base64\r\n\r\n" + encoded + b"\r\n" + raw[end:]
    report = parse(raw)
    assert report is not None
    assert (report.kind, report.status, report.action) == (ReportKind.BOUNCE, "5.1.1", "failed")


MDN = b"""\
From: postmaster@example.net\r
Subject: Undeliverable? No: your mail was displayed\r
Content-Type: multipart/report; report-type=disposition-notification; boundary="B"\r
\r
--B\r
Content-Type: text/plain\r
\r
The mail about "550 5.1.1 User unknown" was displayed.\r
--B\r
Content-Type: message/disposition-notification\r
\r
Final-Recipient: rfc822; ann@example.net\r
Disposition: automatic-action/MDN-sent-automatically; displayed\r
--B--\r
"""


@pytest.mark.parametrize(
    "raw",
    [
        MDN,
        MDN.replace(b"displayed\r\n--B", b"deleted\r\n--B"),
        MDN.replace(b"message/disposition", b"text/disposition"),
        mails.arf().replace(b"message/feedback", b"text/feedback").replace(b"feedback@", b"mailer-daemon@"),
        mails.PROSE.replace(b"failure notice", b"Delivery Status Notification (Success)"),
        mails.PROSE.replace(b"failure notice", b"Successful Mail Delivery Report"),
        mails.LETTER.replace(b"Hello", b"Re: Delivery failed: your parcel").replace(b"A mail", b"550 5.1.1"),
        mails.AWAY.replace(b"Out of office: your mail", b"AW: Returned to sender"),
    ],
)
def test_receipts_answers_and_good_news_are_no_bounces(raw: bytes) -> None:
    assert parse(raw) is None


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
        kind=ReportKind.BOUNCE, status="5.1.1", diagnostic="550 5.1.1 User unknown", action="failed", stage="rcpt"
    )


def test_prose_that_still_tries_is_a_delay() -> None:
    report = parse(mails.PROSE.replace(b"I could not", b"I will keep trying to") + b"451 4.3.0 later\r\n")
    assert report is not None
    assert report.kind is ReportKind.DELAY


@pytest.mark.parametrize("raw", [mails.AWAY, mails.LETTER])
def test_other_mails_are_no_delivery_reports(raw: bytes) -> None:
    assert parse(raw) is None


def test_sendmail_says_in_its_transcript_that_dns_knows_no_such_host() -> None:
    raw = mails.DSN % {b"action": b"failed", b"status": b"5.1.2", b"words": b"550 Host unknown"}
    transcript = b"550 5.1.2 <ann@x.test>... Host unknown (Name server: x.test: host not found)"
    plain = parse(raw)
    whole = parse(raw.replace(b"It did not work.", transcript))
    assert plain
    assert whole
    assert not classify_report(plain.status, plain.diagnostic).hard
    assert classify_report(whole.status, whole.diagnostic).hard


QMAIL = b"""\
From: MAILER-DAEMON@mx.x.test\r
Subject: failure notice\r
\r
Hi. This is the qmail-send program at mx.x.test.\r
I'm afraid I wasn't able to deliver your message to the following addresses.\r
\r
<bob@x.test>:\r
192.0.2.1 does not like recipient.\r
Remote host said: 550 5.1.1 <bob@x.test>... User unknown\r
Giving up on 192.0.2.1.\r
\r
<ann@x.test>:\r
user is over quota\r
\r
--- Below this line is a copy of the message.\r
"""
EXIM = b"""\
From: Mail Delivery System <Mailer-Daemon@mx.x.test>\r
Subject: Mail delivery failed: returning message to sender\r
\r
A message that you sent could not be delivered to one or more of its\r
recipients. The following address(es) failed:\r
\r
  bob@y.test\r
    (generated from ann@x.test)\r
    host mx.y.test [192.0.2.1]: 550 5.1.1 no such user\r
  eve@z.test\r
    (generated from ann@x.test)\r
    mailbox is full\r
\r
------ This is a copy of the message, including all the headers. ------\r
"""
EXCHANGE = b"""\
From: System Administrator <postmaster@x.test>\r
Subject: Undeliverable: What we sent\r
\r
Your message did not reach the following recipient(s):\r
\r
bob@x.test on Thu, 29 Apr 2010 18:14:35 +0000\r
    The recipient name is not recognized\r
\r
ann@x.test on Thu, 29 Apr 2010 18:14:35 +0000\r
    The recipient mailbox is full\r
"""
TRANSCRIPT = b"""\
From: MAILER-DAEMON@x.test\r
Subject: Mail System Error - Returned Mail\r
\r
Each of the following recipients was rejected by a remote mail server.\r
\r
    Recipient: <bob@x.test>\r
    >>> RCPT TO:<bob@x.test>\r
    <<< 550 <bob@x.test>: User unknown\r
\r
    Recipient: <ann@x.test>\r
    >>> RCPT TO:<ann@x.test>\r
    <<< 552 <ann@x.test>: mailbox full\r
"""
SENDMAIL = b"""\
From: MAILER-DAEMON@mx.x.test\r
Subject: Returned mail: see transcript for details\r
\r
   ----- The following addresses had permanent fatal errors -----\r
<ann@x.test>\r
<bob@x.test>\r
\r
   ----- Transcript of session follows -----\r
550 5.1.1 <bob@x.test>... User unknown\r
552 5.2.2 <ann@x.test>... Mailbox full\r
"""


@pytest.mark.parametrize(
    ("raw", "recipient", "is_hard"),
    [
        (QMAIL, "bob@x.test", True),
        (QMAIL, "ann@x.test", False),
        (QMAIL, "list@x.test", False),
        (EXIM, "ann@x.test", False),
        (EXIM, "bob@y.test", True),
        (EXCHANGE, "bob@x.test", True),
        (EXCHANGE, "ann@x.test", False),
        (TRANSCRIPT, "bob@x.test", True),
        (TRANSCRIPT, "ann@x.test", False),
        (SENDMAIL, "bob@x.test", True),
        (SENDMAIL, "ann@x.test", False),
    ],
)
def test_prose_on_several_addresses_says_of_each_what_stands_with_it(raw: bytes, recipient: str, is_hard: bool) -> None:
    report = parse(raw)
    assert report
    said = dsn.for_recipient(report, recipient)
    assert classify_report(said.status, said.diagnostic, stage=said.stage).hard is is_hard


def field_blocks(*blocks: tuple[str, str, str, str]) -> bytes:
    fields = "\r\n\r\n".join(
        f"Original-Recipient: rfc822; {original}\r\nFinal-Recipient: rfc822; {final}\r\nAction: {action}\r\n"
        f"Status: {status}"
        for original, final, action, status in blocks
    ).encode()
    head, _, rest = mails.DSN.partition(b"Final-Recipient")
    return head + fields + b"\r\n\r\n--B" + rest.partition(b"--B")[2]


@pytest.mark.parametrize(
    ("raw", "is_hard"),
    [
        # An alias: one of the two it stands for lives.
        (
            field_blocks(("l@x.test", "a@y.test", "failed", "5.1.1"), ("l@x.test", "b@y.test", "delivered", "2.0.0")),
            False,
        ),
        (field_blocks(("l@x.test", "a@y.test", "failed", "5.1.1"), ("l@x.test", "b@y.test", "failed", "5.2.2")), False),
        (field_blocks(("a@y.test", "a@y.test", "failed", "5.1.1"), ("b@y.test", "b@y.test", "failed", "5.2.2")), False),
        (field_blocks(("l@x.test", "l@x.test", "failed", "5.1.1"), ("b@y.test", "b@y.test", "failed", "5.2.2")), True),
        (field_blocks(("l@x.test", "a@y.test", "failed", "5.1.1"), ("l@x.test", "b@y.test", "failed", "5.1.1")), True),
    ],
)
def test_an_alias_is_alive_when_one_of_those_behind_it_is(raw: bytes, is_hard: bool) -> None:
    report = parse(raw)
    assert report
    said = dsn.for_recipient(report, "l@x.test")
    is_bounce = said.kind is ReportKind.BOUNCE
    assert (is_bounce and classify_report(said.status, said.diagnostic, stage=said.stage).hard) is is_hard
