"""Stored reports become events of the message their envelope named."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings

from blocklist.models import BlockedAddress
from sending import events, holds, report_queue
from sending.inbound import reading
from sending.inbound.parsing import Parser
from sending.inbound.report import Report, ReportKind, return_path
from sending.inbound.worker import ReportWorker
from sending.models import DeliverStatus, Event, EventKind, InboundReport, Message
from sending.tracking import links
from tests import factories
from tests.sending.inbound import mails
from tests.waiting import WAIT_SECONDS

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    made = reading.parser()
    yield made
    made.close()


@pytest.fixture
def message() -> Message:
    made = factories.message(factories.account(), recipient="ann@example.net")
    events.record([events.NewEvent(kind=EventKind.DELIVERED, message=made.pk)])
    return made


def stored(raw: bytes, message: int | None) -> int:
    """Return a report as the port stores it."""
    row = InboundReport.objects.create(message=message, kind=InboundReport.Kind.UNKNOWN, raw=raw)
    row.refresh_from_db()
    return row.pk


def kinds(message: Message) -> list[int]:
    return list(Event.objects.filter(message=message.pk).order_by("id").values_list("kind", flat=True))


def test_a_report_that_the_recipient_has_blocked_the_sender_bars_them_for_the_domain_alone(
    message: Message, parser: Parser
) -> None:
    raw = mails.dsn(status=b"5.7.1", words=b"550 5.7.1 The recipient has blocked you")
    assert reading.read(stored(raw, message.pk), parser) is ReportKind.BOUNCE
    event = Event.objects.get(message=message.pk, kind=EventKind.BOUNCE)
    assert (event.bounce_type, event.bounce_class) == ("soft_bounce", "BlockedByRecipient")
    block = BlockedAddress.objects.get(address="ann@example.net")
    assert (block.kind, block.cause) == ("reject", "refused")


def test_a_bounce_report_after_delivery_bounces_the_mail_and_blocks_the_address(
    message: Message, parser: Parser
) -> None:
    report = stored(mails.dsn(), message.pk)
    assert reading.read(report, parser) is ReportKind.BOUNCE
    event = Event.objects.get(message=message.pk, kind=EventKind.BOUNCE)
    assert (event.bounce_type, event.bounce_class) == ("hard_bounce", "InvalidRecipient")
    assert "550 5.1.1 No such user" in event.reason
    message.refresh_from_db()
    assert message.deliver_status == DeliverStatus.BOUNCED
    assert BlockedAddress.objects.filter(address="ann@example.net").exists()
    row = InboundReport.objects.get(pk=report)
    assert (row.kind, row.account_id) == ("dsn", message.account_id)
    assert row.read_at
    assert "5.1.1" in row.summary


def test_a_report_that_names_a_tracked_link_is_kept_without_what_opens_it(message: Message, parser: Parser) -> None:
    address = links.click_url(message.pk, "https://a.test/r?t=1", links=1)
    report = stored(mails.dsn(words=b"550 5.7.1 " + address.encode() + b" is listed"), message.pk)
    reading.read(report, parser)
    token = address.rpartition("/")[2]
    for kept in (
        Event.objects.get(message=message.pk, kind=EventKind.BOUNCE).reason,
        InboundReport.objects.get(pk=report).summary,
    ):
        assert token not in kept
        assert "/t/c/… is listed" in kept


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (b"5.2.2", b"552 5.2.2 Mailbox full"),
        (b"5.7.1", b"550 5.7.1 Policy"),
        (b"4.4.7", b"time ran out"),
    ],
)
def test_a_living_address_is_not_blocked(message: Message, parser: Parser, status: bytes, words: bytes) -> None:
    reading.read(stored(mails.dsn(status=status, words=words), message.pk), parser)
    assert Event.objects.get(message=message.pk, kind=EventKind.BOUNCE).bounce_type == "soft_bounce"
    assert not BlockedAddress.objects.exists()


def test_a_complaint_bars_the_address_for_the_sender_domain(message: Message, parser: Parser) -> None:
    assert reading.read(stored(mails.arf(), message.pk), parser) is ReportKind.COMPLAINT
    assert kinds(message) == [EventKind.DELIVERED, EventKind.SPAMREPORT]
    assert BlockedAddress.objects.filter(address="ann@example.net", sender_domain=message.sender_domain).exists()


def test_an_opt_out_unsubscribes_and_is_no_complaint(message: Message, parser: Parser) -> None:
    assert reading.read(stored(mails.arf(b"opt-out"), message.pk), parser) is ReportKind.OPT_OUT
    assert kinds(message) == [EventKind.DELIVERED, EventKind.UNSUBSCRIBE]
    [block] = BlockedAddress.objects.all()
    assert (block.address, block.sender_domain, block.cause) == (
        "ann@example.net",
        message.sender_domain,
        "unsubscribed",
    )


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (mails.AWAY, ReportKind.REPLY),
        (mails.dsn(b"delayed", b"4.0.0"), ReportKind.DELAY),
        (mails.LETTER, ReportKind.UNKNOWN),
        (mails.arf(b"not-spam"), ReportKind.UNKNOWN),
        (mails.arf(b"auth-failure"), ReportKind.UNKNOWN),
    ],
)
def test_other_reports_are_kept_and_change_nothing(
    message: Message, parser: Parser, raw: bytes, kind: ReportKind
) -> None:
    report = stored(raw, message.pk)
    assert reading.read(report, parser) is kind
    assert kinds(message) == [EventKind.DELIVERED]
    assert bytes(InboundReport.objects.get(pk=report).raw) == raw


def test_a_report_is_read_once(message: Message, parser: Parser) -> None:
    report = stored(mails.arf(), message.pk)
    reading.read(report, parser)
    assert reading.read(report, parser) is None
    assert report_queue.due() == []
    assert kinds(message).count(EventKind.SPAMREPORT) == 1


@pytest.mark.parametrize("raw", [mails.dsn(), mails.arf(), mails.arf(b"opt-out"), mails.LETTER])
def test_a_report_read_again_records_nothing_twice(message: Message, parser: Parser, raw: bytes) -> None:
    report = stored(raw, message.pk)
    reading.read(report, parser)
    once = kinds(message)
    for _ in range(2):
        assert report_queue.read_again(ids=[report]) == 1
        reading.read(report, parser)
    assert kinds(message) == once
    assert InboundReport.objects.get(pk=report).state == InboundReport.State.READ


def test_of_two_who_read_a_report_at_once_one_records_it(message: Message, parser: Parser) -> None:
    class ReadMeanwhile(Parser):
        """Parses while another reader, who had the report as well, comes to its end."""

        def parse(self, raw: bytes, sent: str = "") -> Report:
            assert reading.read(report, parser) is ReportKind.COMPLAINT
            return parser.parse(raw, sent)

    report = stored(mails.arf(), message.pk)
    assert reading.read(report, ReadMeanwhile(mails.CAPS, cpu_seconds=WAIT_SECONDS, wall_seconds=WAIT_SECONDS)) is None
    assert kinds(message).count(EventKind.SPAMREPORT) == 1


def test_the_address_inside_the_report_counts_for_nothing(message: Message, parser: Parser) -> None:
    other = factories.message(message.account, recipient="bob@example.net")
    reading.read(stored(mails.dsn(), other.pk), parser)
    assert kinds(message) == [EventKind.DELIVERED]
    assert kinds(other) == [EventKind.BOUNCE]
    assert BlockedAddress.objects.get().address == "bob@example.net"


@pytest.mark.parametrize("path", ["", "ann@example.net"])
@pytest.mark.parametrize(
    "subject", ["Auto: %s", "自动回复：%s", "Automatic reply: %s", "%s", "Re: %s", "Read: %s", "[Ticket #550123] %s"]
)
@pytest.mark.parametrize("sender", ["Ann <ann@example.net>", "postmaster@example.net"])
def test_an_answer_that_repeats_our_subject_changes_nothing(
    parser: Parser, sender: str, subject: str, path: str
) -> None:
    sent = "Delivery status of your order: undeliverable A-1"
    message = factories.message(factories.account(), recipient="ann@example.net", subject=sent)
    events.record([events.NewEvent(kind=EventKind.DELIVERED, message=message.pk)])
    raw = (
        return_path(path)
        + f"From: {sender}\r\nAuto-Submitted: auto-replied\r\nSubject: ".encode()
        + mails.encoded(subject % sent, "gb18030")
        + f"\r\n\r\nThank you for your mail “{sent}”.\r\n\r\n> 550 5.1.1 User unknown\r\n".encode()
    )
    report = stored(raw, message.pk)
    assert reading.read(report, parser) is ReportKind.REPLY
    assert kinds(message) == [EventKind.DELIVERED]
    assert not BlockedAddress.objects.exists()
    # The page shows what it was, and not how it was written.
    assert "Delivery status of your order" in InboundReport.objects.get(pk=report).summary


@pytest.mark.parametrize("number", [None, 5])
def test_a_report_about_no_message_of_ours_is_kept(parser: Parser, number: int | None) -> None:
    report = stored(mails.dsn(), number)
    assert reading.read(report, parser) is ReportKind.BOUNCE
    assert not Event.objects.exists()
    assert InboundReport.objects.get(pk=report).account_id is None


def test_the_envelope_sender_above_it_makes_no_mail_too_large(parser: Parser) -> None:
    raw = return_path("x" * 500) + b"\r\n" + b"x" * (settings.RULES.inbound_max_bytes - 2)
    assert parser.parse(raw).is_parsed


def test_a_bomb_is_kept_as_not_understood(message: Message, parser: Parser) -> None:
    report = stored(b"X: " + b"y" * 200_000 + b"\r\n\r\n", message.pk)
    assert reading.read(report, parser) is ReportKind.UNKNOWN
    row = InboundReport.objects.get(pk=report)
    assert row.state == InboundReport.State.ASIDE
    assert "Not parsed" in row.summary


@pytest.mark.parametrize(
    ("charset", "words"), [(b"utf-7", b"+2AA-"), (b"unicode_escape", b"\\ud800"), (b"utf-7", b"+AAA-")]
)
def test_half_a_character_in_a_report_does_no_harm(
    message: Message, parser: Parser, charset: bytes, words: bytes
) -> None:
    raw = (
        b"From: MAILER-DAEMON@evil.test\r\nSubject: failure notice\r\nContent-Type: text/plain; charset="
        + charset
        + b"\r\n\r\n550 5.1.1 "
        + words
        + b" no\r\n"
    )
    report = stored(raw, message.pk)
    assert reading.read(report, parser) is ReportKind.BOUNCE
    assert "550 5.1.1" in InboundReport.objects.get(pk=report).summary


def test_while_reading_is_on_hold_reports_are_kept_and_read_after_the_release(message: Message, parser: Parser) -> None:
    stored(mails.dsn(), message.pk)
    holds.hold(holds.COMMAND_LINE, kinds=[holds.Kind.REPORTS], reason="")
    assert ReportWorker(parser).read_batch() == 0
    assert len(report_queue.due()) == 1
    assert not BlockedAddress.objects.exists()
    holds.release(holds.COMMAND_LINE, kinds=holds.Kind)
    assert ReportWorker(parser).read_batch() == 1
    assert BlockedAddress.objects.filter(address="ann@example.net").exists()


def test_of_several_recipients_only_the_one_of_the_message_can_bounce(message: Message, parser: Parser) -> None:
    others = b"Final-Recipient: rfc822; bob@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
    raw = mails.dsn(b"relayed", b"2.0.0").replace(b"Final-Recipient", others + b"Final-Recipient", 1)
    assert reading.read(stored(raw, message.pk), parser) is ReportKind.UNKNOWN
    assert kinds(message) == [EventKind.DELIVERED]
    assert not BlockedAddress.objects.exists()


def test_opting_out_twice_and_then_complaining_is_one_unsubscription_and_one_complaint(
    message: Message, parser: Parser
) -> None:
    for type in (b"opt-out", b"Opt-Out-List", b"abuse", b"abuse"):
        reading.read(stored(mails.arf(type), message.pk), parser)
    assert kinds(message) == [EventKind.DELIVERED, EventKind.UNSUBSCRIBE, EventKind.SPAMREPORT]


def test_a_report_on_a_message_that_is_no_longer_kept_is_read_and_says_nothing(
    message: Message, parser: Parser
) -> None:
    number = message.pk
    Event.objects.all().delete()
    Message.objects.filter(pk=number).delete()
    report = stored(mails.dsn(), number)
    assert reading.read(report, parser) is ReportKind.BOUNCE
    row = InboundReport.objects.get(pk=report)
    assert (row.state, row.account_id) == ("read", None)
    assert not Event.objects.exists()
