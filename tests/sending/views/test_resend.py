"""Sending one email again."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from sending import retention
from sending.models import Attachment, Message, QueueItem, Submission
from sending.sensitive import MASK, hashed
from tests import factories

pytestmark = pytest.mark.django_db
CODE = "493817"


class Sent:
    """An email that was delivered, and somebody who may send it again."""

    def __init__(self, **submission: Any) -> None:
        self.account = factories.account(mails_per_second=1000)
        address = factories.address(factories.domain(self.account, reputation_level=20))
        self.template = factories.template(self.account)
        values = {
            "from_address": address.address,
            "sender_domain": address.domain.name,
            "subject": "{{name}}, your code",
            "template": self.template.pk,
            "version": self.template.approved_id,
            "variables": {"name": "Ada"},
            "sensitive": {"code": hashed("x", "code", CODE)},
            "unsubscribe": "2",
            "reply_to": "help@shop.test",
            "headers": {"X-Order": "A-1"},
            "trigger_type": 1,
            **submission,
        }
        self.submission = factories.submission(self.account, **values)
        self.message = factories.message(self.account, submission=self.submission, recipient="ada@a.test")
        self.url = f"/sending/status/{self.message.pk}/resend/"
        self.client = Client()
        self.client.force_login(factories.user(self.account))

    def fields(self, **changes: Any) -> dict[str, Any]:
        return {
            "template_id": self.template.pk,
            "subject": self.submission.subject,
            "from_address": self.submission.from_address,
            "to": "ada@a.test",
            "unsubscribe": "2",
            "value.name": "Ada",
            "value.code": "271828",
            **changes,
        }


def field(page: str, name: str) -> str:
    """Return the tag of a field."""
    before, _, after = page.partition(f'name="{name}"')
    return before.rpartition("<")[2] + after.partition(">")[0]


def test_the_form_is_filled_but_asks_again_for_sensitive_values() -> None:
    sent = Sent()
    page = sent.client.get(sent.url).content.decode()
    assert 'value="{{name}}, your code"' in field(page, "subject")
    assert 'value="Ada"' in field(page, "value.name")
    assert "value=" not in field(page, "value.code")
    assert "ada@a.test</textarea>" in page
    assert "Enter them again: code." in page


def test_a_value_that_is_still_kept_is_not_shown_either() -> None:
    sent = Sent(variables={"name": "Ada", "code": CODE}, sensitive={"code": ""})
    assert CODE not in sent.client.get(sent.url).content.decode()


def test_it_is_a_new_email_like_the_earlier_one() -> None:
    sent = Sent()
    Attachment.objects.create(account=sent.account, submission=sent.submission, name="a.pdf", content=b"x")
    answer = sent.client.post(sent.url, sent.fields())
    message = Message.objects.exclude(pk=sent.message.pk).get()
    assert answer["Location"] == f"/sending/status/{message.pk}/"
    again = Submission.objects.get(pk=message.submission_id)
    assert (again.variables["code"], again.sensitive) == ("271828", {"code": ""})
    assert (again.reply_to, again.headers, again.trigger_type) == ("help@shop.test", {"X-Order": "A-1"}, 1)
    assert again.header_message_id != sent.submission.header_message_id
    assert again.attachments.get().name == "a.pdf"
    assert QueueItem.objects.get().message == message.pk
    assert message.recipient == "ada@a.test"
    sent.submission.refresh_from_db()
    assert "code" not in sent.submission.variables


def test_without_the_values_nothing_is_sent() -> None:
    sent = Sent()
    answer = sent.client.post(sent.url, sent.fields(**{"value.code": ""}))
    assert answer.status_code == 422
    assert Message.objects.count() == 1


def test_once_its_content_is_erased_all_values_are_asked_for(rules: Any) -> None:
    sent = Sent()
    rules(content_days=-1)
    retention.erase_content()
    page = sent.client.get(sent.url).content.decode()
    assert "value=" not in field(page, "value.name")
    assert "no longer kept" in page
    assert sent.client.post(sent.url, sent.fields()).status_code == 302
    assert Submission.objects.exclude(pk=sent.submission.pk).get().headers == {}


def test_the_button_is_there_for_those_who_may_send_once_the_email_is_done_with() -> None:
    sent = Sent()
    page = f"/sending/status/{sent.message.pk}/"
    assert sent.url in sent.client.get(page).content.decode()
    item = QueueItem.objects.create(message=sent.message.pk, account=sent.account, recipient_domain="a.test")
    assert sent.url not in sent.client.get(page).content.decode()
    item.delete()
    sent.client.force_login(factories.user(sent.account, "analyst"))
    assert sent.url not in sent.client.get(page).content.decode()


def test_an_erased_person_gets_nothing_again() -> None:
    sent = Sent()
    Message.objects.update(recipient="erased:0123")
    assert sent.client.get(sent.url).status_code == 404
    assert sent.client.post(sent.url, sent.fields()).status_code == 404
    assert sent.url not in sent.client.get(f"/sending/status/{sent.message.pk}/").content.decode()


def test_the_preview_has_no_sensitive_value_in_its_address() -> None:
    sent = Sent()
    page = sent.client.post(sent.url, sent.fields(choose="1")).content.decode()
    preview = page.partition('class="mail-preview"')[2].partition(">")[0]
    assert "271828" not in preview
    assert MASK.replace("*", "%2A") in preview
