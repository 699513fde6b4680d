"""The emails about notices: who gets which, once, and how they leave."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.utils import timezone

from accounts import notice_mails as choices
from accounts import notices
from accounts.caller import PlatformActor, member
from accounts.models import Account, Membership, Notice, NoticeMail, User
from sending import holds, notice_mails, tasks
from sending.models import Message, SimulatedMail
from sending.simulator import mail as received
from sending.smtp.result import SmtpResult
from tests import factories

pytestmark = pytest.mark.django_db

DOMAIN = "The DNS records of %(domain)s have changed. Fix them within %(hours)d hours, or it can no longer send."


class Outbox:
    """Takes the emails and answers as it is told."""

    def __init__(self, code: int = 250) -> None:
        self.code = code
        self.mails: list[tuple[str, EmailMessage]] = []

    def __call__(self, account: Account, recipient: str, mail: EmailMessage) -> SmtpResult:
        self.mails.append((recipient, mail))
        return SmtpResult(code=self.code)


@pytest.fixture(autouse=True)
def sender(settings) -> None:
    settings.NOTICE_SENDER = "notices@platform.test"
    settings.PUBLIC_URL = "https://console.test"


@pytest.fixture
def account() -> Account:
    return factories.account()


@pytest.fixture
def person(account: Account) -> User:
    return factories.user(account, "operator", language="en")


def drift(account: Account, *people: User, domain: str = "mail.test") -> None:
    notices.post(
        account,
        level=Notice.Level.WARNING,
        subject=f"domain:{domain}",
        text=DOMAIN,
        values={"domain": domain, "hours": 72},
        link="/domains/7/",
        kind=NoticeMail.Kind.DOMAINS,
        people=people,
    )


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_a_person_gets_a_notice_once_with_a_link_and_the_page_to_switch_it_off(account: Account, person: User) -> None:
    drift(account, person)
    outbox = Outbox()
    assert notice_mails.send_due(deliver=outbox) == 1
    assert notice_mails.send_due(deliver=outbox, now=timezone.now() + timedelta(days=9)) == 0
    ((recipient, mail),) = outbox.mails
    assert recipient == person.email
    assert mail["From"] == "notices@platform.test"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Subject"].startswith(f"{account.name}: The DNS records of mail.test have changed.")
    for kind in ("plain", "html"):
        assert "https://console.test/domains/7/" in text_of(mail, kind)
        assert "https://console.test/notices/email/" in text_of(mail, kind)


def test_the_mail_is_in_the_language_of_the_person(account: Account) -> None:
    drift(account, factories.user(account, language="zh-hans"))
    outbox = Outbox()
    notice_mails.send_due(deliver=outbox)
    mail = outbox.mails[0][1]
    assert "DNS 记录" in mail["Subject"]
    assert 'lang="zh-hans"' in text_of(mail, "html")
    assert mail.as_bytes().isascii()


def test_what_a_notice_quotes_cannot_become_markup_or_a_header(account: Account, person: User) -> None:
    notices.post(
        account,
        level=Notice.Level.WARNING,
        subject="template 1",
        text="Template “%(name)s” was rejected: %(reason)s",
        values={"name": "<b>x</b>", "reason": ["one", "Bcc: all@x.test"]},
        kind=NoticeMail.Kind.TEMPLATES,
        people=[person],
    )
    outbox = Outbox()
    notice_mails.send_due(deliver=outbox)
    mail = outbox.mails[0][1]
    assert mail["Bcc"] is None
    assert "<b>" not in text_of(mail, "html")
    assert "<b>x</b>" in text_of(mail)


def test_two_runs_at_once_send_it_once(account: Account, person: User) -> None:
    drift(account, person)
    outbox = Outbox()

    def meanwhile(account: Account, recipient: str, mail: EmailMessage) -> SmtpResult:
        assert notice_mails.send_due(deliver=outbox) == 0
        return outbox(account, recipient, mail)

    assert notice_mails.send_due(deliver=meanwhile) == 1
    assert len(outbox.mails) == 1


def test_many_notices_are_one_mail_and_the_next_waits_ten_minutes(account: Account, person: User) -> None:
    for number in range(5):
        drift(account, person, domain=f"mail{number}.test")
    outbox = Outbox()
    now = timezone.now()
    notice_mails.send_due(deliver=outbox, now=now)
    assert "5 notices" in outbox.mails[0][1]["Subject"]
    drift(account, person, domain="late.test")
    assert notice_mails.send_due(deliver=outbox, now=timezone.now() + timedelta(minutes=9)) == 0
    assert notice_mails.send_due(deliver=outbox, now=timezone.now() + timedelta(minutes=11)) == 1
    assert "late.test" in outbox.mails[1][1]["Subject"]


def test_a_domain_that_comes_and_goes_makes_one_mail_a_day(account: Account, person: User) -> None:
    outbox = Outbox()
    for _ in range(6):
        drift(account, person)
        notice_mails.send_due(deliver=outbox)
        notices.withdraw(account, subject="domain:mail.test")
    drift(account, person)
    assert notice_mails.send_due(deliver=outbox, now=timezone.now() + timedelta(hours=23)) == 0
    assert len(outbox.mails) == 1
    assert notice_mails.send_due(deliver=outbox, now=timezone.now() + timedelta(hours=25)) == 1


def test_the_same_notice_again_makes_no_mail_but_what_it_newly_says_does(account: Account, person: User) -> None:
    def post(text: str) -> None:
        notices.post(
            account,
            level=Notice.Level.DANGER,
            subject="audit",
            text=text,
            kind=NoticeMail.Kind.AUDIT,
            people=[person],
        )

    outbox = Outbox()
    post("one")
    notice_mails.send_due(deliver=outbox)
    post("one")
    later = timezone.now() + timedelta(hours=1)
    assert notice_mails.send_due(deliver=outbox, now=later) == 0
    post("two")
    assert notice_mails.send_due(deliver=outbox, now=later) == 1
    assert outbox.mails[0][1]["Message-ID"] != outbox.mails[1][1]["Message-ID"]


@pytest.mark.parametrize("why", ["closed", "muted", "removed", "inactive"])
def test_who_no_longer_needs_it_gets_none(account: Account, person: User, why: str) -> None:
    drift(account, person)
    if why == "closed":
        notices.withdraw(account, subject="domain:mail.test")
    elif why == "muted":
        choices.set_choice(member(account, person), kinds=["templates"], language="en")
    elif why == "removed":
        Membership.objects.filter(user=person).delete()
    else:
        User.objects.filter(pk=person.pk).update(is_active=False)
    outbox = Outbox()
    assert notice_mails.send_due(deliver=outbox) == 0
    assert not outbox.mails
    assert NoticeMail.objects.get().due_at is None


def test_a_temporary_refusal_is_tried_again_and_a_final_one_is_not(account: Account, person: User) -> None:
    drift(account, person)
    outbox = Outbox(code=451)
    assert notice_mails.send_due(deliver=outbox) == 0
    assert notice_mails.send_due(deliver=outbox) == 0
    assert len(outbox.mails) == 1
    outbox.code = 550
    notice_mails.send_due(deliver=outbox, now=timezone.now() + timedelta(minutes=11))
    assert len(outbox.mails) == 2
    assert outbox.mails[0][1]["Message-ID"] == outbox.mails[1][1]["Message-ID"]
    assert NoticeMail.objects.get().due_at is None
    assert NoticeMail.objects.get().sent_at is None


def test_one_mail_that_cannot_be_sent_does_not_stop_the_next(account: Account, person: User) -> None:
    other = factories.user(account)
    drift(account, person, other)
    outbox = Outbox()

    def broken_for_one(account: Account, recipient: str, mail: EmailMessage) -> SmtpResult:
        if recipient == person.email:
            raise OSError("no network")
        return outbox(account, recipient, mail)

    assert notice_mails.send_due(deliver=broken_for_one) == 1
    assert [recipient for recipient, _ in outbox.mails] == [other.email]
    assert NoticeMail.objects.get(user=person).due_at is not None


def test_without_a_sender_or_while_delivery_is_on_hold_nothing_goes(account: Account, person: User, settings) -> None:
    drift(account, person)
    outbox = Outbox()
    holds.hold(PlatformActor("x", "task"), kinds=[holds.Kind.DELIVERY], reason="")
    assert notice_mails.send_due(deliver=outbox) == 0
    holds.release(PlatformActor("x", "task"), kinds=[holds.Kind.DELIVERY])
    settings.NOTICE_SENDER = ""
    drift(account, person, domain="other.test")
    assert notice_mails.send_due(deliver=outbox) == 0
    assert NoticeMail.objects.count() == 1


def test_in_the_simulator_it_lands_in_the_inbox_of_the_account_and_counts_nowhere(
    account: Account, person: User, settings
) -> None:
    settings.TRANSPORT = "simulator"
    drift(account, person)
    assert tasks.send_notices() == 1
    row = SimulatedMail.objects.get()
    assert (row.account, row.recipient) == (account, person.email)
    assert "mail.test" in received.read(bytes(row.raw)).text
    assert not Message.objects.exists()


def test_through_a_relay_it_arrives_as_it_was_written(account: Account, person: User, settings) -> None:
    lines: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 relay.test\r\n")
        in_data = False
        while line := await reader.readline():
            lines.append(line)
            if in_data:
                if line != b".\r\n":
                    continue
                in_data = False
            elif line.startswith(b"DATA"):
                in_data = True
                writer.write(b"354 go on\r\n")
                continue
            elif line.startswith(b"QUIT"):
                writer.write(b"221 bye\r\n")
                break
            writer.write(b"250 OK\r\n")
        writer.close()

    async def run() -> SmtpResult:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            settings.TRANSPORT = "relay"
            settings.RELAY_URL = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            return await notice_mails.over_smtp("ann@example.com", b"Subject: x\r\n\r\n.text\r\n")

    assert asyncio.run(run()).code == 250
    assert b"MAIL FROM:<notices@platform.test>\r\n" in lines
    assert b"RCPT TO:<ann@example.com>\r\n" in lines
    assert b"..text\r\n" in lines
