"""A mail that came back is a bounce when a program that delivers mail says so, in its own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sending.inbound import parsing
from sending.inbound.report import ReportKind, return_path
from tests.sending.inbound import mails

ORDER = "Delivery status of your order A-1"
# What a shop writes, and what reads like a bounce.
OURS = [
    ORDER,
    "Delivery failed: your parcel comes back",
    "Undeliverable: parcel A-1",
    "Your parcel could not be delivered",
    "Returned to sender: order 550 5.1.1",
    "Failure notice",
    "Mail delivery failed: returning message to sender",
    "投递失败：您的包裹 A-1",
    "您的订单无法送达，已退回",
    "配達できませんでした",
    "Ihre Sendung konnte nicht zugestellt werden",
    "Не доставлено: заказ 5",
]
PREFIXES = [
    "",
    "Re: ",
    "AW: ",
    "Auto: ",
    "Automatic reply: ",
    "Automatische Antwort: ",
    "Réponse automatique : ",
    "Respuesta automática: ",
    "Automatyczna odpowiedź: ",
    "Автоматический ответ: ",
    "自动回复: ",
    "自动回复：",
    "自動応答：",
    "자동 회신: ",
    "Out of office: ",
    "Read: ",
    "已读: ",
    "Accepted: ",
    "[Ticket #550123] ",
    "Ticket 550123: ",
    "您好！",
]
BODIES = [
    "Back on Monday.",
    "> 550 5.1.1 User unknown\r\n> could not be delivered",
    "Thank you for your mail “{sent}”.",
    "I am out of the office. My mailbox is not read; delivery to ann@example.net has failed before.\r\n550 5.1.1 me",
    "-----Original Message-----\r\nFrom: Shop\r\nSubject: {sent}\r\n\r\nYour parcel could not be delivered.",
]


def kind(raw: bytes, sent: str = "") -> ReportKind:
    return parsing.parse(raw, mails.CAPS, sent).kind


@pytest.mark.parametrize("field", ["Auto-Submitted: auto-replied", "Precedence: bulk", "X-Autoreply: yes"])
def test_an_automatic_reply_that_repeats_our_subject_is_a_reply(field: str) -> None:
    assert kind(mails.written(f"Auto: {ORDER}", field), ORDER) is ReportKind.REPLY
    assert kind(mails.written(f"Auto: {ORDER}", field)) is ReportKind.REPLY


def test_a_read_receipt_is_no_report_of_non_delivery() -> None:
    receipt = (
        f"From: postmaster@example.net\r\nSubject: Read: {ORDER}\r\n"
        'Content-Type: multipart/report; report-type=disposition-notification; boundary="B"\r\n\r\n'
        "--B\r\n\r\nYour mail could not be delivered? 550 5.1.1 No: it was displayed.\r\n--B\r\n"
        "Content-Type: message/disposition-notification\r\n\r\n"
        "Final-Recipient: rfc822; ann@example.net\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n--B--\r\n"
    ).encode()
    assert kind(receipt, ORDER) is ReportKind.REPLY
    assert kind(receipt.replace(b"message/disposition", b"text/disposition"), ORDER) is ReportKind.REPLY
    assert kind(receipt.replace(b"multipart/report", b"multipart/mixed"), ORDER) is ReportKind.REPLY


@pytest.mark.parametrize("subject", ["Ticket 550123", f"[#550123] {ORDER}", f"Re: {ORDER}", f"Case #5501: {ORDER}"])
@pytest.mark.parametrize("path", ["Return-Path: <>", "Return-Path: <postmaster@example.net>", "X-Mailer: OTRS"])
def test_the_ticket_system_behind_a_postmasters_address_answers(subject: str, path: str) -> None:
    raw = mails.written(
        subject,
        "Auto-Submitted: auto-replied",
        path,
        sender="Support <postmaster@example.net>",
        body="Your request 550 123 was received.\r\nIf you have delivery problems, write again.",
    )
    assert kind(raw, ORDER) is ReportKind.REPLY


@given(
    st.sampled_from(OURS) | st.text(min_size=1, max_size=60),
    st.sampled_from(PREFIXES),
    st.sampled_from(["utf-8", "gb18030", "big5", "iso-2022-jp", "koi8-r"]),
    st.sampled_from(["", "Auto-Submitted: auto-replied", "X-Autoreply: yes", "Precedence: bulk"]),
    st.sampled_from([None, "", "ann@example.net"]),
    st.sampled_from(BODIES),
    st.booleans(),
)
def test_whoever_repeats_our_subject_bounces_nothing(
    sent: str, prefix: str, charset: str, field: str, envelope: str | None, body: str, is_known: bool
) -> None:
    fields = [field] if field else []
    raw = mails.written(prefix + sent, *fields, body=body.format(sent=sent), charset=charset)
    if envelope is not None:
        raw = return_path(envelope) + raw
    assert kind(raw, sent if is_known else "") in {ReportKind.REPLY, ReportKind.UNKNOWN}
    if field or envelope == "":
        assert kind(raw, sent) is ReportKind.REPLY


@given(st.sampled_from(OURS), st.sampled_from(PREFIXES), st.sampled_from(["utf-8", "gb18030"]))
def test_not_even_a_postmasters_answer_that_repeats_it(sent: str, prefix: str, charset: str) -> None:
    raw = mails.written(prefix + sent, sender="postmaster@example.net", body=f"We received “{sent}”.", charset=charset)
    assert kind(raw, sent) in {ReportKind.REPLY, ReportKind.UNKNOWN}
    # A copy of our own mail, in whatever way it is quoted.
    quoted = (
        f"Thank you.\r\n\r\n-----Original Message-----\r\nSubject: {sent}\r\n\r\nIt could not be delivered: 550 5.1.1"
    )
    raw = mails.written(prefix + sent, sender="postmaster@example.net", body=quoted, charset=charset)
    assert kind(raw, sent) in {ReportKind.REPLY, ReportKind.UNKNOWN}


@given(
    st.sampled_from(OURS) | st.text(max_size=60),
    st.sampled_from(["MAILER-DAEMON@x.test", "postmaster@x.test", "Mail Delivery System <noreply@x.test>"]),
)
def test_a_program_that_delivers_is_believed_whatever_our_subject_was(sent: str, sender: str) -> None:
    body = "Your message to ann@x.test was not accepted. Remote host said: 550 5.1.1 User unknown"
    subject = "Undeliverable: " + " ".join(sent.split())
    assert kind(mails.written(subject, sender=sender, body=body), sent) is ReportKind.BOUNCE
    assert (
        kind(mails.written(subject, "Auto-Submitted: auto-replied", sender=sender, body=body), sent)
        is ReportKind.BOUNCE
    )


@pytest.mark.parametrize(
    ("subject", "kind_of_it"),
    [
        ("Mail delivery failed: returning message to sender", ReportKind.BOUNCE),
        ("Warning: message 1abc delayed 24 hours", ReportKind.DELAY),
    ],
)
def test_exims_reports_say_auto_replied(subject: str, kind_of_it: ReportKind) -> None:
    raw = mails.written(
        subject,
        "Auto-Submitted: auto-replied",
        "X-Failed-Recipients: ann@example.net",
        sender="Mail Delivery System <Mailer-Daemon@mx.example.net>",
        body="ann@example.net\r\n  host mx.example.net: 550 5.1.1 unknown",
    )
    assert kind(raw, ORDER) is kind_of_it


@pytest.mark.parametrize("field", ["auto-replied", "auto-generated (failure)", "auto-notified", "no"])
@pytest.mark.parametrize("sender", ["Ann <ann@example.net>", "no-reply@example.net", "MAILER-DAEMON@x.test"])
def test_a_report_with_its_part_is_one_whatever_else_it_says(field: str, sender: str) -> None:
    raw = mails.dsn().replace(b"auto-replied", field.encode()).replace(b"MAILER-DAEMON@mx.example.net", sender.encode())
    raw = raw.replace(b"Delivery Status Notification (Failure)", b"Automatic reply: Out of office")
    assert kind(b"Precedence: bulk\r\nX-Autoreply: yes\r\n" + raw) is ReportKind.BOUNCE


def test_a_mail_that_returns_ours_with_an_empty_envelope_and_says_so_needs_no_name() -> None:
    raw = (
        b"From: no-reply@example.net\r\nSubject: Mail\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n\r\n"
        b"Your mail could not be delivered.\r\n--B\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\ny\r\n--B--\r\n"
    )
    assert kind(return_path("") + raw) is ReportKind.BOUNCE
    assert kind(return_path("no-reply@example.net") + raw) is ReportKind.UNKNOWN
    assert kind(return_path("") + b"Auto-Submitted: auto-replied\r\n" + raw) is ReportKind.REPLY
    assert kind(raw) is ReportKind.UNKNOWN
    # Nor when the envelope sender is its own and the subject says so as well.
    titled = return_path("ndr@example.net") + raw.replace(b"Subject: Mail", b"Subject: Mail delivery failed: x")
    assert kind(titled) is ReportKind.BOUNCE
    assert kind(titled.replace(b"Subject: Mail", b"Subject: Fwd: Mail")) is ReportKind.UNKNOWN


@pytest.mark.parametrize("subject", ["Delivery Status Notification (Success)", "Delivered: x", "Relayed: x"])
def test_good_news_is_no_bounce(subject: str) -> None:
    assert kind(mails.written(subject, sender="MAILER-DAEMON@x.test"), ORDER) is ReportKind.UNKNOWN


def test_good_news_in_our_own_subject_hides_no_bounce() -> None:
    raw = mails.written(
        "Undeliverable: Your payment was successful", sender="postmaster@x.test", body="550 5.1.1 unknown"
    )
    assert kind(raw, "Your payment was successful") is ReportKind.BOUNCE


@pytest.mark.parametrize("type", ["tlsrpt", "feedback-report", "disposition-notification", "x-other"])
def test_a_report_of_another_type_is_no_report_of_non_delivery(type: str) -> None:
    raw = mails.PROSE.replace(
        b"Subject:", b"Content-Type: multipart/report; report-type=%s\r\nSubject:" % type.encode()
    )
    assert kind(raw) is not ReportKind.BOUNCE


def test_a_bounce_that_a_person_forwards_is_quoted_text() -> None:
    quoted = b"\r\n> ".join(mails.PROSE.split(b"\r\n"))
    assert kind(b"From: ann@example.net\r\nSubject: Fwd: failure notice\r\n\r\n> " + quoted) is ReportKind.UNKNOWN


DAEMON, POSTMASTER, PERSON = "MAILER-DAEMON@x.test", "postmaster@x.test", "Ann <ann@x.test>"
AUTO, EMPTY = "Auto-Submitted: auto-replied", "Return-Path: <>"


@pytest.mark.parametrize(
    ("expected", "subject", "fields", "sender", "body"),
    [
        # A daemon's name is no proof for what says that it is an answer, and says nothing of delivery.
        (ReportKind.REPLY, f"Re: {ORDER}", [AUTO], DAEMON, "Thank you."),
        (ReportKind.BOUNCE, "Undelivered Mail [Case #5501234]", [], DAEMON, "550 5.1.1 unknown"),
        (ReportKind.BOUNCE, "Undelivered Mail [Case #5501234]", [AUTO], POSTMASTER, "The user is gone."),
        # People who look after mail write letters as well.
        (ReportKind.UNKNOWN, f"Re: {ORDER}", [], "System Administrator <it@x.test>", "The parcel was not delivered."),
        (ReportKind.UNKNOWN, "Spam notification", [], POSTMASTER, "3 mails are in your quarantine."),
        # Our text, not marked as quoted, in the answer of a ticket system.
        (ReportKind.REPLY, f"Re: {ORDER}", [AUTO, EMPTY], POSTMASTER, "Your parcel could not be delivered."),
        (ReportKind.REPLY, "您的邮件已收到", [AUTO], POSTMASTER, "我已经收到您的邮件，如有投递失败请联系。"),
        # Challenges.
        (ReportKind.REPLY, "Please verify your message", [AUTO], POSTMASTER, "It was not delivered yet. Click here."),
        (ReportKind.REPLY, "Please confirm your message", [], "bob@x.test", "Your mail was not delivered yet."),
        # Somebody left: his mailbox was reached.
        (ReportKind.REPLY, "I left the company", [AUTO, EMPTY], PERSON, "This mailbox is closed. 550 5.1.1 unknown"),
        (ReportKind.UNKNOWN, "I left the company", [], PERSON, "This mailbox is closed. User unknown."),
        # Sieve's and Dovecot's refusals, Exchange's own mailbox and field.
        (ReportKind.BOUNCE, f"Rejected: {ORDER}", [AUTO], POSTMASTER, "Your message to <a@x.test> was rejected."),
        (
            ReportKind.BOUNCE,
            f"Undeliverable: {ORDER}",
            [],
            "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@x.test>",
            "Your message couldn't be delivered.",
        ),
        (ReportKind.BOUNCE, f"Unzustellbar: {ORDER}", ["X-MS-Exchange-Message-Is-Ndr: "], PERSON, "x"),
        # A gateway with a name of its own; and a person.
        (ReportKind.BOUNCE, f"Undeliverable: {ORDER}", [], "Gateway <gw@x.test>", "550 5.1.1 unknown"),
        (ReportKind.UNKNOWN, f"Undeliverable: {ORDER}", [], "Gateway <gw@x.test>", "Sorry."),
        (ReportKind.UNKNOWN, f"Failed: {ORDER}", ["Return-Path: <ann@x.test>"], PERSON, "550 5.1.1 unknown"),
        # Mail servers that report in their own name, and with the precedence of a mailing list.
        (ReportKind.BOUNCE, "Permanent Delivery Failure", [], "MDaemon@x.test", "YOUR MESSAGE WAS NOT DELIVERED!"),
        (ReportKind.BOUNCE, "Undeliverable Mail", ["Precedence: bulk"], POSTMASTER, "Delivery failed 20 attempts: a@x"),
        (ReportKind.BOUNCE, "Returned Mail: Error", [], "Webshield SMTP V4.5 Mail Service", "Mail Loop Detected"),
        (ReportKind.BOUNCE, "Returned Mail - Error", [], "E500_SMTP_Mail_Service@x.test", "[SMTP Error Code 550]"),
        (ReportKind.REPLY, f"Re: {ORDER}", [AUTO], POSTMASTER, "Your email could not be processed."),
        # Not yet, and yes.
        (ReportKind.DELAY, "Mail Delivery Warning", [], POSTMASTER, "It has been postponed: the mailbox is full."),
        (ReportKind.DELAY, "Delivery delayed", [], DAEMON, "We will continue to try for 2 days."),
        (ReportKind.DELAY, "投递延迟通知", [], POSTMASTER, "您的邮件未能送达，系统将继续尝试投递。"),
        (ReportKind.BOUNCE, "系统退信", [], POSTMASTER, "您的邮件未能送达，请稍后重试。"),
        (ReportKind.UNKNOWN, "Report", [], POSTMASTER, "Final-Recipient: rfc822; a@x.test\r\nAction: delivered"),
        (ReportKind.BOUNCE, "Report", [], POSTMASTER, "Final-Recipient: rfc822; a@x.test\r\nAction: failed"),
    ],
)
def test_who_writes_what_it_is_and_what_it_says_decide_together(
    expected: ReportKind, subject: str, fields: list[str], sender: str, body: str
) -> None:
    assert kind(mails.written(subject, *fields, sender=sender, body=body), ORDER) is expected


def test_an_answer_to_an_invitation_is_a_reply() -> None:
    raw = (
        b"From: ann@x.test\r\nSubject: Declined: Undeliverable\r\n"
        b"Content-Type: multipart/alternative; boundary=B\r\n\r\n--B\r\n\r\nNo\r\n--B\r\n"
        b"Content-Type: text/calendar; charset=utf-8; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\n--B--\r\n"
    )
    assert kind(raw, "Undeliverable") is ReportKind.REPLY


@given(
    st.text(max_size=200),
    st.sampled_from([DAEMON, POSTMASTER, PERSON, "<>", ""]),
    st.lists(st.sampled_from([AUTO, EMPTY, "Precedence: bulk", "X-Failed-Recipients: a@x.test"]), max_size=3),
    st.text(max_size=300),
    st.sampled_from(["text/plain", "text/html", "multipart/report; report-type=x", "message/rfc822", "text/calendar"]),
)
def test_any_mail_is_of_some_kind(subject: str, sender: str, fields: list[str], body: str, type: str) -> None:
    raw = mails.written(subject.replace("\r", " ").replace("\n", " "), *fields, sender=sender, body=body, type=type)
    assert parsing.parse(raw, mails.CAPS, subject).is_parsed
