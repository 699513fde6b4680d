"""Sensitive variables: there until the last mail of a submission is done with, and then only as a keyed hash."""

from __future__ import annotations

import re
import string
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts import tokens
from accounts.errors import Refused
from accounts.models import Account
from sending import holds, sensitive, waiting
from sending.acceptance.accept import accept
from sending.acceptance.draft import Draft
from sending.delivery import queue
from sending.delivery.pipeline import Hold, expired, render, still_wanted
from sending.delivery.queued import RenderedMail
from sending.delivery.results import put_back, settlement_of, unsent
from sending.models import Attempt, Event, EventKind, Message, QueueItem, Submission
from sending.models.ids import first_of
from sending.sensitive import MASK, hashed, without_values
from sending.smtp.result import Failure, SmtpResult
from sending.tracking import links
from tests import factories
from tests.sending.delivery.post import Post
from tests.sending.delivery.test_pipeline import NOW
from tests.side_by_side import side_by_side

pytestmark = pytest.mark.django_db

CODE = "493817"
VALUES = {"name": "Ada", "code": CODE}
SENSITIVE = {"variables": VALUES, "sensitive": {"code": ""}}
DELIVERED = SmtpResult(code=250, text="250 ok", stage="body")
DEFERRED = SmtpResult(code=451, text="451 busy", stage="rcpt")


@pytest.fixture
def post() -> Post:
    return Post()


def kept(submission: Submission | int) -> tuple[dict[str, str], dict[str, str]]:
    """Return the variables and hashes that are stored now."""
    pk = submission if isinstance(submission, int) else submission.pk
    found = Submission.objects.get(pk=pk)
    return found.variables, found.sensitive


def settle(result: SmtpResult, limit: int = 10, worker: str = "w") -> None:
    messages, _ = queue.claim(limit, worker)
    queue.settle([settlement_of(queued, result, began=NOW, seconds=0) for queued in messages], worker)


class TestAcceptance:
    """What is sensitive is decided when a mail is accepted."""

    def draft(self, account: Account, template_id: int, **changes: object) -> Draft:
        address = factories.address(factories.domain(account, reputation_level=20))
        values = {"subject": "{{code}} is your code, {{name}}", "to": ("ada@a.test",), "variables": VALUES}
        return Draft(from_address=address.address, template_id=template_id, **{**values, **changes})

    def test_by_name_and_by_the_template_and_the_subject_is_stored_without(self) -> None:
        account = factories.account()
        template = factories.template(account, sensitive={"name": True})
        accepted = accept(factories.caller(account), draft=self.draft(account, template.pk))
        assert kept(accepted.submission) == (VALUES, {"code": "", "name": ""})
        assert Message.objects.get().subject == f"{MASK} is your code, {MASK}"

    def test_a_variable_that_no_part_of_the_template_uses_is_sensitive_by_its_name(self) -> None:
        account = factories.account()
        template = factories.template(account, sensitive={"code": False})
        draft = self.draft(account, template.pk, variables={**VALUES, "resetLink": "https://a.test/r/1"})
        accepted = accept(factories.caller(account), draft=draft)
        assert kept(accepted.submission)[1] == {"resetLink": ""}
        assert Message.objects.get().subject == f"{CODE} is your code, Ada"

    def test_where_every_recipient_is_blocked_nothing_readable_is_stored(self) -> None:
        account = factories.account()
        factories.block(account, kind="custom", address="ada@a.test")
        with pytest.raises(Refused):
            accept(factories.caller(account), draft=self.draft(account, factories.template(account).pk))
        stored = Submission.objects.get()
        assert stored.variables == {"name": "Ada"}
        assert stored.sensitive == {"code": hashed(stored.message_id, "code", CODE)}


@pytest.mark.parametrize(
    "result",
    [
        DELIVERED,
        SmtpResult(code=550, enhanced="5.1.1", text="550 5.1.1 unknown", stage="rcpt"),
        SmtpResult(failure=Failure.NO_DOMAIN),
    ],
)
def test_at_the_final_state_only_the_hash_is_left(post: Post, result: SmtpResult) -> None:
    (message,) = post.put("ada@a.test", **SENSITIVE)
    settle(result)
    code = hashed(message.message_id, "code", CODE)
    assert kept(message.submission_id) == ({"name": "Ada"}, {"code": code})


def test_a_mail_that_expires_or_is_dropped_is_at_its_end_too(post: Post) -> None:
    (message,) = post.put("ada@a.test", **SENSITIVE)
    (queued,), _ = queue.claim(1, "w")
    queue.settle([unsent(queued, expired())], "w")
    assert "code" not in kept(message.submission_id)[0]


def test_while_a_mail_is_tried_again_its_values_are_there(post: Post) -> None:
    (message,) = post.put("ada@a.test", **SENSITIVE)
    settle(DEFERRED)
    assert kept(message.submission_id) == (VALUES, {"code": ""})
    QueueItem.objects.update(available_at=timezone.now())
    (queued,), _ = queue.claim(1, "w")
    assert queued.submission.variables == VALUES
    queue.settle([put_back(queued, 0)], "w")
    (queued,), _ = queue.claim(1, "w")
    queue.settle([unsent(queued, Hold(5))], "w")
    assert kept(message.submission_id) == (VALUES, {"code": ""})


