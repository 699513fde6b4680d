"""Which columns a list shows to whom."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.console.column_choice import COOKIE
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/sending/status/"
DEFAULT = ["accepted", "status", "recipient", "subject", "flags", "response"]


@pytest.fixture
def browser(client: Client) -> Client:
    account = factories.account()
    factories.message(account, recipient="ann@example.com")
    client.force_login(factories.user(account, "analyst"))
    return client


def columns(browser: Client) -> list[str]:
    return [column.name for column in browser.get(URL).context["columns"]]


def choose(browser: Client, *names: str) -> None:
    answer = browser.post(URL, {"column": names}, headers={"referer": f"http://testserver{URL}?status=0"})
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"{URL}?status=0")


def test_a_list_begins_with_the_columns_that_fit(browser: Client) -> None:
    assert columns(browser) == DEFAULT


def test_chosen_columns_are_kept_in_the_list_s_own_order(browser: Client) -> None:
    choose(browser, "sender", "status")
    # The one that leads to the row is always there.
    assert columns(browser) == ["status", "recipient", "sender"]
    assert columns(browser) == ["status", "recipient", "sender"]


def test_the_choice_is_kept_for_this_list_alone(browser: Client) -> None:
    answer = browser.post(URL, {"column": ["sender"]})
    cookie = answer.cookies[COOKIE]
    assert cookie["path"] == URL
    assert cookie["httponly"]
    assert int(cookie["max-age"]) > 300 * 86_400


def test_no_choice_and_unknown_names_restore_the_first_columns(browser: Client) -> None:
    for restored in ((), ("",), ("password", "1; path=/")):
        choose(browser, "sender")
        assert columns(browser) != DEFAULT
        choose(browser, *restored)
        assert columns(browser) == DEFAULT


def test_a_cookie_of_an_older_version_hides_nothing_it_does_not_know(browser: Client) -> None:
    browser.cookies[COOKIE] = "gone.also-gone"
    assert columns(browser) == DEFAULT
    browser.cookies[COOKIE] = "gone.status"
    assert columns(browser) == ["status", "recipient"]


def test_the_file_has_all_columns_whatever_is_chosen(client: Client) -> None:
    account = factories.account()
    factories.message(account)
    client.force_login(factories.user(account, "analyst"))
    before = b"".join(client.get(f"{URL}?format=csv").streaming_content)  # type: ignore[attr-defined]
    client.post(URL, {"column": ["sender"]})
    assert b"".join(client.get(f"{URL}?format=csv").streaming_content) == before  # type: ignore[attr-defined]
