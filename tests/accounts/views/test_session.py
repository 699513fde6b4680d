from __future__ import annotations

import re

import pytest
from django.conf import settings as project
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from pytest_django import Settings

from accounts import quota
from accounts.models import AuditEntry, Membership, User
from accounts.roles import Role
from accounts.views.session import WINDOW_SECONDS
from tests import factories

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
ATTEMPTS = project.RULES.login_attempts


@pytest.fixture
def person() -> User:
    return factories.user(factories.account(), Role.OPERATOR, email="ann@example.test")


def log_in(client: Client, password: str = PASSWORD, email: str = "ann@example.test", **more: str):  # type: ignore[no-untyped-def]
    return client.post("/login/", {"email": email, "password": password, **more.pop("data", {})}, **more)


def test_a_person_logs_in_by_address_in_any_case(client: Client, person: User) -> None:
    response = log_in(client, email="Ann@Example.TEST")
    assert response["Location"] == "/"
    assert client.session["_auth_user_id"] == str(person.pk)


def test_the_log_in_is_written_down_with_its_address(client: Client, person: User) -> None:
    log_in(client, headers={"x-forwarded-for": "203.0.113.9"})
    entry = AuditEntry.objects.get(act="session.begin")
    assert (entry.actor, entry.ip) == ("ann@example.test", "127.0.0.1")


def test_a_failed_log_in_is_written_down_in_each_account_without_the_password(client: Client, person: User) -> None:
    other = Membership.objects.create(user=person, account=factories.account(), role=Role.ADMIN).account
    log_in(client, "wrong password", email="ANN@example.test")
    entries = AuditEntry.objects.filter(act="login.failed")
    assert {entry.account for entry in entries} == {person.memberships.first().account, other}
    assert {(entry.actor, entry.target, entry.ip) for entry in entries} == {
        ("ann@example.test", "ann@example.test", "127.0.0.1")
    }
    assert "wrong password" not in str([vars(entry) for entry in entries])


def test_platform_staff_is_written_down_too_and_in_no_account_that_is_not_theirs(client: Client) -> None:
    factories.account()
    User.objects.create_superuser("root@example.test", "correct horse battery")
    log_in(client, "wrong password", email="root@example.test")
    log_in(client, "correct horse battery", email="root@example.test")
    entries = AuditEntry.objects.order_by("id").values_list("act", "account", "actor", "ip")
    assert list(entries) == [(act, None, "root@example.test", "127.0.0.1") for act in ("login.failed", "session.begin")]


def test_a_log_in_with_an_unknown_address_fills_no_log(client: Client, person: User) -> None:
    assert log_in(client, email="nobody@example.test").status_code == 422
    assert not AuditEntry.objects.exists()


def test_a_wrong_password_and_an_unknown_address_are_told_apart_by_nothing(client: Client, person: User) -> None:
    def answer(email: str) -> tuple[int, str]:
        response = log_in(client, "wrong", email=email)
        csrf = client.cookies.get(project.CSRF_COOKIE_NAME)
        text = response.content.decode().replace(email, "")
        assert csrf is not None
        return response.status_code, re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)

    assert answer("ann@example.test") == answer("nobody@example.test")
    assert answer("ann@example.test")[0] == 422


class CountingHasher(Argon2PasswordHasher):
    """Argon2, cheaply, with a count of the hashes it had to compute."""

    time_cost, memory_cost, parallelism = 1, 8, 1
    hashes = 0

    def encode(self, password: str, salt: str) -> str:
        CountingHasher.hashes += 1
        return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        CountingHasher.hashes += 1
        return bool(super().verify(password, encoded))