def test_a_worker_that_lost_the_mail_masks_nothing(post: Post) -> None:
    (message,) = post.put("ada@a.test", **SENSITIVE)
    (stale,), _ = queue.claim(1, "one")
    QueueItem.objects.update(available_at=timezone.now())
    queue.claim(1, "two")
    queue.settle([settlement_of(stale, DELIVERED, began=NOW, seconds=0)], "one")
    assert kept(message.submission_id) == (VALUES, {"code": ""})


def test_the_values_stay_until_the_last_recipient_is_done_with(post: Post) -> None:
    messages = post.put("ada@a.test", "bob@b.test", **SENSITIVE)
    settle(DELIVERED, limit=1)
    assert kept(messages[0].submission_id) == (VALUES, {"code": ""})
    settle(DELIVERED, limit=1)
    assert kept(messages[0].submission_id)[0] == {"name": "Ada"}


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_settle_the_last_two_at_once_mask_them(post: Post) -> None:
    messages = post.put("ada@a.test", "bob@b.test", **SENSITIVE)
    assert side_by_side(lambda: settle(DELIVERED, 1, "one"), lambda: settle(DELIVERED, 1, "two")) is None
    assert kept(messages[0].submission_id)[0] == {"name": "Ada"}


def test_what_staff_drops_of_the_queue_is_masked(post: Post) -> None:
    (message,) = post.put("ada@a.test", **SENSITIVE)
    holds.hold(holds.COMMAND_LINE, kinds=holds.Kind, reason="")
    assert waiting.drop_accepted_before(holds.COMMAND_LINE, moment=timezone.now() + timedelta(days=1)) == 1
    assert "code" not in kept(message.submission_id)[0]


def test_mails_without_sensitive_variables_cost_no_statement(post: Post) -> None:
    post.put("ada@a.test")
    with CaptureQueriesContext(connection) as queries:
        settle(DELIVERED)
        assert sensitive.mask_where_final(set()) == 0
    assert not [query["sql"] for query in queries if "NO KEY UPDATE" in query["sql"]]
    assert Submission.objects.get().variables == {"name": "Ada"}


def test_equal_values_have_different_hashes_in_different_mails_and_under_another_key(settings: Any) -> None:
    hashes = {hashed(message, name, CODE) for message in ("a", "b") for name in ("code", "pin")}
    settings.SECRETS_KEYS = ["another"]
    assert len({*hashes, hashed("a", "code", CODE)}) == 5


def test_a_reply_that_repeats_a_value_is_stored_without_it(post: Post) -> None:
    (message,) = post.put("ada@a.test", variables={"link": "https://a.test/r?t=1"}, sensitive={"link": ""})
    said = "550 5.7.1 blocked: https://a.test/r?t=1"
    settle(SmtpResult(code=550, enhanced="5.7.1", text=said, stage="body", conversation=f"S: {said}"))
    attempt, event = Attempt.objects.get(), Event.objects.get(kind=EventKind.BOUNCE)
    message.refresh_from_db()
    for stored in (attempt.reply, attempt.conversation, event.reason, message.deliver_message):
        assert "t=1" not in stored
        assert "550 5.7.1 blocked" in stored


def test_a_reply_that_names_a_tracked_link_is_kept_without_what_opens_it(post: Post) -> None:
    (message,) = post.put("ada@a.test")
    address = links.click_url(message.pk, "https://a.test/r?t=1", links=1)
    token = address.rpartition("/")[2]
    said = f"550 5.7.1 URL {address} is listed"
    settle(SmtpResult(code=550, enhanced="5.7.1", text=said, stage="body", conversation=f"S: {said}"))
    attempt, event = Attempt.objects.get(), Event.objects.get(kind=EventKind.BOUNCE)
    message.refresh_from_db()
    for stored in (attempt.reply, attempt.conversation, event.reason, message.deliver_message):
        assert token not in stored
        assert "/t/c/… is listed" in stored


WORDS = st.text(alphabet=string.ascii_letters + string.digits, min_size=1, max_size=12)


@given(WORDS, st.lists(WORDS))
def test_no_value_stands_as_a_word_in_what_is_kept_of_a_reply(value: str, words: list[str]) -> None:
    text = without_values(" ".join([*words, value]), {"code": value, "name": "Ada"}, ["code"])
    assert (value in text.split()) is (len(value) < 4)
    # A name that is no longer kept is no fault.
    assert without_values("550 5.1.1", {}, ["code"]) == "550 5.1.1"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("384756", "550 垃圾邮件：您的验证码384756，请勿泄露"),
        ("384756", "554 5.7.1 spam: code_384756"),
        ("aB3xK9", "550 blocked content AB3XK9"),
        ("a+b c/d", "550 URL https://a.test/r?t=a%2Bb%20c%2Fd is listed"),
        ("a+b c/d", "550 URL https://a.test/r?t=a%2bb%20c%2fd is listed"),
        ("https://a.test/r?a=1&b=2", 'S: 550 <a href="https://a.test/r?a=1&amp;b=2"> is listed'),
    ],
)
def test_a_reply_repeats_a_value_in_no_writing(value: str, said: str) -> None:
    kept = without_values(said, {"code": value}, ["code"])
    assert MASK in kept
    assert len(kept) <= len(said) - len(value) + len(MASK)


