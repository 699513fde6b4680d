from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Account, AuditEntry, User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root@example.test", "correct horse battery"))
    return client


@pytest.mark.parametrize("page", ["account", "user", "apikey", "auditentry"])
def test_the_lists_open(staff: Client, page: str) -> None:
    account = factories.account()
    factories.api_key(account)
    assert staff.get(f"/admin/accounts/{page}/").status_code == 200


def test_a_keys_secret_is_not_shown(staff: Client) -> None:
    key = factories.api_key(factories.account(), secret_key="the plain secret")
    page = staff.get(f"/admin/accounts/apikey/{key.pk}/change/")
    assert page.status_code == 200
    assert b"the plain secret" not in page.content


def test_nothing_that_must_stay_can_be_deleted(staff: Client) -> None:
    account = factories.account()
    key = factories.api_key(account)
    for url in (f"account/{account.pk}", f"apikey/{key.pk}", f"user/{factories.user().pk}"):
        assert staff.post(f"/admin/accounts/{url}/delete/", {"post": "yes"}).status_code == 403


def test_an_account_is_suspended_and_resumed_through_the_one_act(staff: Client) -> None:
    account = factories.account()
    for action, status in (("suspend", "suspended"), ("resume", "active")):
        staff.post("/admin/accounts/account/", {"action": action, "_selected_action": [account.pk]})
        assert Account.objects.get(pk=account.pk).status == status
    assert list(AuditEntry.objects.order_by("id").values_list("act", flat=True)) == [
        "accounts.suspended", "accounts.active",
    ]
