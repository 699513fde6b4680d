from __future__ import annotations

import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from config import errors
from tests import factories


def request() -> HttpRequest:
    made = RequestFactory().get("/")
    made.COOKIES["ses_theme"] = "dark"
    return made


@pytest.mark.parametrize(
    ("page", "status"),
    [
        (errors.bad_request, 400),
        (errors.forbidden, 403),
        (errors.csrf_failure, 403),
        (errors.not_found, 404),
        (errors.server_error, 500),
    ],
)
def test_a_fault_is_told_in_the_persons_theme_without_the_database(page, status: int) -> None:  # type: ignore[no-untyped-def]
    response = page(request())
    assert response.status_code == status
    assert b'data-bs-theme="dark"' in response.content
    assert b"Go to the overview" in response.content


def test_a_fault_is_told_in_the_persons_language_whatever_the_thread_spoke_before() -> None:
    asked = request()
    asked.COOKIES["ses_language"] = "zh-hans"
    assert b'<html lang="zh-hans"' in errors.server_error(asked).content
    with translation.override("zh-hans"):
        assert b'<html lang="en"' in errors.server_error(request()).content


def told(error: Exception, language: str) -> HttpResponse:
    asked = request()
    asked.COOKIES["ses_language"] = language
    try:
        raise error
    except Exception:
        return errors.server_error(asked)


@pytest.mark.parametrize(
    ("language", "text"), [("en", "The database is not available at the moment"), ("zh-hans", "数据库暂时不可用")]
)
def test_a_database_that_is_away_is_told_as_such(language: str, text: str) -> None:
    response = told(OperationalError("connection refused"), language)
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert text in response.content.decode()


def test_another_fault_is_no_database_that_is_away() -> None:
    assert told(KeyError("a bug"), "en").status_code == 500


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/login/", "/admin/"])
def test_every_page_says_so_while_the_database_is_away(path: str) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(factories.user(factories.account()))

    def away(*_: object) -> None:
        raise OperationalError("connection refused")

    with connection.execute_wrapper(away):
        response = client.get(path)
    assert response.status_code == 503
    assert b"The database is not available at the moment" in response.content
    assert response["Retry-After"]


@pytest.mark.django_db
def test_a_page_that_is_not_there_answers_404_to_anybody(client: Client) -> None:
    stranger = client.get("/nothing/here/")
    client.force_login(factories.user(factories.account()))
    member = client.get("/nothing/here/")
    assert stranger.status_code == member.status_code == 404
    assert stranger.content == member.content


@pytest.mark.django_db
def test_a_form_without_its_token_is_explained() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/login/", {"email": "ann@example.test", "password": "x"})
    assert response.status_code == 403
    assert b"This form was not accepted" in response.content


def test_a_part_of_a_page_with_an_outdated_token_is_told_to_get_another() -> None:
    asked = request()
    asked.META["HTTP_HX_REQUEST"] = "true"
    assert errors.csrf_failure(asked).status_code == 401


def test_who_sent_an_outdated_form_is_led_back_to_it_and_nowhere_else() -> None:
    asked = request()
    asked.META["HTTP_REFERER"] = "http://testserver/templates/create/"
    assert b'href="http://testserver/templates/create/"' in errors.csrf_failure(asked).content
    asked.META["HTTP_REFERER"] = "https://other.test/"
    assert b"other.test" not in errors.csrf_failure(asked).content
