"""One action on many rows: asked first, one audited act each, and a report of what was done and what was refused."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.console.bulk import MAX_ROWS
from accounts.models import Account, AuditEntry, Notice
from accounts.roles import Role
from blocklist.models import BlockedAddress
from domains.models import SenderAddress
from templates_app import review
from templates_app.models import Template
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return factories.account()


@pytest.fixture
def admin(client: Client, account: Account) -> Client:
    client.force_login(factories.user(account, Role.ADMIN))
    return client


def acts(account: Account) -> list[tuple[str, str]]:
    return list(AuditEntry.objects.filter(account=account).order_by("pk").values_list("act", "target"))


def blocks(account: Account, count: int) -> list[BlockedAddress]:
    return [factories.block(account, kind="custom", address=f"b{n}@example.com") for n in range(count)]


def test_nothing_is_done_before_it_is_confirmed_with_the_rows_by_name(account: Account, admin: Client) -> None:
    rows = blocks(account, 2)
    sent = {"action": "remove", "row": [row.pk for row in rows]}
    page = admin.post("/blocklist/bulk/", sent, headers={"Referer": "http://testserver/blocklist/?kind=custom"})
    assert "b0@example.com" in page.text
    assert "Remove these addresses" in page.text
    assert BlockedAddress.objects.count() == 2

    report = admin.post("/blocklist/bulk/", sent | {"sure": "yes", "back": page.context["back_url"]})
    assert "2 done" in report.text
    assert 'href="http://testserver/blocklist/?kind=custom"' in report.text
    assert BlockedAddress.objects.count() == 0
    assert acts(account) == [("blocklist.remove", "b0@example.com"), ("blocklist.remove", "b1@example.com")]


def test_what_is_refused_is_named_with_the_reason_and_stops_nothing_else(account: Account, admin: Client) -> None:
    approved, other = factories.template(account, name="Approved"), factories.template(account, name="Waiting too")
    caller = factories.caller(account)
    drafts = [review.create(caller, name=f"Draft {n}", text="An email that says enough. " * 9) for n in range(2)]
    review.submit(caller, template=drafts[1])
    asked = [drafts[1].pk, approved.pk, other.pk, 10**12]
    report = admin.post("/templates/bulk/", {"action": "archive", "row": asked, "sure": "yes"})
    assert [result.name for result in report.context["done"]] == ["Approved", "Waiting too"]
    assert [result.name for result in report.context["refused"]] == ["Draft 1"]
    assert "Withdraw it before you archive it" in report.text
    assert "1 row was left out" in report.text
    assert Template.objects.filter(archived_at=None).count() == 2


def test_a_submission_that_the_machine_rejects_says_so(account: Account, admin: Client) -> None:
    draft = review.create(factories.caller(account), name="Short", text="Too short")
    report = admin.post("/templates/bulk/", {"action": "submit", "row": draft.pk, "sure": "yes"})
    assert "Rejected by the automatic review" in report.text


def test_addresses_keys_and_notices_have_it_too(account: Account, admin: Client) -> None:
    domain = factories.domain(account)
    addresses = [factories.address(domain, address=f"{who}@{domain.name}").pk for who in ("a", "b")]
    keys = [factories.api_key(account) for _ in range(2)]
    notices = [factories.notice(account, subject=f"s{n}").pk for n in range(2)]
    admin.post("/addresses/bulk/", {"action": "delete", "row": addresses, "sure": "yes"})
    admin.post("/keys/bulk/", {"action": "disable", "row": [key.pk for key in keys], "sure": "yes"})
    admin.post("/notices/bulk/", {"action": "close", "row": notices, "sure": "yes"})
    assert not SenderAddress.objects.exists()
    assert [key.enabled for key in account.api_keys.all()] == [False, False]
    assert not Notice.objects.filter(closed_at=None).exists()
    assert [act for act, _ in acts(account)] == ["addresses.delete"] * 2 + ["keys.disable"] * 2 + ["notices.close"] * 2


def test_rows_of_another_account_stay(account: Account, admin: Client) -> None:
    theirs = blocks(factories.account(), 1)
    report = admin.post("/blocklist/bulk/", {"action": "remove", "row": theirs[0].pk, "sure": "yes"})
    assert "1 row was left out" in report.text
    assert theirs[0].address not in report.text
    assert BlockedAddress.objects.count() == 1


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"action": "remove"},
        {"row": "1"},
        {"action": "nothing", "row": "1"},
        {"action": "remove", "row": ["x", "-1", "٣", "9" * 19, "9" * 40, ""]},
    ],
)
def test_a_form_without_rows_or_action_does_nothing_and_says_so(admin: Client, sent: dict[str, object]) -> None:
    answer = admin.post("/blocklist/bulk/", sent | {"sure": "yes", "back": "https://elsewhere.test/"}, follow=True)
    assert answer.redirect_chain == [("/blocklist/", 302)]
    assert "tick at least one row" in answer.text


def test_at_most_a_page_of_rows_is_taken(account: Account, admin: Client) -> None:
    rows = blocks(account, MAX_ROWS + 1)
    admin.post("/blocklist/bulk/", {"action": "remove", "row": [row.pk for row in rows], "sure": "yes"})
    assert BlockedAddress.objects.count() == 1


def test_who_may_not_act_has_no_box_to_tick(account: Account, client: Client) -> None:
    blocks(account, 1)
    for role, boxes in ((Role.ANALYST, False), (Role.OPERATOR, True)):
        client.force_login(factories.user(account, role))
        assert ('name="row"' in client.get("/blocklist/?kind=custom").text) is boxes
    client.force_login(factories.user(account, Role.ANALYST))
    assert client.post("/blocklist/bulk/", {"action": "remove", "row": 1}).status_code == 403