def test_an_unknown_address_costs_a_hash_as_a_known_one_does(client: Client, person: User, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    person.set_password(PASSWORD)
    person.save()

    def hashes(email: str) -> int:
        before = CountingHasher.hashes
        log_in(client, "wrong", email=email)
        return CountingHasher.hashes - before

    assert hashes("ann@example.test") == hashes("nobody@example.test") == 1


def test_nobody_inactive_logs_in(client: Client, person: User) -> None:
    User.objects.update(is_active=False)
    assert log_in(client).status_code == 422


def test_tries_are_counted_per_address_whatever_the_ip(person: User) -> None:
    for number in range(ATTEMPTS):
        assert log_in(Client(REMOTE_ADDR=f"192.0.2.{number}"), "wrong").status_code == 422
    response = log_in(Client(REMOTE_ADDR="198.51.100.1"))
    assert response.status_code == 429
    assert b"Wait 15 minutes" in response.content


def test_tries_for_an_unknown_address_end_as_well(client: Client) -> None:
    for _ in range(ATTEMPTS):
        log_in(client, "wrong", email="nobody@example.test")
    assert log_in(client, "wrong", email="nobody@example.test").status_code == 429


def test_success_costs_no_try(client: Client, person: User) -> None:
    for _ in range(ATTEMPTS + 2):
        assert log_in(Client()).status_code == 302
    assert quota.used("login:ann@example.test", seconds=WINDOW_SECONDS) == 0


def test_strangers_do_not_lock_the_owner_out_of_a_known_browser(client: Client, person: User) -> None:
    log_in(client)
    client.post("/logout/")
    for _ in range(ATTEMPTS + 1):
        log_in(Client(), "wrong")
    assert log_in(Client()).status_code == 429
    assert log_in(client)["Location"] == "/"


def test_a_known_browser_has_a_limit_of_its_own(client: Client, person: User) -> None:
    log_in(client)
    client.post("/logout/")
    for _ in range(ATTEMPTS):
        assert log_in(client, "wrong").status_code == 422
    assert log_in(client).status_code == 429


def test_a_known_browser_helps_its_own_person_alone(client: Client, person: User) -> None:
    factories.user(person.memberships.get().account, email="bob@example.test")
    log_in(client, email="bob@example.test")
    client.post("/logout/")
    for _ in range(ATTEMPTS):
        log_in(Client(), "wrong")
    assert log_in(client).status_code == 429


@pytest.mark.parametrize(
    ("requested", "goes"),
    [
        ("/users/", "/users/"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_log_in_leads_to_pages_of_ours_alone(client: Client, person: User, requested: str, goes: str) -> None:
    assert log_in(client, data={"next": requested})["Location"] == goes


def test_the_session_gets_a_new_name_at_log_in(client: Client, person: User) -> None:
    client.get("/login/")
    session = client.session
    session["x"] = 1
    session.save()
    client.cookies[project.SESSION_COOKIE_NAME] = session.session_key
    log_in(client)
    assert client.session.session_key != session.session_key


def test_the_log_in_page_is_not_kept_by_the_browser(client: Client) -> None:
    assert "no-store" in client.get("/login/")["Cache-Control"]


def test_who_is_in_does_not_see_the_form(client: Client, person: User) -> None:
    log_in(client)
    assert client.get("/login/?next=/users/")["Location"] == "/users/"


def test_log_out_ends_the_session_and_is_no_link(client: Client, person: User) -> None:
    log_in(client)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/password/")["Location"].startswith("/login/")
    assert AuditEntry.objects.filter(act="session.end", actor=person.email).exists()


def test_the_account_is_switched_among_ones_own(client: Client, person: User) -> None:
    other = factories.account(name="Another account")
    person.memberships.create(account=other, role=Role.ADMIN)
    client.force_login(person)
    assert client.post("/switch/", {"account": other.pk})["Location"] == "/"
    assert client.get("/password/").context["caller"].account == other


@pytest.mark.parametrize("requested", ["0", "", "x", "9" * 30, "²"])
def test_what_is_not_ones_own_account_is_refused(client: Client, person: User, requested: str) -> None:
    client.force_login(person)
    client.post("/switch/", {"account": requested})
    page = client.get("/password/")
    assert page.context["caller"].account == person.memberships.get().account
    assert b"You have no such account." in page.content


def test_another_accounts_number_is_refused(client: Client, person: User) -> None:
    client.force_login(person)
    client.post("/switch/", {"account": factories.account().pk})
    page = client.get("/password/")
    assert page.context["caller"].account == person.memberships.get().account
    assert b"You have no such account." in page.content


def test_somebody_switched_off_is_out_at_the_next_page(client: Client, person: User) -> None:
    log_in(client)
    assert client.get("/").status_code == 200
    User.objects.update(is_active=False)
    assert client.get("/")["Location"].startswith("/login/")


def test_somebody_taken_out_of_the_account_is_out_at_the_next_page(client: Client, person: User) -> None:
    log_in(client)
    Membership.objects.all().delete()
    assert client.get("/").status_code == 403


def test_a_report_of_an_error_leaves_the_password_out(client: Client, person: User) -> None:
    assert log_in(client).wsgi_request.sensitive_post_parameters == ("password",)


def test_a_page_that_stays_open_gets_the_token_of_the_new_session(person: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)
    token = browser.get("/form-token/").json()["token"]
    assert browser.post("/time-zone/", {"zone": "Asia/Tokyo", "csrfmiddlewaretoken": token}).status_code == 302
    assert browser.get("/form-token/")["Cache-Control"] == "no-store"


def test_a_stranger_gets_no_token_and_no_page(client: Client) -> None:
    assert client.get("/form-token/", headers={"hx-request": "true"}).status_code == 401
