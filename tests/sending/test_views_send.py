"""The Email Sending page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sending.models import Message, Submission
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/sending/"


class Room:
    def __init__(self) -> None:
        self.account = factories.account()
        self.domain = factories.domain(self.account)
        self.address = factories.address(self.domain)
        self.template = factories.template(self.account)
        self.client = Client()
        self.client.force_login(factories.user(self.account))

    def fields(self, **changes: Any) -> dict[str, Any]:
        return {
            "template_id": self.template.pk,
            "subject": "Hello {{name}}",
            "from_address": self.address.address,
            "to": "ann@example.com\n\nbob@example.com \n",
            "unsubscribe": "2",
            "value.name": "Ann",
            "value.code": "7",
            **changes,
        }


@pytest.fixture
def room() -> Room:
    return Room()


def test_the_page_offers_approved_templates_and_addresses_that_may_send(room: Room) -> None:
    factories.template(room.account, name="Not yet", approved=None, state="draft")
    pending = factories.domain(room.account, state="pending")
    factories.address(pending)
    page = room.client.get(URL).content.decode()
    assert room.template.name in page
    assert f"News &lt;{room.address.address}&gt;" in page
    assert pending.name not in page


def test_another_account_s_templates_and_addresses_are_not_offered(room: Room) -> None:
    other = Room()
    page = room.client.get(URL).content.decode()
    assert other.address.address not in page
    assert other.template.name not in page
    assert room.client.post(URL, room.fields(template_id=other.template.pk)).status_code == 422


def test_choosing_a_template_shows_its_fields_and_the_filled_mail_and_loses_nothing(room: Room) -> None:
    response = room.client.post(URL, {"choose": "1", "template_id": room.template.pk, "to": "ann", "value.name": "Ada"})
    page = response.content.decode()
    assert response.status_code == 200
    assert 'name="value.code"' in page
    assert ">ann</textarea>" in page.replace("\n", "")
    preview = reverse("templates:preview", args=[room.template.approved_id])
    assert f'src="{preview}?value.name=Ada"' in page
    assert not Submission.objects.exists()


def test_a_link_from_elsewhere_may_choose_the_template(room: Room) -> None:
    assert 'name="value.code"' in room.client.get(URL, {"template": room.template.pk}).content.decode()
    assert room.client.get(URL, {"template": "no number"}).status_code == 200


def test_variables_of_the_subject_get_fields_too(room: Room) -> None:
    page = room.client.post(URL, room.fields(choose="1", subject="{{season}} sale")).content.decode()
    assert 'name="value.season"' in page


def test_a_subject_that_wants_no_other_fields_changes_nothing_on_the_page(room: Room) -> None:
    typed = room.fields(choose="1", subject_only="1", shown="code name")
    assert room.client.post(URL, typed).status_code == 204
    assert room.client.post(URL, {**typed, "subject": "{{season}} sale"}).status_code == 200


def test_sending_to_two_leads_to_their_rows(room: Room) -> None:
    response = room.client.post(URL, room.fields())
    submission = Submission.objects.get()
    assert (submission.channel, submission.to) == ("console", ["ann@example.com", "bob@example.com"])
    assert submission.variables == {"name": "Ann", "code": "7"}
    assert response.status_code == 302
    page = room.client.get(response.url).content.decode()
    assert "ann@example.com" in page
    assert "bob@example.com" in page
    assert "Accepted for 2 recipients" in page


def test_sending_to_one_leads_to_the_mail(room: Room) -> None:
    response = room.client.post(URL, room.fields(to="ann@example.com"))
    assert response.url == reverse("sending:message", args=[Message.objects.get().pk])


def test_a_wrong_recipient_is_named_at_the_field_and_nothing_typed_is_lost(room: Room) -> None:
    response = room.client.post(URL, room.fields(to="ann@example.com\nbob"))
    page = response.content.decode()
    assert response.status_code == 422
    assert "Line 2, “bob”: An address needs a name, an @ and a domain" in page
    assert 'value="Hello {{name}}"' in page
    assert 'value="Ann"' in page
    assert not Submission.objects.exists()


def test_addresses_are_taken_as_people_paste_them(room: Room) -> None:
    room.client.post(
        URL, room.fields(to='Ann <ann@example.com>, bob@example.com; "Cy, C." <cy@example.com>\ndo@x.test')
    )
    assert Submission.objects.get().to == ["ann@example.com", "bob@example.com", "cy@example.com", "do@x.test"]


def test_who_stands_there_twice_is_said_and_gets_one_mail(room: Room) -> None:
    response = room.client.post(URL, room.fields(to="ann@example.com\nbob@example.com\nAnn <ANN@example.com>"))
    assert Message.objects.count() == 2
    page = room.client.get(response.url).content.decode()
    assert "Entered again, and sent only once: ANN@example.com (line 3)." in page


def test_each_wrong_address_is_named_with_its_line_and_many_are_counted(room: Room) -> None:
    page = room.client.post(URL, room.fields(to="\nann@example.com, b\nc")).content.decode()
    assert "Line 2, “b”" in page
    assert "Line 3, “c”" in page
    page = room.client.post(URL, room.fields(to=",".join("abcdefgh"))).content.decode()
    assert "“e”" in page
    assert "“f”" not in page
    assert "3 more are wrong." in page


@pytest.mark.parametrize("nobody", ["", "  \n ", " ,;\n"])
def test_nobody_is_asked_for(room: Room, nobody: str) -> None:
    response = room.client.post(URL, room.fields(to=nobody))
    assert response.status_code == 422
    assert response.context["form"].errors["to"]


def test_the_page_takes_twenty_recipients(room: Room) -> None:
    many = "\n".join(f"{n}@example.com" for n in range(21))
    response = room.client.post(URL, room.fields(to=many))
    assert response.status_code == 422
    assert "21 addresses are given; 20 are allowed" in response.content.decode()


def test_without_addresses_or_templates_the_page_says_what_comes_first() -> None:
    account = factories.account()
    client = Client()
    client.force_login(factories.user(account))
    assert "No sender address yet" in client.get(URL).content.decode()
    factories.address(factories.domain(account))
    assert "No approved template yet" in client.get(URL).content.decode()


def test_an_analyst_may_not_send(room: Room) -> None:
    room.client.force_login(factories.user(room.account, "analyst"))
    assert room.client.get(URL).status_code == 403
    assert room.client.post(URL, room.fields()).status_code == 403


def test_in_the_simulator_the_page_says_whom_to_write_to(room: Room, settings: Any) -> None:
    assert "bounce@inbox.test" in room.client.get(URL).content.decode()
    settings.TRANSPORT = "relay"
    assert "inbox.test" not in room.client.get(URL).content.decode()


def test_no_browser_keeps_a_sensitive_value(room: Room) -> None:
    page = room.client.get(URL, {"template": room.template.pk}).content.decode()
    code = page[page.index('name="value.code"') :].partition(">")[0]
    name = page[page.index('name="value.name"') :].partition(">")[0]
    assert 'autocomplete="off"' in code
    assert "data-sensitive" in code
    assert "data-sensitive" not in name
