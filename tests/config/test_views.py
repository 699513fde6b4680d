from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests import factories
from tests.accounts.api.calls import post

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


@pytest.mark.parametrize(
    "host", ["ses.tencentcloudapi.com", "198.51.100.7:8000", "", "a b", "_", "x" * 300, "[::", "é"]
)
def test_a_call_is_answered_in_json_whatever_its_host(host: str) -> None:
    client = Client(headers={"host": host})
    key = factories.api_key(factories.account())
    for response in (
        client.post("/", b"{}", content_type="application/json"),
        client.get("/?Action=SendEmail"),
        client.put("/"),
        client.options("/"),
        client.get("/", headers={"Authorization": "TC3-HMAC-SHA256 x"}),
    ):
        assert (response.status_code, response["Content-Type"]) == (200, "application/json")
        assert "Error" in response.json()["Response"]
    assert post(client, key, "ListEmailAddress", Host=host)["EmailSenders"] == []
    # Pages go by the names that are ours.
    assert Client(headers={"host": "ses.tencentcloudapi.com"}).get("/").status_code == 400


def test_a_page_that_names_no_icon_gets_ours(client: Client) -> None:
    assert client.get("/favicon.ico")["Location"] == "/static/img/mark.svg"


# --- behind an https public URL, on the inner port ------------------------------------------------


@pytest.fixture
def https(settings: Any) -> None:
    """The settings of a product whose public address is https."""
    settings.SECURE_SSL_REDIRECT = True


@pytest.mark.usefixtures("https")
@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/t/o/none", "/t/c/none", "/u/none"])
def test_what_machines_ask_is_not_redirected_to_https(path: str) -> None:
    assert Client().get(path).status_code in {200, 404}


@pytest.mark.usefixtures("https")
def test_a_call_of_the_api_is_not_redirected_to_https() -> None:
    client = Client()
    for response in (
        client.post("/", b"{}", content_type="application/json"),
        client.get("/?Action=SendEmail"),
        client.get("/", headers={"Authorization": "TC3-HMAC-SHA256 x"}),
    ):
        assert response.status_code == 200
        assert "Error" in response.json()["Response"]


@pytest.mark.usefixtures("https")
def test_an_unsubscription_is_not_redirected_to_https() -> None:
    # RFC 8058 3.2: the POST follows no redirection.
    assert Client(enforce_csrf_checks=True).post("/u/none").status_code == 404


@pytest.mark.usefixtures("https")
@pytest.mark.parametrize("path", ["/", "/?days=7", "/login/"])
def test_where_tls_is_served_here_people_are_led_to_its_port(settings: Any, path: str) -> None:
    settings.SECURE_SSL_HOST = "testserver:8443"
    assert Client().get(path)["Location"] == f"https://testserver:8443{path}"


@pytest.mark.usefixtures("https")
@pytest.mark.parametrize("path", ["/", "/?days=7", "/login/", "/domains/", "/admin/", "/healthz/"])
def test_the_console_is_redirected_to_https(path: str) -> None:
    response = Client().get(path)
    assert (response.status_code, response["Location"]) == (301, f"https://testserver{path}")


@pytest.mark.usefixtures("https")
def test_the_console_is_served_to_a_browser_that_came_by_https(browser: Client, settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert browser.get("/", headers={"X-Forwarded-Proto": "https"}).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
@pytest.mark.parametrize("host", ["10.0.0.7:8000", "evil.example", "", "a b"])
def test_a_load_balancer_may_ask_by_any_host(path: str, host: str, settings: Any) -> None:
    settings.METRICS_TOKEN = "t" * 32
    headers = {"Host": host, "Authorization": f"Bearer {settings.METRICS_TOKEN}"}
    assert Client().get(path, headers=headers).status_code == 200
