"""The hold page of platform staff, and the banner that everybody sees."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sending import holds
from sending.holds import COMMAND_LINE, Kind
from sending.models import HoldPeriod, QueueItem
from sending.models.ids import first_of
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/sending/hold/"


@pytest.fixture
def staff() -> Client:
    factories.account(name="Shop")
    client = Client()
    client.force_login(factories.user(is_staff=True))
    return client


def put_on_hold(*kinds: HoldPeriod.Kind, reason: str = "Restored by mistake") -> None:
    holds.hold(COMMAND_LINE, kinds=kinds or Kind, reason=holds.IN_OWN_WORDS, values={"words": reason})


def wait(hours: float) -> int:
    """Put a mail into the queue that was accepted so many hours ago."""
    account = factories.account()
    message = factories.message(account, id=first_of(timezone.now() - timedelta(hours=hours)))
    return QueueItem.objects.create(message=message.pk, account=account, recipient_domain="a.test").message


def test_while_all_runs_the_page_offers_to_put_it_on_hold(staff: Client) -> None:
    page = staff.get(URL).content.decode()
    assert page.count("Running") == 3
    assert "Release everything" not in page
    answer = staff.post(URL, {"kinds": ["delivery"], "reason": "A wrong template: 50 % off"}, follow=True)
    page = answer.content.decode()
    assert "A wrong template: 50 % off" in page
    assert page.count("Running") == 2
    assert holds.is_on_hold(Kind.DELIVERY)
    assert not holds.is_on_hold(Kind.REPORTS)


def test_without_a_choice_the_form_says_so_and_nothing_is_held(staff: Client) -> None:
    answer = staff.post(URL, {"reason": "x"})
    assert answer.status_code == 422
    assert not holds.current()


def test_the_page_says_what_waits_and_what_happens_on_release(staff: Client) -> None:
    wait(5)
    wait(1)
    put_on_hold()
    page = staff.get(URL).content.decode()
    assert "2 emails wait and will be sent. What is sent cannot be taken back." in page
    assert "no email expires because of it" in page


def test_release_of_one_kind_and_of_all(staff: Client) -> None:
    wait(1)
    put_on_hold()
    staff.post("/sending/hold/release/", {"kind": "reports"})
    assert [period.kind for period in holds.current()] == ["delivery", "callbacks"]
    page = staff.post("/sending/hold/release/", follow=True).content.decode()
    assert "1 email is sent now" in page
    assert not holds.current()
    assert "Restored by mistake" in page
    assert "Nothing was on hold." in staff.post("/sending/hold/release/", follow=True).content.decode()


def test_a_kind_that_there_is_not_releases_nothing(staff: Client) -> None:
    put_on_hold()
    page = staff.post("/sending/hold/release/", {"kind": "delivery "}, follow=True).content.decode()
    assert "Nothing was released" in page
    assert len(holds.current()) == 3


def test_what_was_accepted_before_a_time_is_counted_first_and_then_dropped(staff: Client) -> None:
    wait(5)
    kept = wait(1)
    put_on_hold()
    before = f"{timezone.now() - timedelta(hours=3):%Y-%m-%dT%H:%M}"
    page = staff.get(URL, {"accepted_before": before}).content.decode()
    assert "1 waiting email was accepted before then." in page
    assert QueueItem.objects.count() == 2
    page = staff.post("/sending/hold/drop/", {"accepted_before": before}, follow=True).content.decode()
    assert "1 email was dropped." in page
    assert list(QueueItem.objects.values_list("message", flat=True)) == [kept]


def test_the_time_offered_is_the_beginning_of_the_hold(staff: Client) -> None:
    wait(5)
    put_on_hold()
    began = HoldPeriod.objects.get(kind="delivery").began_at
    assert f'value="{began:%Y-%m-%dT%H:%M:%S}"' in staff.get(URL).content.decode()


def test_a_time_that_is_none_drops_nothing_and_says_so(staff: Client) -> None:
    wait(5)
    put_on_hold()
    for field in ({}, {"accepted_before": "yesterday"}):
        assert "Say up to when" in staff.post("/sending/hold/drop/", field, follow=True).content.decode()
    assert "Enter a valid date" in staff.get(URL, {"accepted_before": "yesterday"}).content.decode()
    assert QueueItem.objects.count() == 1


@pytest.mark.parametrize(("moment", "count"), [("9999-12-31T23:59:59", 1), ("2249-01-01", 1), ("0001-01-01", 0)])
def test_a_time_at_the_end_of_all_days_is_one_too(staff: Client, moment: str, count: int) -> None:
    wait(5)
    put_on_hold()
    answer = staff.get(URL, {"accepted_before": moment})
    assert (answer.status_code, answer.context["count"]) == (200, count)
    staff.post("/sending/hold/drop/", {"accepted_before": moment}, follow=True)
    assert QueueItem.objects.count() == 1 - count


def test_dropping_is_refused_while_delivery_runs(staff: Client) -> None:
    wait(5)
    page = staff.post("/sending/hold/drop/", {"accepted_before": "2100-01-01"}, follow=True).content.decode()
    assert "Delivery is not on hold." in page
    assert QueueItem.objects.count() == 1


@pytest.mark.parametrize("role", ["operator", "reviewer", "analyst", "admin"])
def test_everybody_sees_why_and_that_mail_is_accepted_and_only_staff_the_way_to_the_switch(role: str) -> None:
    client = Client()
    client.force_login(factories.user(factories.account(), role))
    assert "on hold" not in client.get("/").content.decode()
    put_on_hold()
    page = client.get("/").content.decode()
    assert "Sending is on hold: emails are accepted and wait" in page
    assert "Restored by mistake" in page
    assert URL not in page


def test_the_banner_does_not_say_that_sending_stands_still_when_it_does_not(staff: Client) -> None:
    put_on_hold(Kind.REPORTS)
    page = staff.get("/").content.decode()
    assert "Part of the work is on hold" in page
    assert "Sending is on hold" not in page
    assert URL in page


def test_mail_is_accepted_while_on_hold(staff: Client) -> None:
    put_on_hold()
    account = factories.account()
    address = factories.address(factories.domain(account))
    template = factories.template(account)
    client = Client()
    client.force_login(factories.user(account))
    fields = {
        "template_id": template.pk,
        "subject": "Hello",
        "from_address": address.address,
        "to": "ann@example.com",
        "unsubscribe": "0",
        "value.name": "Ann",
        "value.code": "7",
    }
    assert client.post("/sending/", fields).status_code == 302
    assert QueueItem.objects.count() == 1
