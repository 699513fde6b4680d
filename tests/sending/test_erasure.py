"""A person's data goes; figures and blocks stay."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from accounts.caller import Caller
from accounts.erased_addresses import PREFIX, pseudonyms
from accounts.errors import Forbidden, Refused
from accounts.mail.addresses import key_of
from accounts.models import Account, AuditEntry
from blocklist import blocking
from blocklist.models import BlockedAddress, Exemption
from blocklist.queries import BlockQuery, blocked_among, look_up
from sending import erasure, events, holds
from sending.events import NewEvent
from sending.models import (
    Attachment,
    Attempt,
    Event,
    EventKind,
    InboundReport,
    Message,
    PostmasterMail,
    QueueItem,
    SimulatedMail,
    Submission,
)
from sending.tracking import links
from stats import rollup
from stats.models import DayVolume
from tests import factories

pytestmark = pytest.mark.django_db

ADDRESS = "Ada.Lovelace@Analytical.test"
KEY = key_of(ADDRESS)
DOMAIN = "mail.example.test"


@pytest.fixture
def account() -> Account:
    return factories.account()


@pytest.fixture
def admin(account: Account) -> Caller:
    return factories.caller(account, "admin")


def everything(account: Account) -> Message:
    """Leave a trace of the person in every table that may have one."""
    submission = factories.submission(
        account,
        subject="For {{name}} Lovelace",
        to=["bob@b.test", ADDRESS],
        cc=[ADDRESS.lower()],
        variables={"name": "Ada.Lovelace"},
        headers={"X-For": ADDRESS},
    )
    Attachment.objects.create(account=account, submission=submission, name="Ada.Lovelace.pdf", content=b"x")
    message = factories.message(
        account,
        submission=submission,
        recipient=ADDRESS,
        recipient_domain="analytical.test",
        subject="For Ada.Lovelace",
        deliver_message=f"550 <{ADDRESS}> unknown",
        deliver_status=3,
        trace=[{"gate": "blocklists", "passed": False, "value": ADDRESS, "limit": ""}],
    )
    factories.message(account, submission=submission, recipient="bob@b.test", subject="For Bob")
    for kind, fields in (
        (EventKind.BOUNCE, {"reason": ADDRESS}),
        (EventKind.CLICK, {"link": f"https://a.test/{ADDRESS}"}),
    ):
        factories.event(
            account, kind, message=message.pk, recipient=ADDRESS, recipient_domain="analytical.test", **fields
        )
    Attempt.objects.create(
        account=account, message=message.pk, number=1, started_at=datetime.now(UTC), milliseconds=1, outcome="bounced",
        reply_code=550, reply=f"550 <{ADDRESS}>", conversation=f"C: RCPT TO:<{ADDRESS}>", bounce_class="InvalidRecipient",
    )  # fmt: skip
    raw = f"To: {ADDRESS}\r\n".encode()
    SimulatedMail.objects.create(account=account, mail_from="a", recipient=ADDRESS, raw=raw)
    InboundReport.objects.create(
        account=account,
        message=message.pk,
        kind="dsn",
        raw=raw,
        summary=ADDRESS,
        state="read",
        read_at=datetime.now(UTC),
    )
    factories.block(account, kind="custom", cause="entered", address=KEY.text, reason=f"{ADDRESS} asked")
    factories.block(account, kind="reject", address=KEY.text, sender_domain=DOMAIN)
    return message


def tables_with(text: str) -> list[str]:
    """Return the tables that hold a text anywhere, whatever its case and in whatever column."""
    found = []
    for model in apps.get_models():
        if model._meta.proxy or not model._meta.managed:
            continue
        with connection.cursor() as cursor:
            # As JSON, bytes are hexadecimal.
            cursor.execute(
                f"SELECT count(*) FROM {model._meta.db_table} AS t WHERE strpos(lower(to_json(t)::text), %s) > 0 "
                "OR strpos(to_json(t)::text, %s) > 0",
                [text.lower(), text.encode().hex()],
            )
            if cursor.fetchone()[0]:
                found.append(model._meta.db_table)
    return found


def test_no_table_names_the_person_any_more(account: Account, admin: Caller) -> None:
    everything(account)
    assert len(tables_with("Ada.Lovelace")) == 8
    assert erasure.erase(admin, address=f" {ADDRESS.lower()} ") == erasure.Erased(emails=1, blocks=2)
    assert tables_with("Ada.Lovelace") == []
    submission = Submission.objects.get()
    (pseudonym,) = pseudonyms(KEY)
    assert (submission.to, submission.cc, submission.is_content_erased) == (
        ["bob@b.test", pseudonym],
        [pseudonym],
        True,
    )
    # Of the other recipient, what does not name the person stays.
    assert Message.objects.get(recipient="bob@b.test").subject == "For Bob"
    message = Message.objects.get(recipient=pseudonym)
    assert (message.recipient_domain, message.deliver_status) == ("analytical.test", 3)
    attempt = Attempt.objects.get()
    assert (attempt.reply_code, attempt.bounce_class) == (550, "InvalidRecipient")


def test_the_act_is_written_down_without_the_address(account: Account, admin: Caller) -> None:
    everything(account)
    erasure.erase(admin, address=ADDRESS)
    entry = AuditEntry.objects.get(act="recipients.erase")
    assert entry.target == pseudonyms(KEY)[0]
    assert entry.details == {"emails": 1, "blocks": 2, "waiting": 0}


def test_figures_stay_when_they_are_made_anew(account: Account, admin: Caller) -> None:
    everything(account)
    rollup.roll_up()
    before = list(DayVolume.objects.values_list("recipient_domain", "bounced_soft", "clicked"))
    erasure.erase(admin, address=ADDRESS)
    rollup.rebuild(datetime.now(UTC).date())
    rollup.roll_up()
    assert list(DayVolume.objects.values_list("recipient_domain", "bounced_soft", "clicked")) == before


def query(account: Account, domain: str = DOMAIN) -> BlockQuery:
    return BlockQuery(account.pk, domain, KEY)


def test_blocks_of_every_kind_still_bind(account: Account, admin: Caller, django_assert_num_queries: Any) -> None:
    other = factories.account()
    factories.block(account, kind="invalid", address=KEY.text)
    factories.block(account, kind="reject", address=KEY.text, sender_domain=DOMAIN)
    erasure.erase(admin, address=ADDRESS)
    with django_assert_num_queries(1):
        found = blocked_among([query(account), query(other), BlockQuery(other.pk, DOMAIN, key_of("bob@b.test"))])
    assert {asked: block.kind for asked, block in found.items()} == {query(account): "reject", query(other): "invalid"}
    assert [block.row.kind for block in look_up(admin, KEY)] == ["reject", "invalid"]
    assert blocked_among([query(account, "else.test")])[query(account, "else.test")].kind == "invalid"


def test_a_whitelisted_address_stays_whitelisted_and_may_be_taken_off(account: Account, admin: Caller) -> None:
    blocker = factories.account()
    factories.block(blocker, kind="invalid", address=KEY.text, expires_at=datetime(2099, 1, 1, tzinfo=UTC))
    blocking.whitelist(admin, address=ADDRESS)
    erasure.erase_everywhere(holds.COMMAND_LINE, address=ADDRESS)
    assert blocked_among([query(account)]) == {}
    blocking.unwhitelist(admin, address=ADDRESS)
    assert blocked_among([query(account)])[query(account)].kind == "invalid"
    blocking.whitelist(admin, address=ADDRESS)
    assert blocked_among([query(account)]) == {}
    assert Exemption.objects.get().address.startswith(PREFIX)


def test_hashes_under_an_older_key_still_bind(account: Account, admin: Caller, settings: Any) -> None:
    factories.block(account, kind="custom", cause="entered", address=KEY.text)
    erasure.erase(admin, address=ADDRESS)
    settings.SECRETS_KEYS = ["a newer key, long enough for its purpose", *settings.SECRETS_KEYS]
    assert blocked_among([query(account)])
    settings.SECRETS_KEYS = settings.SECRETS_KEYS[:1]
    assert not blocked_among([query(account)])


def test_who_was_blocked_again_is_erased_again_and_the_later_end_holds(account: Account, admin: Caller) -> None:
    for year in (2098, 2099, 2097):
        end = datetime(year, 1, 1, tzinfo=UTC)
        factories.block(account, kind="custom", cause="entered", address=KEY.text, expires_at=end)
        erasure.erase(admin, address=ADDRESS)
    assert BlockedAddress.objects.get().expires_at == datetime(2099, 1, 1, tzinfo=UTC)
    factories.block(account, kind="custom", cause="entered", address=KEY.text)
    erasure.erase(admin, address=ADDRESS)
    assert BlockedAddress.objects.get().expires_at is None


def test_an_unsubscription_that_comes_later_binds(account: Account, admin: Caller, client: Client) -> None:
    message = factories.message(account, recipient=ADDRESS, submission=factories.submission(account, unsubscribe="2"))
    erasure.erase(admin, address=ADDRESS)
    url = "/" + links.unsubscribe_url(message.pk).split("/", 3)[3]
    page = client.get(url)
    assert (page.status_code, PREFIX in page.content.decode()) == (200, False)
    assert client.post(url).status_code == 200
    assert blocked_among([query(account, message.sender_domain)])
    assert tables_with("Ada.Lovelace") == []


def test_an_email_that_waits_is_delivered_first(account: Account, admin: Caller) -> None:
    message = everything(account)
    item = QueueItem.objects.create(message=message.pk, account=account, recipient_domain="analytical.test")
    assert erasure.erase(admin, address=ADDRESS) == erasure.Erased(blocks=2, waiting=1)
    assert Message.objects.get(pk=message.pk).recipient == ADDRESS
    assert Submission.objects.get().variables
    item.delete()
    assert erasure.erase(admin, address=ADDRESS) == erasure.Erased(emails=1)


def test_a_report_that_waits_is_read_first_and_blocks_nobody_else(account: Account, admin: Caller) -> None:
    message = factories.message(account, recipient=ADDRESS)
    InboundReport.objects.create(account=account, message=message.pk, kind="unknown", raw=b"x")
    erasure.erase(admin, address=ADDRESS)
    assert InboundReport.objects.count() == 1
    said = {"reason": f"550 <{ADDRESS}>", "link": f"https://a.test/?to={ADDRESS}", "user_agent": "Ada.Lovelace's"}
    events.record([NewEvent(kind=EventKind.BOUNCE, message=message.pk, bounce_type="hard_bounce", **said)])
    assert BlockedAddress.objects.get().address == pseudonyms(KEY)[0]
    assert Event.objects.get().recipient == pseudonyms(KEY)[0]
    assert tables_with("Ada.Lovelace") == []


def test_other_accounts_keep_theirs_unless_it_is_everywhere(account: Account, admin: Caller) -> None:
    everything(account)
    other = factories.account()
    everything(other)
    PostmasterMail.objects.create(mail_from=ADDRESS, recipient="postmaster", raw=b"")
    erasure.erase(admin, address=ADDRESS)
    assert Message.objects.filter(recipient=ADDRESS, account=other).exists()
    assert erasure.erase_everywhere(holds.COMMAND_LINE, address=ADDRESS) == erasure.Erased(emails=1, blocks=2)
    assert tables_with("Ada.Lovelace") == []
    entries = AuditEntry.objects.filter(act="recipients.erase", actor="command line")
    assert {entry.account for entry in entries} == {other, None}


def test_many_emails_go_in_batches(account: Account, admin: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "_DONE_WITH", erasure._DONE_WITH.replace(f"LIMIT {erasure.BATCH}", "LIMIT 2"))
    for _ in range(5):
        factories.message(account, recipient=ADDRESS)
    assert erasure.erase(admin, address=ADDRESS).emails == 5


def test_it_takes_the_right_and_an_address(account: Account, admin: Caller) -> None:
    with pytest.raises(Forbidden):
        erasure.erase(factories.caller(account, "operator"), address=ADDRESS)
    with pytest.raises(Refused):
        erasure.erase(admin, address="Ada")


class TestPage:
    """The form, and the command."""

    URL = "/sending/erase/"

    def test_an_admin_erases_in_the_account(self, account: Account, client: Client) -> None:
        everything(account)
        client.force_login(factories.user(account, "admin"))
        assert "everywhere" not in client.get(self.URL).content.decode()
        assert client.post(self.URL, {"address": ADDRESS}).status_code == 422
        assert client.post(self.URL, {"address": "Ada", "sure": "on"}).status_code == 422
        page = client.post(self.URL, {"address": ADDRESS, "sure": "on"}, follow=True).content.decode()
        assert "Erased. Emails: 1. Entries of blocklists: 2." in page
        assert ADDRESS not in page

    def test_staff_may_erase_everywhere(self, account: Account, client: Client) -> None:
        everything(account)
        everything(factories.account())
        client.force_login(factories.user(is_staff=True))
        assert "everywhere" in client.get(self.URL).content.decode()
        client.post(self.URL, {"address": ADDRESS, "sure": "on", "everywhere": "on"})
        assert tables_with("Ada.Lovelace") == []

    def test_the_command_reads_the_address_from_its_input(
        self, account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        everything(account)
        said = io.StringIO()
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{ADDRESS}\n"))
        call_command("erase_person", stdout=said, stderr=io.StringIO())
        assert said.getvalue() == "erased: emails 1, entries of blocklists 2\n"
        monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
        with pytest.raises(CommandError):
            call_command("erase_person", stdout=said, stderr=io.StringIO())
