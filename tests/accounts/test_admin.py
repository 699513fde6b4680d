from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone, translation
from django_q.models import OrmQ, Task
from django_q.tasks import async_task

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


def test_the_site_is_called_by_its_name_in_both_languages(staff: Client) -> None:
    assert b"<title>Accounts, users and records | SES platform administration</title>" in staff.get("/admin/").content
    page = staff.get("/admin/", headers={"accept-language": "zh-CN"}).content.decode()
    assert "<title>账户、用户与记录 | SES 平台管理</title>" in page


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
        "accounts.suspended",
        "accounts.active",
    ]


def test_the_log_in_is_the_consoles_which_counts_tries(client: Client) -> None:
    for method in (client.get, client.post):
        answer = method("/admin/login/?next=/admin/accounts/user/")
        assert answer.status_code == 302
        assert answer["Location"] == "/login/?next=/admin/accounts/user/"


def test_whoever_is_no_staff_meets_no_second_log_in(client: Client) -> None:
    client.force_login(factories.user(factories.account(), "admin"))
    assert client.get("/admin/", follow=True).status_code == 403


def test_the_password_is_changed_on_the_consoles_page(staff: Client) -> None:
    assert staff.post("/admin/password_change/")["Location"] == "/password/"


def test_no_function_can_be_scheduled_from_a_page(staff: Client) -> None:
    assert staff.get("/admin/django_q/schedule/add/").status_code == 404


def test_no_task_is_started_or_dropped_and_no_group_made_from_a_page(staff: Client) -> None:
    task = Task.objects.create(
        id="a" * 32, name="a task", func="accounts.tasks.seal_audit_log", started=timezone.now(), stopped=timezone.now(),
        success=False,
    )  # fmt: skip
    assert b"a task" in staff.get("/admin/django_q/failure/").content
    assert staff.get(f"/admin/django_q/failure/{task.pk}/change/").status_code == 200
    staff.post("/admin/django_q/failure/", {"action": "resubmit_task", "_selected_action": [task.pk]})
    staff.post("/admin/django_q/failure/", {"action": "delete_selected", "_selected_action": [task.pk], "post": "yes"})
    assert staff.post(f"/admin/django_q/failure/{task.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Task.objects.filter(pk=task.pk).exists()
    assert staff.get("/admin/django_q/success/").status_code == 200
    async_task("accounts.tasks.seal_audit_log")
    waiting = OrmQ.objects.get()
    assert staff.get("/admin/django_q/ormq/").status_code == 200
    assert staff.get(f"/admin/django_q/ormq/{waiting.pk}/change/").status_code == 200
    assert staff.post(f"/admin/django_q/ormq/{waiting.pk}/delete/", {"post": "yes"}).status_code == 403
    assert staff.get("/admin/auth/group/").status_code == 404


def test_what_staff_changes_is_written_down(staff: Client) -> None:
    account, person = factories.account(name="Old name"), factories.user()
    staff.post(
        f"/admin/accounts/account/{account.pk}/change/",
        {"name": "New name", "app_id": account.app_id, "mails_per_second": "7"},
    )
    staff.post(
        f"/admin/accounts/user/{person.pk}/change/",
        {"email": person.email, "name": person.name, "time_zone": person.time_zone, "is_staff": "on"},
    )
    first, second = AuditEntry.objects.order_by("id")
    assert (first.account, first.actor, first.act, first.target) == (
        account,
        "root@example.test",
        "admin.change_account",
        "New name",
    )
    assert first.details == {"name": "New name", "mails_per_second": "7"}
    assert (second.account, second.act, second.target) == (None, "admin.change_user", person.email)
    assert second.details == {"is_active": "False", "is_staff": "True"}


def test_staff_is_led_to_the_first_account_with_a_free_app_id(staff: Client) -> None:
    page = staff.get("/").content.decode()
    url = "/admin/accounts/account/add/"
    assert url in page
    offered = staff.get(url).context["adminform"].form.initial["app_id"]
    assert staff.post(url, {"name": "First", "app_id": offered, "mails_per_second": 20}).status_code == 302
    assert staff.get("/").status_code == 200
    assert staff.get(url).context["adminform"].form.initial["app_id"] == offered + 1


def test_a_new_account_leads_to_its_first_person(staff: Client) -> None:
    factories.account()
    url = "/admin/accounts/account/add/"
    app_id = staff.get(url).context["adminform"].form.initial["app_id"]
    answer = staff.post(url, {"name": "Shop <b>", "app_id": app_id, "mails_per_second": 20}, follow=True)
    assert answer.redirect_chain == [("/users/add/?role=admin", 302)]
    assert answer.context["caller"].account.name == "Shop <b>"
    assert answer.context["form"]["role"].value() == "admin"
    assert "Shop &lt;b&gt; was added, and you are looking at it. Add its first admin." in answer.content.decode()
    answer = staff.post("/users/add/", {"email": "ann@shop.example", "role": "admin"})
    assert User.objects.get(email="ann@shop.example").memberships.get().account.name == "Shop <b>"


def test_staff_may_add_another_account_at_once(staff: Client) -> None:
    url = "/admin/accounts/account/add/"
    answer = staff.post(url, {"name": "Shop", "app_id": 77, "mails_per_second": 20, "_addanother": "1"})
    assert answer["Location"] == url


@pytest.mark.parametrize("asked", ["ann@xn--bcher-kva.example", "ANN@BÜCHER.example", "Bücher.Example", "Örtel"])
def test_staff_finds_a_person_by_any_spelling_of_the_address_and_by_the_name(staff: Client, asked: str) -> None:
    User.objects.create_user("Ann@Bücher.example", name="Ann Örtel")
    page = staff.get("/admin/accounts/user/", {"q": asked}).content.decode()
    assert "ann@xn--bcher-kva.example" in page


def test_every_table_has_a_name_in_both_languages(staff: Client) -> None:
    names = [
        name
        for model in admin.site._registry
        for name in (model._meta.verbose_name, model._meta.verbose_name_plural, model._meta.app_config.verbose_name)
    ]
    with translation.override("en"):
        english = [str(name) for name in names]
    with translation.override("zh-hans"):
        assert [str(name) for name in names if not re.search(r"[\u4e00-\u9fff]", str(name))] == []
    assert not any(re.search(r"[^\x00-\x7f]", name) for name in english)
    assert "Django Q" not in staff.get("/admin/").content.decode()


def test_the_site_leads_back_to_the_console(staff: Client) -> None:
    for path in ("/admin/", "/admin/accounts/account/"):
        page = staff.get(path).content.decode()
        assert '<a href="/">Back to the console</a>' in page
        assert "View site" not in page
        assert "admin_site/admin" in page