def test_a_longer_number_or_word_that_a_value_stands_in_is_another_one() -> None:
    said = "550 5.7.1 id 13847562 from host1234.test"
    assert without_values(said, {"code": "3847", "pin": "host"}, ["code", "pin"]) == said


class TestClicks:
    """Where a link holds a sensitive value."""

    @pytest.fixture
    def message(self, post: Post) -> Message:
        template = factories.template(post.account, html='<a href="https://shop.test/r?t={{token}}&n={{name}}">Go</a>')
        values = {"token": "a1b2c3", "name": "Ada"}
        (message,) = post.put("ada@a.test", version=template.approved_id, variables=values, sensitive={"token": ""})
        return message

    def test_the_click_is_recorded_without_it_and_leads_on_after_it_is_masked(
        self, message: Message, client: Client
    ) -> None:
        (queued,), now = queue.claim(1, "w")
        (wanted,), _ = still_wanted([queued], now=now)
        mail = render(wanted)
        assert isinstance(mail, RenderedMail)
        html = message_from_bytes(mail.data, policy=policy.default).get_body(("html",)).get_content()
        (token,) = re.findall(r'href="http[^"]*/t/c/([^"]*)"', html)
        Submission.objects.update(variables={}, sensitive={"token": "hash"})
        assert client.get(f"/t/c/{token}")["Location"] == "https://shop.test/r?t=a1b2c3&n=Ada"
        assert Event.objects.get(kind=EventKind.CLICK).link == f"https://shop.test/r?t={MASK}&n=Ada"

    def test_so_is_one_of_a_mail_sent_before_tokens_held_their_target_until_it_is_masked(
        self, message: Message, client: Client
    ) -> None:
        url = "/t/c/" + tokens.to_url(tokens.make(links.CLICK, message.pk, 0))
        assert client.get(url)["Location"] == "https://shop.test/r?t=a1b2c3&n=Ada"
        assert Event.objects.get(kind=EventKind.CLICK).link == f"https://shop.test/r?t={MASK}&n=Ada"
        settle(DELIVERED)
        # Nowhere rather than astray.
        assert client.get(url).status_code == 404

    def test_a_value_that_was_never_given_is_none_that_is_gone(self, message: Message, client: Client) -> None:
        Submission.objects.update(variables={"token": "a1b2c3"})
        url = "/t/c/" + tokens.to_url(tokens.make(links.CLICK, message.pk, 0))
        assert client.get(url)["Location"] == "https://shop.test/r?t=a1b2c3&n="


class TestPages:
    """What people see of it."""

    @pytest.mark.parametrize("final", [False, True])
    def test_the_message_page_and_the_admin_show_no_value(self, post: Post, client: Client, final: bool) -> None:
        (message,) = post.put("ada@a.test", **SENSITIVE)
        if final:
            settle(DELIVERED)
        client.force_login(factories.user(post.account, "operator"))
        page = client.get(f"/sending/status/{message.pk}/").content.decode()
        assert CODE not in page
        assert hashed(message.message_id, "code", CODE) not in page
        assert MASK in page
        assert "Ada" in page
        client.force_login(factories.user(is_staff=True, is_superuser=True))
        page = client.get(f"/admin/sending/submission/{message.submission_id}/change/").content.decode()
        assert message.message_id in page
        assert CODE not in page

    def test_the_preview_of_what_is_to_be_sent_has_no_value_in_its_address(self, post: Post, client: Client) -> None:
        template = factories.template(post.account)
        factories.address(post.domain)
        client.force_login(factories.user(post.account, "operator"))
        given = {"template_id": template.pk, "choose": "1", "value.code": CODE, "value.name": "Ada", "subject": "x"}
        page = client.post("/sending/", given).content.decode()
        preview = page.partition('class="mail-preview"')[2].partition(">")[0]
        assert "value.name=Ada" in preview
        assert CODE not in preview


def test_messages_far_from_their_submission_in_time_are_still_looked_for(post: Post) -> None:
    submission = post.submission(**SENSITIVE)
    later = first_of(timezone.now() + timedelta(hours=5))
    message = factories.message(post.account, submission=submission, id=later)
    QueueItem.objects.create(message=message.pk, account=post.account, recipient_domain="a.test")
    assert sensitive.mask_where_final([submission.pk]) == 0
    assert kept(submission) == (VALUES, {"code": ""})
