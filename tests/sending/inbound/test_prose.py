"""Reports in prose: the reply is read whole, wherever its lines are broken, and nothing of the returned mail."""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sending.inbound import dsn
from sending.inbound.prose import refusal_in, text_for_people
from sending.smtp.replies import classify_report

EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  r@x.test
    SMTP error from remote mail server after RCPT TO:<r@x.test>:
    host mx.x.test [192.0.2.32]: 550 <r@x.test>:
    Recipient address rejected: User unknown

------ This is a copy of the message, including all the headers. ------

Return-path: <s@y.test>
Subject: Your quota report: mailbox full
"""
QMAIL = """Hi. This is the qmail-send program at mx.test.
I'm afraid I wasn't able to deliver your message to the following addresses.

<ada@x.test>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 <ada@x.test>... User unknown
Giving up on 192.0.2.1.

--- Below this line is a copy of the message.
"""
POSTFIX = """<ada@x.test>: host mx.x.test[192.0.2.1] said: 550 Unknown
    user ada@x.test (in reply to end of DATA
    command)
"""
GOOGLE = """Technical details of permanent failure:
Google tried to deliver your message, but it was rejected by the recipient domain. The error that the other server \
returned was: 550 550 5.1.1 user unknown (state 14).

----- Original message -----
"""
GMX = """The following address
failed:

"ada@x.test":
SMTP error from remote server after RCPT command:
host: mx.x.test
5.1.1 <ada@x.test>... User Unknown


--- The header of the original message is following. ---
"""
EXCHANGE = """Your message

  To:      ada@x.test
  Subject: your mailbox is full
  Sent:    Thu, 29 Apr 2007 16:51:29 -0500

did not reach the following recipient(s):

ada@x.test on Thu, 29 Apr 2007 16:51:51 -0500
    The recipient name is not recognized
"""
NOTES = """------- Failure Reasons  --------

User not listed in public Name & Address Book
ada@x.test
------- Returned Message --------
"""
DOMINO = """Your message

  Subject: your mailbox is full

was not delivered to:

  ada@x.test

because:

  User ada (ada@x.test) not listed in Domino Directory
"""
QQ = """抱歉，您的邮件被退回来了……
原邮件信息：

