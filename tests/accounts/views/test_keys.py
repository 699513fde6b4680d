from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import Account, ApiKey
from accounts.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return factories.account()


@pytest.fixture
def admin(client: Client, account: Account) -> Client:
    client.force_login(factories.user(account, Role.ADMIN))
    return client


def test_the_secret_is_shown_on_the_next_page_and_never_again(admin: Client) -> None:
    page = admin.post("/keys/create/", {"name": "shop"}, follow=True).content.decode()
    key = ApiKey.objects.get()
    shown = re.findall(r'<span class="mono" data-copy>([^<]+)</span>', page)
    assert shown[:2] == [key.secret_id, key.secret_key]
    assert key.secret_key not in admin.get("/keys/").content.decode()


def test_a_key_is_cut_down_to_what_was_ticked_and_where_it_may_be_used(admin: Client) -> None:
    offered = admin.get("/keys/create/").context["form"].fields["actions"].choices
    action = offered[0][0]
    admin.post("/keys/create/", {"name": "shop", "actions": [action], "networks": "192.0.2.7\n\n198.51.100.0/24\n"})
    key = ApiKey.objects.get()
    assert key.actions == [action]
    assert key.networks == ["192.0.2.7/32", "198.51.100.0/24"]


def test_every_action_of_the_api_is_offered(admin: Client) -> None:
    offered = {name for name, _ in admin.get("/keys/create/").context["form"].fields["actions"].choices}
    assert {"SendEmail", "GetSendEmailStatus"} <= offered


@pytest.mark.parametrize(
    ("entries", "field"),
    [({"networks": "home"}, "networks"), ({"name": ""}, "name"), ({"actions": ["Fly"]}, "actions")],
)
def test_a_wrong_entry_makes_no_key(admin: Client, entries: dict[str, str], field: str) -> None:
    response = admin.post("/keys/create/", {"name": "shop", **entries})
    assert response.status_code == 422
    assert response.context["form"].errors[field]
    assert not ApiKey.objects.exists()


def test_a_key_is_disabled_and_enabled(admin: Client, account: Account) -> None:
    key = factories.api_key(account, name="shop")
    assert b"shop is disabled" in admin.post(f"/keys/{key.pk}/disable/", follow=True).content
    assert not ApiKey.objects.get().enabled
    admin.post(f"/keys/{key.pk}/enable/")
    assert ApiKey.objects.get().enabled


def test_the_list_reads_no_secret(admin: Client, account: Account, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    factories.api_key(account)
    with django_assert_max_num_queries(20) as queries:
        admin.get("/keys/")
    assert not [query for query in queries.captured_queries if "secret_key" in query["sql"]]
