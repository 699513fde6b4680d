"""Every name that people give is checked by one rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts import audit, credentials, lifecycle
from accounts.caller import Caller
from accounts.errors import Refused
from accounts.models import Account, ApiKey, User
from accounts.names import checked_name
from accounts.roles import Role
from domains import addresses
from templates_app import review
from tests import factories
from tests.templates_app.bodies import GOOD

pytestmark = pytest.mark.django_db
# Embeddings, overrides and isolates (UAX 9, 2.1 to 2.5).
TURNS = [*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))]


def an_account(caller: Caller, name: str) -> Any:
    return lifecycle.create_account(name=name)


def a_user(caller: Caller, name: str) -> Any:
    return lifecycle.add_member(
        caller, email="new@example.test", name=name, role="analyst", password="quite a long one"
    )


def a_key(caller: Caller, name: str) -> Any:
    return credentials.create_key(caller, name=name)


def a_sender(caller: Caller, name: str) -> Any:
    return addresses.create(caller, address=f"news@{factories.domain(caller.account).name}", name=name)


def a_template(caller: Caller, name: str) -> Any:
    return review.create(caller, name=name, html=GOOD)


@pytest.mark.parametrize("make", [an_account, a_user, a_key, a_sender, a_template])
def test_no_name_turns_the_text_after_it_around(make: Callable[[Caller, str], Any]) -> None:
    admin = factories.caller(factories.account(), Role.ADMIN)
    for character in [*TURNS, "\x1b", "\u2028"]:
        with pytest.raises(Refused) as refusal:
            make(admin, f"Shop {character}pohs")
        assert refusal.value.field == "name"
        assert f"U+{ord(character):04X}" in refusal.value.message
    # Names in scripts that run from right to left need none of them.
    make(admin, "متجر آن")


def test_a_name_loses_the_white_space_around_it() -> None:
    assert checked_name("  Shop \u3000") == "Shop"


def test_platform_staff_is_refused_the_same(client: Client) -> None:
    client.force_login(User.objects.create_superuser("root@example.test", "correct horse battery"))
    account, user = factories.account(), factories.user()
    fields = {"name": "Shop \u202epohs", "app_id": 77, "mails_per_second": 20, "time_zone": "UTC", "is_active": "on"}
    for url in ("account/add/", f"account/{account.pk}/change/", f"user/{user.pk}/change/"):
        page = client.post(f"/admin/accounts/{url}", fields)
        assert page.status_code == 200
        assert "U+202E" in page.content.decode()
    assert not Account.objects.filter(name__contains="\u202e").exists()


def test_a_name_of_before_turns_nothing_around_in_a_list_or_in_the_audit_log(client: Client) -> None:
    admin = factories.caller(factories.account(), Role.ADMIN)
    client.force_login(admin.user)
    ApiKey.objects.create(account=admin.account, name="Shop \u202epohs", secret_id="AKIDold", secret_key="s")
    assert "<bdi>Shop \u202epohs</bdi>" in client.get("/keys/").content.decode()
    audit.log(admin, "keys.create", "Shop \u202epohs", name="Shop \u202epohs", networks=["192.0.2.1/32"])
    page = client.get("/audit/").content.decode()
    assert "<bdi>Shop \u202epohs</bdi>" in page
    # One line of several texts: there it is written out.
    assert "Shop ⟨U+202E⟩pohs, " in page