收件人邮件地址（zhang@qq.test）不存在，邮件无法送达。
"""


def said(text: str) -> tuple[str, bool]:
    """Return the stage and whether the address is dead, of a report with that text."""
    refusal = refusal_in(text_for_people(mail(text)))
    return refusal.stage, classify_report(refusal.status, refusal.diagnostic, stage=refusal.stage).hard


def mail(text: str, charset: str = "utf-8", *, declared: str | None = None) -> Message:
    head = f"Content-Type: text/plain; charset={charset if declared is None else declared}\n\n"
    return message_from_bytes(head.encode() + text.encode(charset))


@pytest.mark.parametrize(
    ("text", "stage", "hard"),
    [
        (EXIM, "rcpt", True),
        (QMAIL, "rcpt", True),
        (POSTFIX, "data", False),
        (POSTFIX.replace("end of DATA", "RCPT TO"), "rcpt", True),
        (GOOGLE, "", True),
        (GMX, "rcpt", True),
        (EXCHANGE, "", True),
        (EXCHANGE.replace("The recipient name is not recognized", "The mailbox is full"), "", False),
        (EXIM.replace("User unknown", "Sender blacklisted"), "rcpt", False),
        (NOTES, "", True),
        (DOMINO, "", True),
    ],
)
def test_a_refusal_in_prose_is_read_whole(text: str, stage: str, hard: bool) -> None:
    assert said(text) == (stage, hard)


@pytest.mark.parametrize(
    ("charset", "declared"),
    [
        ("utf-8", "utf-8"),
        ("gb18030", "gb18030"),
        ("gb2312", "gb2312"),
        ("gbk", "gb2312"),
        ("gbk", "utf-8"),
        ("gbk", "no"),
    ],
)
def test_a_report_in_chinese_is_read_in_its_charset(charset: str, declared: str) -> None:
    text = QQ.replace("……", "。")
    refusal = refusal_in(text_for_people(mail(text, charset, declared=declared)))
    assert "不存在" in refusal.diagnostic
    assert classify_report(refusal.status, refusal.diagnostic).hard


@pytest.mark.parametrize("encoded", [True, False])
def test_a_diagnostic_in_chinese_is_read_raw_or_in_encoded_words(encoded: bool) -> None:
    words = "550 该用户不存在"
    raw = b"=?gb2312?B?NTUwILjD08O7p7K7tObU2g==?=" if encoded else words.encode("gbk")
    report = dsn.parse(
        message_from_bytes(
            b'From: MAILER-DAEMON@mx.test\nContent-Type: multipart/report; boundary="B"\n\n--B\n'
            b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\nFinal-Recipient: rfc822; a@x.test\n"
            b"Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; " + raw + b"\n\n--B--\n"
        )
    )
    assert report is not None
    assert report.diagnostic == words
    assert classify_report(report.status, report.diagnostic).hard


def test_a_delivery_status_without_a_diagnostic_is_completed_by_the_words_beside_it() -> None:
    report = dsn.parse(
        message_from_bytes(
            b'From: a@mx.test\nContent-Type: multipart/report; boundary="B"\n\n--B\nContent-Type: text/plain\n\n'
            b"** Address not found **\n\nYour message wasn't delivered to ann@x.test because the address couldn't be found."
            b" Check for typos or unnecessary spaces and try again.\n\n--B\n"
            b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n"
            b"Final-Recipient: rfc822; ann@x.test\nAction: failed\nStatus: 5.0.0\n\n--B--\n"
        )
    )
    assert report is not None
    assert classify_report(report.status, report.diagnostic).hard


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (b"smtp; 550 <r@x.test>:\n    Recipient address rejected: User unknown", b""),
        (b"smtp; 550 <r@x.test>:\nRecipient address rejected: User unknown", b""),
        (b"smtp; 550 <r@x.test>:", EXIM.encode()),
        (b"smtp; 550-5.1.1 The email account that you tried to reach\n    550 5.1.1 does not exist", b""),
    ],
)
def test_a_diagnostic_that_is_broken_over_two_lines_is_read_whole(field: bytes, words: bytes) -> None:
    report = dsn.parse(
        message_from_bytes(
            b'From: a@mx.test\nContent-Type: multipart/report; boundary="B"\n\n--B\nContent-Type: text/plain\n\n'
            + words
            + b"\n--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n"
            b"Final-Recipient: rfc822; r@x.test\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: "
            + field
            + b"\n\n--B--\n"
        )
    )
    assert report is not None
    assert classify_report(report.status, report.diagnostic, stage=report.stage).hard


def test_a_page_is_read_without_its_tags_and_a_part_whose_boundary_is_wrong_as_text() -> None:
    page = "<p>host <b>mx.x.test</b> said:<br>550 5.1.1 &lt;a@x.test&gt; User unknown</p><style>quota</style>"
    html = message_from_bytes(b"Content-Type: text/html\n\n" + page.encode())
    assert refusal_in(text_for_people(html)).diagnostic == "550 5.1.1 <a@x.test> User unknown"
    torn = message_from_bytes(b'Content-Type: multipart/report; boundary="B"\n\n--C\n\n' + POSTFIX.encode())
    assert "550 Unknown user" in refusal_in(text_for_people(torn)).diagnostic


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    refusal = refusal_in(text)
    assert len(refusal.diagnostic) <= 1000


@pytest.mark.parametrize(
    "words",
    [
        "  r@x.test\n    SMTP error from remote mail server after MAIL FROM:<s@y.test>:\n"
        "    host mx.x.test [192.0.2.1]: 550 5.1.1 <s@y.test> User unknown\n",
        "<r@x.test>:\nConnected to 192.0.2.1 but sender was rejected.\n"
        "Remote host said: 550 5.1.1 <s@y.test> User unknown\n",
        "<r@x.test>: host mx.x.test[192.0.2.1] said: 550 5.1.1\n    <s@y.test>: User unknown (in reply to MAIL FROM"
        " command)\n",
        "... while talking to mx.x.test.:\n>>> MAIL From:<s@y.test>\n<<< 550 5.1.1 <s@y.test>... User unknown\n",
        "  r@x.test\n    SMTP error from remote mail server after initial connection:\n"
        "    host mx.x.test [192.0.2.1]: 550 no such user\n",
    ],
)
def test_what_was_refused_before_a_recipient_was_named_says_nothing_of_one(words: str) -> None:
    said = refusal_in(words)
    assert said.stage == "mail"
    assert not classify_report(said.status, said.diagnostic, stage=said.stage).hard


def test_what_qmail_had_sent_is_the_text() -> None:
    said = refusal_in("<r@x.test>:\n192.0.2.1 failed after I sent the message.\nRemote host said: 550 user unknown\n")
    assert said.stage == "data"
    assert not classify_report(said.status, said.diagnostic, stage=said.stage).hard
