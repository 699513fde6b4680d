"""The bases of pages, forms and acts, by way of the pages of accounts."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts import lifecycle
from accounts.caller import member
from accounts.models import Membership
from accounts.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(factories.user(factories.account(name="Shop"), Role.ADMIN))
    return client


def test_a_stranger_is_sent_to_log_in_and_back(client: Client) -> None:
    assert client.get("/users/?role=admin")["Location"] == "/login/?next=/users/%3Frole%3Dadmin"


def test_a_part_of_a_page_leaves_the_page_where_it_is_when_nobody_is_logged_in(client: Client) -> None:
    response = client.get("/users/", headers={"hx-request": "true", "referer": "http://testserver/users/?role=admin"})
    assert response.status_code == 401
    assert not response.content
    assert "HX-Redirect" not in response


def test_who_sends_a_form_and_is_logged_out_comes_back_to_it(client: Client) -> None:
    response = client.post("/users/add/", {"name": "Ann"}, headers={"referer": "http://testserver/users/add/"})
    assert response["Location"] == "/login/?next=http%3A//testserver/users/add/"
    elsewhere = client.post("/users/add/", {"name": "Ann"}, headers={"referer": "http://other.test/users/add/"})
    assert elsewhere["Location"] == "/login/?next=/"


def test_the_page_without_the_right_names_who_has_it(client: Client) -> None:
    client.force_login(factories.user(factories.account(), Role.OPERATOR))
    response = client.get("/users/")
    assert response.status_code == 403
    assert b"the role Admin" in response.content


def test_the_page_without_the_right_speaks_the_browsers_language(client: Client) -> None:
    client.force_login(factories.user(factories.account(name="Shop"), Role.OPERATOR))
    page = client.get("/audit/", headers={"accept-language": "zh-CN"}).content.decode()
    assert "此页面需要角色“管理员”。Shop 的管理员可以在“访问管理”的“用户与角色”中为您分配。" in page
    assert "发信域名" in page


def test_a_person_without_account_is_told_whom_to_ask(client: Client) -> None:
    client.force_login(factories.user())
    response = client.get("/users/")
    assert response.status_code == 403
    assert b"No account yet" in response.content


def test_a_suspended_account_reads_why_in_its_own_language(admin: Client) -> None:
    account = Membership.objects.get().account
    staff = factories.user(is_staff=True)
    lifecycle.suspend(member(account, staff), account=account, reason="Stopped by platform staff")
    english = admin.get("/users/").content.decode()
    assert "Sending is stopped" in english
    assert "Stopped by platform staff" in english
    chinese = admin.get("/users/", headers={"accept-language": "zh-CN"}).content.decode()
    assert "发送已停止" in chinese
    assert "由平台人员停止" in chinese


def test_a_refused_form_keeps_what_was_typed_and_says_why(admin: Client) -> None:
    response = admin.post(
        "/users/add/", {"email": "ann@example.test", "name": "Ann", "role": "analyst", "password": "short"}
    )
    assert response.status_code == 422
    text = response.content.decode()
    assert 'value="ann@example.test"' in text
    assert "too short" in text
    assert 'aria-invalid="true"' in text
    assert not Membership.objects.filter(user__email="ann@example.test").exists()


def test_a_form_that_went_through_leads_on_with_a_toast(admin: Client) -> None:
    data = {"email": "ann@example.test", "name": "Ann", "role": "analyst", "password": "quite a long passphrase"}
    response = admin.post("/users/add/", data, follow=True)
    assert response.redirect_chain == [("/users/", 302)]
    assert b"User added." in response.content


def test_a_refused_act_goes_back_with_a_toast(admin: Client) -> None:
    pk = Membership.objects.get().pk
    response = admin.post(f"/users/{pk}/remove/", headers={"referer": f"http://testserver/users/{pk}/"}, follow=True)
    assert response.redirect_chain == [(f"http://testserver/users/{pk}/", 302)]
    assert b"last admin" in response.content
    assert Membership.objects.filter(pk=pk).exists()


def test_going_back_never_leaves_the_console(admin: Client) -> None:
    pk = Membership.objects.get().pk
    response = admin.post(f"/users/{pk}/remove/", headers={"referer": "https://evil.example/"})
    assert response["Location"] == "/users/"


def test_an_act_is_done_by_post_alone(admin: Client) -> None:
    pk = Membership.objects.get().pk
    assert admin.get(f"/users/{pk}/remove/").status_code == 405


def test_the_navigation_shows_what_the_role_may_open(admin: Client) -> None:
    assert b"Audit Log" in admin.get("/password/").content
    client = Client()
    client.force_login(factories.user(factories.account(), Role.ANALYST))
    page = client.get("/password/").content
    assert b"Audit Log" not in page
    assert b"API Keys" not in page


def test_the_page_in_the_navigation_is_marked(admin: Client) -> None:
    assert admin.get("/keys/").content.decode().count('aria-current="page"') == 1


def test_a_role_that_was_taken_holds_from_the_next_page_on(client: Client) -> None:
    account = factories.account()
    person = factories.user(account, Role.ADMIN)
    client.force_login(person)
    assert client.get("/users/").status_code == 200
    staff = factories.caller(account, Role.ADMIN)
    lifecycle.change_role(staff, membership=person.memberships.get(), role=Role.ANALYST)
    assert client.get("/users/").status_code == 403


def test_pages_bring_no_script_or_style_of_their_own(admin: Client) -> None:
    for url in ("/users/", "/users/add/", "/keys/", "/keys/create/", "/audit/", "/password/", "/time-zone/", "/none/"):
        text = admin.get(url).content.decode()
        assert "<script>" not in text
        assert "style=" not in text
        assert "onclick" not in text
