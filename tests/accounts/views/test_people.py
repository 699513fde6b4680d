from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import Account, Membership, User
from accounts.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return factories.account(name="Shop")


@pytest.fixture
def admin(client: Client, account: Account) -> Client:
    client.force_login(factories.user(account, Role.ADMIN, email="boss@example.test"))
    return client


def add(admin: Client, **entries: str):  # type: ignore[no-untyped-def]
    return admin.post(
        "/users/add/", {"email": "ann@example.test", "name": "Ann", "role": "analyst", **entries}, follow=True
    )


def test_the_list_has_the_accounts_people_alone(admin: Client, account: Account) -> None:
    factories.user(account, email="ann@example.test")
    factories.user(factories.account(), email="stranger@example.test")
    text = admin.get("/users/").content.decode()
    assert "ann@example.test" in text
    assert "stranger@example.test" not in text


def test_people_are_found_by_role_and_name(admin: Client, account: Account) -> None:
    factories.user(account, Role.ANALYST, email="ann@example.test", name="Ann Lee")
    for query, found in (({"role": "analyst"}, 1), ({"q": "lee"}, 1), ({"q": "zzz"}, 0), ({}, 2)):
        assert len(admin.get("/users/", query).context["lines"]) == found


def test_an_initial_password_is_shown_once_and_works(admin: Client) -> None:
    page = add(admin)
    assert b"Share this password now" in page.content
    password = re.search(r"Password <span[^>]*>([0-9a-f-]+)</span>", page.content.decode()).group(1)
    assert User.objects.get(email="ann@example.test").check_password(password)
    assert password.encode() not in admin.get("/users/").content


def test_a_password_that_was_given_is_not_shown(admin: Client) -> None:
    page = add(admin, password="quite a long passphrase")
    assert b"Share this password" not in page.content
    assert b"quite a long" not in page.content


def test_somebody_who_has_a_log_in_gets_no_new_password(admin: Client) -> None:
    known = factories.user(factories.account(), email="ann@example.test")
    assert b"Share this password" not in add(admin).content
    assert User.objects.get(pk=known.pk).password == known.password


def test_the_session_never_holds_the_password_in_plain(admin: Client) -> None:
    admin.post("/users/add/", {"email": "ann@example.test", "name": "", "role": "analyst"})
    kept = admin.session["once_password"]
    assert "ann@example.test" not in kept


def test_a_role_is_changed_on_the_members_page(admin: Client, account: Account) -> None:
    membership = factories.user(account, Role.ANALYST).memberships.get()
    page = admin.get(f"/users/{membership.pk}/")
    assert membership.user.email in page.content.decode()
    admin.post(f"/users/{membership.pk}/", {"role": "reviewer"})
    membership.refresh_from_db()
    assert membership.role == "reviewer"


def test_the_last_admin_is_told_why_not(admin: Client) -> None:
    membership = Membership.objects.get()
    response = admin.post(f"/users/{membership.pk}/", {"role": "analyst"})
    assert response.status_code == 422
    assert b"Make another user an admin first" in response.content


def test_a_member_is_removed(admin: Client, account: Account) -> None:
    person = factories.user(account)
    page = admin.post(f"/users/{person.memberships.get().pk}/remove/", follow=True)
    assert f"{person.email} is no longer a member of Shop." in page.content.decode()
    assert not person.memberships.exists()


def test_a_link_may_say_which_role_is_wanted(admin: Client) -> None:
    assert admin.get("/users/add/?role=reviewer").context["form"]["role"].value() == "reviewer"
    assert admin.get("/users/add/?role=emperor").context["form"]["role"].value() == "operator"
    assert admin.get("/users/add/").context["form"]["role"].value() == "operator"
