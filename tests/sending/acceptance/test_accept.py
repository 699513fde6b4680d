"""accept(): what it stores, what it refuses and how, and that limits hold under concurrency."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts import quota
from accounts.caller import Caller
from accounts.errors import Forbidden, Refused
from accounts.mail.addresses import key_of
from accounts.models import Account, Allowance
from blocklist import blocking
from domains.models import SenderDomain
from sending.acceptance.accept import Accepted, accept
from sending.acceptance.draft import Draft, File
from sending.acceptance.gates import GATES
from sending.acceptance.limits import VOLUME_SECONDS, volume_key
from sending.models import Attachment, DeliverStatus, Event, EventKind, Message, QueueItem, Submission
from sending.queue_signal import notifier
from templates_app.queries import compiled
from tests import factories
from tests.conftest import Rules
from tests.refusals import refused

pytestmark = pytest.mark.django_db

VALUES = {"name": "Ann", "code": "123"}


class Shop:
    """An account that is ready to send, and its first draft."""

    def __init__(self, **account: Any) -> None:
        self.account = factories.account(**account)
        self.caller = factories.caller(self.account)
        self.domain = factories.domain(self.account, reputation_level=20)
        self.address = factories.address(self.domain)
        self.template = factories.template(self.account)
        compiled(self.template.approved_id)

    def draft(self, **changes: Any) -> Draft:
        return Draft(
            **{
                "from_address": self.address.address,
                "subject": "Hello {{name}}",
                "to": ("ann@example.com",),
                "template_id": self.template.pk,
                "variables": VALUES,
                **changes,
            }
        )

    def accept(self, **changes: Any) -> Accepted:
        return accept(self.caller, draft=self.draft(**changes))

    def refusal(self, **changes: Any) -> Refused:
        with refused() as caught:
            self.accept(**changes)
        return caught.value


@pytest.fixture
def shop() -> Shop:
    # A test does not wait for the next second, so the rate is out of its way.
    return Shop(mails_per_second=1000)


def test_a_mail_is_stored_with_its_message_its_place_in_the_queue_and_its_event(shop: Shop) -> None:
    accepted = shop.accept(to=("Ann@Example.com",), unsubscribe="2", trigger_type=1)
    submission = Submission.objects.get(pk=accepted.submission)
    message = Message.objects.get(pk=accepted.messages[0])
    assert (submission.message_id, message.message_id) == (accepted.message_id, accepted.message_id)
    assert (submission.from_name, submission.from_address) == ("News", shop.address.address)
    assert (submission.subject, submission.variables, submission.to) == ("Hello {{name}}", VALUES, ["Ann@example.com"])
    assert (submission.version, submission.unsubscribe, submission.trigger_type) == (shop.template.approved_id, "2", 1)
    assert (message.subject, message.recipient, message.recipient_domain) == (
        "Hello Ann",
        "Ann@example.com",
        "example.com",
    )
    assert (message.account_id, message.deliver_status, message.send_status) == (
        shop.account.pk,
        DeliverStatus.QUEUED,
        0,
    )
    item = QueueItem.objects.get()
    assert (item.message, item.account_id, item.recipient_domain, item.attempts) == (
        message.pk,
        shop.account.pk,
        "example.com",
        0,
    )
    event = Event.objects.get()
    assert (event.kind, event.message, event.recipient) == (EventKind.ACCEPTED, message.pk, message.recipient)


def test_the_ids_have_the_forms_that_clients_and_mail_servers_know(shop: Shop) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    accepted = shop.accept()
    known = re.fullmatch(rf"qcloudses-30-{shop.account.app_id}-date-(\d{{14}})-[A-Za-z0-9]{{12}}1", accepted.message_id)
    assert known
    china = datetime.strptime(known[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC) - timedelta(hours=8)
    assert before <= china <= datetime.now(UTC)
    header = Submission.objects.get().header_message_id
    assert re.fullmatch(rf"<\d{{14}}\.[A-Za-z0-9]+@{shop.domain.name}>", header)


def test_a_message_id_of_the_clients_own_is_kept(shop: Shop) -> None:
    shop.accept(header_message_id="<order-5@shop.example>")
    assert Submission.objects.get().header_message_id == "<order-5@shop.example>"


def test_an_alias_before_the_sender_is_the_name_that_readers_see(shop: Shop) -> None:
    shop.accept(from_address=f"Shop <{shop.address.address.upper()}>")
    assert (Submission.objects.get().from_name, Submission.objects.get().from_address) == ("Shop", shop.address.address)


def test_a_from_header_and_a_reply_address_of_the_clients_own_are_kept(shop: Shop) -> None:
    shop.accept(header_from=f"Shop, Inc. <shop@{shop.domain.name.upper()}>", reply_to="ann@example.com")
    submission = Submission.objects.get()
    assert (submission.header_from, submission.reply_to) == (
        f'"Shop, Inc." <shop@{shop.domain.name}>',
        "ann@example.com",
    )


def test_each_recipient_gets_one_copy(shop: Shop) -> None:
    accepted = shop.accept(
        to=("ann@example.com", "ANN@example.com", "bob@example.com"),
        cc=("bob@example.com", "cy@example.com"),
        bcc=("dan@example.com",),
    )
    assert len(accepted.messages) == 4
    submission = Submission.objects.get()
    assert (submission.to, submission.cc, submission.bcc) == (
        ["ann@example.com", "bob@example.com"],
        ["cy@example.com"],
        ["dan@example.com"],
    )


def test_files_are_kept_byte_for_byte(shop: Shop) -> None:
    content = bytes(range(256))
    shop.accept(attachments=(File(name="a.pdf", content=content), File(name="b.ZIP", content=b"")))
    assert [(file.name, bytes(file.content)) for file in Attachment.objects.order_by("id")] == [
        ("a.pdf", content),
        ("b.ZIP", b""),
    ]


def test_the_trace_holds_what_every_gate_found(shop: Shop) -> None:
    trace = Message.objects.get(pk=shop.accept().messages[0]).trace
    names = [line["gate"] for line in trace]
    assert names == [gate.__name__ for gate in GATES if gate.__name__ in names]
    assert {line["passed"] for line in trace} == {True}
    assert trace[-1] == {"gate": "daily_volume", "passed": True, "value": 1, "limit": 1_000_000}


def test_what_counts_against_a_limit_comes_last_and_the_volume_of_the_day_at_the_very_end() -> None:
    names = [gate.__name__ for gate in GATES]
    assert names[:3] == ["account_active", "sender_format", "sender_verified"]
    # Blocked recipients take nothing of an hour's mails, and nothing that is refused for its form takes anything.
    assert names[-5:] == ["queue_room", "not_blocked", "recipient_frequency", "sending_rate", "daily_volume"]
    assert len(set(names)) == 22


@pytest.mark.parametrize(("changes", "code", "words"), [
    ({"from_address": "news"}, "FailedOperation.IncorrectSender", "needs a name"),
    ({"from_address": "A: b <news@x.example>"}, "FailedOperation.IncorrectSender", "cannot contain"),
    ({"from_address": "other@elsewhere.example"}, "FailedOperation.NotAuthenticatedSender", "not a sender address"),
    ({"header_from": "ann@elsewhere.example"}, "FailedOperation.IncorrectSender", "same domain for both"),
    ({"header_from": "ann"}, "FailedOperation.IncorrectSender", "HeaderFrom"),
    ({"reply_to": "ann"}, "InvalidParameterValue.IllegalEmailAddress", "ReplyToAddresses"),
    ({"to": ()}, "InvalidParameterValue.EmailAddressIsNULL", "at least one"),
    ({"to": ("",)}, "InvalidParameterValue.EmailAddressIsNULL", "at least one"),
    ({"to": tuple(f"{n}@example.com" for n in range(51))}, "FailedOperation.TooManyRecipients", "51 addresses; 50"),
    ({"cc": tuple(f"{n}@example.com" for n in range(21))}, "FailedOperation.TooManyRecipients", "Cc has 21"),
    ({"bcc": tuple(f"{n}@example.com" for n in range(21))}, "FailedOperation.TooManyRecipients", "Bcc has 21"),
    ({"to": ("ann@example.com", "bob")}, "FailedOperation.IncorrectEmail", "Not an email address: bob"),
    ({"to": ("Ann <ann@example.com>",)}, "FailedOperation.IncorrectEmail", "Ann <ann@example.com>"),
    ({"bcc": ("ANN@example.com",)}, "InvalidParameterValue.ReceiverEmailInvalid", "ANN@example.com"),
    ({"template_id": None}, "FailedOperation.MissingEmailContent", "approved template"),
    ({"template_id": 99999999}, "FailedOperation.InvalidTemplateID", "99999999"),
    ({"template_id": -1}, "FailedOperation.InvalidTemplateID", "-1"),
    ({"template_id": 2**70}, "FailedOperation.InvalidTemplateID", "not an approved template"),
    ({"variables": None}, "FailedOperation.WrongContentJson", "no value for code, name"),
    ({"variables": {"name": "Ann"}}, "FailedOperation.WrongContentJson", "no value for code"),
    ({"subject": "{{greeting}}"}, "FailedOperation.WrongContentJson", "no value for greeting"),
    ({"variables": {**VALUES, "code": "\0"}}, "FailedOperation.WrongContentJson", "NUL"),
    ({"variables": {**VALUES, "code": "\ud800"}}, "FailedOperation.WrongContentJson", "unpaired surrogate"),
    ({"subject": "  "}, "InvalidParameterValue", "1 to 998"),
    ({"subject": "x" * 999}, "InvalidParameterValue", "999 characters"),
    ({"subject": "a\r\nBcc: evil@example.com"}, "InvalidParameterValue", r"U\+000D"),
    ({"variables": {**VALUES, "name": "Ann\nBcc: evil@example.com"}}, "InvalidParameterValue", r"U\+000A"),
    ({"unsubscribe": "13"}, "InvalidParameterValue", "0 .no link. to 12"),
    ({"trigger_type": 2}, "InvalidParameterValue", "TriggerType"),
    ({"headers": {"Bcc": "evil@example.com"}}, "InvalidParameterValue", "written by the platform"),
    ({"headers": {"X-A": "1", "x-a": "2"}}, "InvalidParameterValue", "each only once"),
    ({"headers": {f"X-{n}": "1" for n in range(51)}}, "InvalidParameterValue", "at most 50"),
    ({"header_message_id": "no brackets"}, "InvalidParameterValue", "SmtpMessageId"),
    ({"attachments": (File(name="a.pdf", content=b""),) * 11}, "FailedOperation.TooManyAttachments", "11 files"),
    ({"attachments": (File(name="a.exe", content=b""),)}, "FailedOperation.InvalidAttachName", r"type \.exe"),
    ({"attachments": (File(name="a.pdf", content=bytes(2_100_000)),) * 2}, "FailedOperation.AttachContentToolarge", "4,200,000"),
    ({"variables": {**VALUES, "code": "x" * 100_001}}, "FailedOperation.EmailContentToolarge", "100,000"),
])  # fmt: skip
def test_what_is_wrong_is_refused_by_its_code_and_nothing_is_stored(
    shop: Shop, changes: dict[str, Any], code: str, words: str
) -> None:
    refusal = shop.refusal(**changes)
    assert refusal.code == code
    assert re.search(words, refusal.message)
    assert not Submission.objects.exists()
    assert not Message.objects.exists()
    assert quota.used(volume_key(shop.domain.pk), seconds=86_400) == 0


def test_a_variable_that_stands_in_many_places_counts_each_time(shop: Shop) -> None:
    template = factories.template(shop.account, html="<p>" + "{{a}}" * 20 + "</p>")
    assert (
        shop.refusal(template_id=template.pk, subject="x", variables={"a": "x" * 60_000}).code
        == "FailedOperation.EmailContentToolarge"
    )


def test_a_suspended_account_sends_nothing(shop: Shop) -> None:
    shop.account.status, shop.account.status_reason = Account.Status.SUSPENDED, "complaints"
    refusal = shop.refusal()
    assert refusal.code == "FailedOperation.SendEmailErr"
    assert "complaints" in refusal.message


def test_who_may_not_send_is_refused(shop: Shop) -> None:
    analyst = factories.caller(shop.account, "analyst")
    with pytest.raises(Forbidden):
        accept(analyst, draft=shop.draft())


def test_a_task_of_the_service_may_send(shop: Shop) -> None:
    accepted = accept(factories.service_caller(shop.account), draft=shop.draft())
    submission = Submission.objects.get(pk=accepted.submission)
    assert (submission.channel, submission.submitted_by) == (Submission.Channel.TASK, "task")


def test_an_unverified_domain_sends_nothing_and_a_failing_one_still_does(shop: Shop) -> None:
    for state, may in (
        (SenderDomain.State.PENDING, False),
        (SenderDomain.State.FAILED, False),
        (SenderDomain.State.FAILING, True),
    ):
        failing = state in {SenderDomain.State.FAILING, SenderDomain.State.FAILED}
        SenderDomain.objects.update(state=state, failing_since=datetime.now(UTC) if failing else None)
        if may:
            assert shop.accept()
        else:
            assert shop.refusal().code == "FailedOperation.NotAuthenticatedSender"


def test_another_account_s_sender_and_template_are_as_good_as_none(shop: Shop) -> None:
    other = Shop()
    assert shop.refusal(from_address=other.address.address).code == "FailedOperation.NotAuthenticatedSender"
    assert shop.refusal(template_id=other.template.pk).code == "FailedOperation.InvalidTemplateID"


def test_a_full_queue_is_a_refusal_that_says_so(shop: Shop, rules: Rules) -> None:
    rules(queue_max_items=0)
    refusal = shop.refusal()
    assert refusal.code == "ResourceInsufficient"
    assert "queue is full" in refusal.message


BARS = [
    ("unsubscribed", 1013, "FailedOperation.ReceiverHasUnsubscribed"),
    ("complained", 1008, "FailedOperation.RejectedByRecipients"),
    ("refused", 1008, "FailedOperation.RejectedByRecipients"),
]


@pytest.mark.parametrize(("cause", "status", "code"), BARS)
def test_who_unsubscribed_or_complained_is_barred_for_that_domain_alone(
    shop: Shop, cause: str, status: int, code: str
) -> None:
    blocking.block_rejects(
        [
            blocking.Reject(
                account_id=shop.account.pk,
                sender_domain=shop.domain.name,
                address=key_of("ann@example.com"),
                cause=cause,
                reason="",
                message=1,
            )
        ]
    )
    assert shop.refusal().code == code
    assert Message.objects.get().send_status == status
    other = factories.address(factories.domain(shop.account, reputation_level=20))
    assert shop.accept(from_address=other.address)


def test_a_refusal_speaks_the_caller_s_language_and_is_stored_in_english(shop: Shop) -> None:
    factories.block(shop.account, address="dead@example.com")
    with override("zh-hans"):
        assert shop.refusal(to=("dead@example.com",)).message.startswith("dead@example.com 在黑名单中。")
    stored = Message.objects.get()
    assert stored.deliver_message.startswith("dead@example.com is on the blocklist.")
    assert stored.trace[-1]["value"] == stored.deliver_message
    assert Event.objects.get().reason == stored.deliver_message


def test_a_blocked_recipient_is_stored_as_dropped_while_the_others_get_their_mail(shop: Shop) -> None:
    factories.block(shop.account, address="dead@example.com")
    accepted = shop.accept(to=("Dead@example.com", "ann@example.com"))
    dead = Message.objects.get(recipient="Dead@example.com")
    assert (dead.send_status, dead.deliver_status) == (1007, DeliverStatus.DROPPED)
    assert "blocklist" in dead.deliver_message
    assert (dead.trace[-1]["gate"], dead.trace[-1]["passed"]) == ("not_blocked", False)
    assert len(accepted.messages) == 2
    assert list(QueueItem.objects.values_list("recipient_domain", "message")) == [
        ("example.com", Message.objects.get(recipient="ann@example.com").pk)
    ]
    assert set(Event.objects.values_list("kind", "recipient")) == {
        (EventKind.REFUSED, "Dead@example.com"),
        (EventKind.ACCEPTED, "ann@example.com"),
    }
    assert quota.used(volume_key(shop.domain.pk), seconds=86_400) == 1


def test_when_all_are_barred_they_are_stored_and_the_mail_is_refused(shop: Shop) -> None:
    factories.block(shop.account)
    refusal = shop.refusal()
    assert refusal.code == "FailedOperation.EmailAddrInBlacklist"
    assert "ann@example.com" in refusal.message
    assert Message.objects.get().send_status == 1007
    assert not QueueItem.objects.exists()


def test_an_address_gets_ten_mails_an_hour_and_not_eleven(shop: Shop) -> None:
    for _ in range(10):
        shop.accept()
    refusal = shop.refusal()
    assert refusal.code == "FailedOperation.FrequencyLimit"
    assert Message.objects.order_by("-id")[0].send_status == 1006
    assert shop.accept(to=("bob@example.com",))
    assert Shop().accept()


def test_the_daily_volume_of_the_domain_s_level_holds(shop: Shop) -> None:
    SenderDomain.objects.update(reputation_level=1)
    quota.take([quota.Limit(volume_key(shop.domain.pk), 500, 86_400, 499)])
    refusal = shop.refusal(to=("a@example.com", "b@example.com"))
    assert refusal.code == "FailedOperation.ExceedSendLimit"
    assert "500 emails per day at reputation level 1" in refusal.message
    assert not Message.objects.exists()
    assert shop.accept(to=("a@example.com",))
    assert shop.refusal(to=("b@example.com",)).code == "FailedOperation.ExceedSendLimit"


def test_a_refused_mail_gives_its_units_back(shop: Shop) -> None:
    SenderDomain.objects.update(reputation_level=0)
    for _ in range(11):
        assert shop.refusal().code == "FailedOperation.ExceedSendLimit"
    SenderDomain.objects.update(reputation_level=1)
    assert shop.accept()


def test_the_rate_of_the_account_holds_and_a_mail_for_many_takes_a_whole_second() -> None:
    shop = Shop(mails_per_second=2)
    assert shop.accept(to=tuple(f"{n}@example.com" for n in range(5)))
    codes = set()
    for number in range(20):
        try:
            shop.accept(to=(f"x{number}@example.com",))
        except Refused as refusal:
            codes.add(refusal.code)
    assert codes == {"RequestLimitExceeded"}


def test_one_mail_costs_few_statements(shop: Shop) -> None:
    with CaptureQueriesContext(connection) as queries:
        shop.accept()
    statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(statements) <= 8
    with CaptureQueriesContext(connection) as more:
        shop.accept(to=tuple(f"{n}@example.com" for n in range(50)))
    assert len(more) == len(queries)


def test_delivery_is_woken_after_the_commit(shop: Shop, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks() as later:
        shop.accept()
    assert later == [notifier.notify]


class Away:
    """A database that goes away when the mail is to be written."""

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "sending_submission" in sql:
            raise OperationalError("the connection is closed")
        return execute(sql, params, many, context)


def test_with_the_database_away_there_is_no_id(shop: Shop) -> None:
    with connection.execute_wrapper(Away()), pytest.raises(OperationalError):
        shop.accept()
    assert not Message.objects.exists()


@given(
    name=st.text(max_size=30),
    code=st.text(max_size=30),
    subject=st.text(max_size=60),
    header=st.text(max_size=30),
)
@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_whatever_text_comes_is_stored_as_it_is_or_refused(
    shop: Shop, rules: Rules, name: str, code: str, subject: str, header: str
) -> None:
    rules(mails_per_recipient_hour=10_000)
    values = {"name": name, "code": code}
    try:
        accepted = shop.accept(subject=subject, variables=values, headers={"X-Tencentcloudses-Cb-A": header})
    except Refused:
        return
    submission = Submission.objects.get(pk=accepted.submission)
    assert (submission.subject, submission.variables) == (subject, values)
    assert submission.headers == {"X-Tencentcloudses-Cb-A": header}
    assert len(Message.objects.get(submission=submission).subject.splitlines()) <= 1


def _many(caller: Caller, drafts: list[Draft]) -> list[str]:
    """Send all drafts at once, each over a connection of its thread, and return the codes ("" for accepted)."""

    def code_of(draft: Draft) -> str:
        try:
            accept(caller, draft=draft)
        except Refused as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return ""

    with ThreadPoolExecutor(12) as pool:
        return list(pool.map(code_of, drafts))


def _fill_next(key: str, allowed: int, seconds: int) -> None:
    """Leave no room in the window after this one, for a test that runs across its end."""
    now = datetime.now(UTC)
    Allowance.objects.create(key=key, window=now.timestamp() // seconds + 1, used=allowed, ends_at=now)


@pytest.mark.django_db(transaction=True)
def test_two_hundred_at_once_pass_no_limit_by_even_one() -> None:
    shop = Shop(mails_per_second=10_000)
    SenderDomain.objects.update(reputation_level=1)
    quota.take([quota.Limit(volume_key(shop.domain.pk), 500, VOLUME_SECONDS, 450)])
    _fill_next(volume_key(shop.domain.pk), 500, VOLUME_SECONDS)
    drafts = [shop.draft(to=(f"r{number % 100}@example.com",)) for number in range(200)]
    codes = _many(shop.caller, drafts)
    assert codes.count("") == 50
    assert set(codes) == {"", "FailedOperation.ExceedSendLimit"}
    assert Message.objects.count() == QueueItem.objects.count() == Event.objects.count() == 50


@pytest.mark.django_db(transaction=True)
def test_two_hundred_at_once_to_one_address_come_to_ten() -> None:
    shop = Shop(mails_per_second=10_000)
    [to] = shop.draft().to
    _fill_next(f"recipient.{shop.account.pk}.{to}", 10, 3600)
    codes = _many(shop.caller, [shop.draft()] * 200)
    assert codes.count("") == 10
    assert set(codes) == {"", "FailedOperation.FrequencyLimit"}
    assert QueueItem.objects.count() == 10
