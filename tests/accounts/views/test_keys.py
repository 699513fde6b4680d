from __future__ import annotations

import html
import re
from base64 import b64decode
from typing import Any

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


def copied(page: str) -> list[str]:
    return [html.unescape(text) for text in re.findall(r'data-copy="[^"]+">([^<]+)<', page)]


def test_the_secret_is_shown_on_the_next_page_and_never_again(admin: Client) -> None:
    page = admin.post("/keys/create/", {"name": "shop"}, follow=True).content.decode()
    key = ApiKey.objects.get()
    assert copied(page)[:2] == [key.secret_id, key.secret_key]
    for url in ("/keys/", f"/keys/{key.pk}/"):
        again = admin.get(url).content.decode()
        assert key.secret_key not in again
        assert "download=" not in again


def test_the_secret_of_one_key_is_not_shown_as_that_of_another(admin: Client, account: Account) -> None:
    other = factories.api_key(account)
    admin.post("/keys/create/", {"name": "shop"})
    made = ApiKey.objects.get(name="shop")
    assert made.secret_key not in admin.get(f"/keys/{other.pk}/").content.decode()


def test_the_env_file_has_all_that_a_program_needs(admin: Client, settings: Any) -> None:
    settings.PUBLIC_URL = "https://mail.example.org:8443"
    page = admin.post("/keys/create/", {"name": "shop"}, follow=True).content.decode()
    key = ApiKey.objects.get()
    found = re.search(r'href="data:application/octet-stream;base64,([^"]+)" download="ses.env"', page)
    assert found
    assert b64decode(html.unescape(found[1])).decode().splitlines() == [
        f"TENCENTCLOUD_SECRET_ID={key.secret_id}",
        f"TENCENTCLOUD_SECRET_KEY={key.secret_key}",
        "TENCENTCLOUD_PROTOCOL=https",
        "TENCENTCLOUD_ENDPOINT=mail.example.org:8443",
        "TENCENTCLOUD_REGION=ap-hongkong",
    ]


def test_host_and_protocol_stand_apart_and_each_program_has_the_key_s_id(
    admin: Client, account: Account, settings: Any
) -> None:
    settings.PUBLIC_URL, settings.WEB_TLS_PORT = "http://127.0.0.1:8000", 8443
    key = factories.api_key(account)
    page = admin.get(f"/keys/{key.pk}/").content.decode()
    texts = copied(page)
    assert texts[:3] == [key.secret_id, "127.0.0.1:8000", "127.0.0.1:8443"]
    assert '<span class="mono">http</span>' in page
    programs = [text for text in texts[3:] if "SendEmail" in text]
    assert len(programs) == 7
    for program in programs:
        assert key.secret_id in program
        assert "127.0.0.1:8000" in program
        assert "TENCENTCLOUD_SECRET_KEY" in program
        assert key.secret_key not in program
    installed = [text for text in texts[3:] if "SendEmail" not in text]
    assert len(installed) == 6
    assert "pip install tencentcloud-sdk-python-ses" in installed


def test_the_list_leads_to_each_key_and_another_account_s_is_not_there(admin: Client, account: Account) -> None:
    key = factories.api_key(account)
    assert f'href="/keys/{key.pk}/"' in admin.get("/keys/").content.decode()
    stranger = factories.api_key(factories.account())
    assert admin.get(f"/keys/{stranger.pk}/").status_code == 404


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
