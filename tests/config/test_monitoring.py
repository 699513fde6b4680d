"""Who may see how the product is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from config.monitoring import is_authorised

TOKEN = "a token of the tests, long enough"


@pytest.fixture
def token(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


@pytest.mark.usefixtures("token")
@pytest.mark.parametrize("header", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f" BEARER  {TOKEN} "])
def test_the_token_opens_whatever_the_case_of_the_scheme(header: str) -> None:
    assert is_authorised(header)


@pytest.mark.usefixtures("token")
@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer{TOKEN}"]
)
def test_nothing_else_does(header: str) -> None:
    assert not is_authorised(header)


@pytest.mark.usefixtures("token")
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    assert not is_authorised(text)
    assert not is_authorised(f"Bearer {text}") or text.strip() == TOKEN


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer None"])
def test_without_a_token_nobody_is(settings: Any, header: str) -> None:
    settings.METRICS_TOKEN = ""
    assert not is_authorised(header)


def test_a_line_feed_behind_the_token_as_files_have_it_shuts_nobody_out(settings: Any) -> None:
    settings.METRICS_TOKEN = f"{TOKEN}\n"
    assert is_authorised(f"Bearer {TOKEN}")
    settings.METRICS_TOKEN = " \n"
    assert not is_authorised("Bearer ")
