from __future__ import annotations

import pytest
from django.http import HttpRequest
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
