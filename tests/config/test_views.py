from __future__ import annotations

import pytest
from django.test import Client

from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client: Client) -> Client:
    client.force_login(factories.user(factories.account()))
    return client


def test_a_person_gets_the_overview(browser: Client) -> None:
    response = browser.get("/")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/html")


def test_a_post_is_a_call_without_any_form_token() -> None:
    response = Client(enforce_csrf_checks=True).post("/", b"{}", content_type="application/json")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert "Error" in response.json()["Response"]


@pytest.mark.parametrize(("query", "headers"), [("?Action=SendEmail", {}), ("", {"x-tc-action": "SendEmail"})])
def test_a_get_that_names_an_action_is_a_call(browser: Client, query: str, headers: dict[str, str]) -> None:
    assert "Error" in browser.get(f"/{query}", headers=headers).json()["Response"]


def test_a_page_that_names_no_icon_gets_ours(client: Client) -> None:
    assert client.get("/favicon.ico")["Location"] == "/static/img/mark.svg"
