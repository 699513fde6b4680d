from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.console.middleware import ACCOUNT, CallerMiddleware, accounts_of, zone_of
from accounts.models import User
from accounts.roles import Role
from tests import factories


def seen(user: User | AnonymousUser, *, account: int | None = None, cookie: bool = True) -> tuple[HttpRequest, str]:
    """Return the request as a view behind the middleware sees it, and a fixed time as it shows it."""
    request = RequestFactory().get("/")
    request.user = user
    request.session = {ACCOUNT: account} if account else {}  # type: ignore[assignment]
    if cookie:
        request.COOKIES[settings.SESSION_COOKIE_NAME] = "any"
    shown = []

    def view(request: HttpRequest) -> HttpResponse:
        shown.append(timezone.localtime(datetime(2026, 3, 1, tzinfo=UTC)).isoformat())
        return HttpResponse()

    CallerMiddleware(view)(request)  # type: ignore[arg-type]
    return request, shown[0]


@pytest.mark.django_db
def test_a_member_looks_at_his_first_account_by_name() -> None:
    person = factories.user(factories.account(name="B"), Role.OPERATOR)
    first = factories.account(name="A")
    person.memberships.create(account=first, role=Role.ANALYST)
    request, _ = seen(person)
    assert request.caller.account == first
    assert not request.caller.may("messages.send")


@pytest.mark.django_db
def test_the_chosen_account_is_kept() -> None:
    chosen = factories.account(name="Z")
    person = factories.user(chosen, Role.ADMIN)
    person.memberships.create(account=factories.account(name="A"), role=Role.ANALYST)
    assert seen(person, account=chosen.pk)[0].caller.account == chosen


@pytest.mark.django_db
def test_an_account_that_is_not_ones_own_cannot_be_chosen() -> None:
    mine, theirs = factories.account(), factories.account()
    assert seen(factories.user(mine), account=theirs.pk)[0].caller.account == mine


@pytest.mark.django_db
def test_staff_looks_at_any_account() -> None:
    chosen = factories.account()
    factories.account()
    staff = factories.user(is_staff=True)
    assert seen(staff, account=chosen.pk)[0].caller.account == chosen
    assert accounts_of(staff).count() == 2


@pytest.mark.django_db
def test_without_membership_there_is_no_caller() -> None:
    factories.account()
    assert seen(factories.user())[0].caller is None


def test_strangers_have_no_caller() -> None:
    assert seen(AnonymousUser())[0].caller is None


@pytest.mark.django_db
def test_times_are_shown_in_the_users_zone_and_only_around_the_request() -> None:
    person = factories.user(factories.account(), time_zone="Asia/Shanghai")
    assert seen(person)[1] == "2026-03-01T08:00:00+08:00"
    assert timezone.get_current_timezone_name() == "UTC"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "\0"])
def test_an_unknown_zone_is_utc(zone: str) -> None:
    assert zone_of(User(time_zone=zone)).key == "UTC"


@pytest.mark.django_db
def test_programs_without_session_cost_no_query(client: Client, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(0):
        client.get("/login/")


@pytest.fixture
def logged_in(client: Client) -> Client:
    client.force_login(factories.user(factories.account(), Role.OPERATOR))
    client.raise_request_exception = False
    return client


def gone(*arguments: object) -> None:
    raise OperationalError("the server closed the connection")


@pytest.mark.django_db
def test_a_call_with_a_console_cookie_gets_the_apis_words_while_the_database_is_away(logged_in: Client) -> None:
    with connection.execute_wrapper(gone):
        answer = logged_in.post("/", "{}", content_type="application/json", headers={"x-tc-action": "SendEmail"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert "Error" in answer.json()["Response"]


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "status"), [("/healthz", 503), ("/t/o/none", 200), ("/domains/", 503), ("/", 503)])
def test_each_kind_of_request_is_answered_in_its_own_words_while_the_database_is_away(
    logged_in: Client, path: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    with connection.execute_wrapper(gone):
        assert logged_in.get(path).status_code == status


@pytest.mark.django_db
def test_a_page_does_not_take_somebody_it_could_not_look_up_for_a_person_without_account(
    logged_in: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    statements = iter([gone])

    def gone_once(execute: Any, *arguments: Any) -> Any:
        return next(statements, execute)(*arguments)

    with connection.execute_wrapper(gone_once):
        assert logged_in.get("/domains/").status_code == 503


@pytest.mark.django_db
def test_a_session_in_use_is_renewed_once_a_day(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.force_login(factories.user(factories.account(), Role.OPERATOR))
    now = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp())
    renewed = []
    for seconds in (0, 10, 86_399, 86_400, 86_410):
        monkeypatch.setattr("accounts.console.middleware.time.time", lambda seconds=seconds: now + seconds)
        response = client.get("/users/")
        renewed.append(settings.SESSION_COOKIE_NAME in response.cookies)
    assert renewed == [True, False, False, True, False]
