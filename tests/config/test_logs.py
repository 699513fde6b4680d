import io
import logging
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from config.logs import OneLineFormatter, RefusedRequestFilter

FORMAT = OneLineFormatter("%(levelname)s %(message)s")


def line(message: str, **fields) -> str:
    return FORMAT.format(logging.LogRecord("ses", logging.INFO, __file__, 1, message, None, fields.get("exc_info")))


@given(st.text())
def test_a_record_is_one_line_without_control_characters(text):
    written = line(text.replace("%", "%%"))
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u2028\u2029" for c in written)


def test_an_escape_sequence_shows_as_text():
    assert line("HELO \x1b[2J\r\nINFO all is well") == "INFO HELO \\x1b[2J\\r\\nINFO all is well"


def test_a_traceback_stays_on_the_line():
    try:
        raise ValueError("no")
    except ValueError:
        assert "\n" not in line("failed", exc_info=sys.exc_info())


# --- what a stranger's request writes -------------------------------------------------------------


REQUESTS = {
    "a foreign host": lambda client: client.get("/login/", headers={"Host": "evil.example"}),
    "a foreign host of a call": lambda client: client.post(
        "/", b"{}", "application/json", headers={"Host": "evil.example"}
    ),
    "no host": lambda client: client.get("/login/", headers={"Host": ""}),
    "a host that is none": lambda client: client.get("/login/", headers={"Host": "a b\\"}),
    "too many fields": lambda client: client.post("/login/", {f"f{number}": "x" for number in range(1_100)}),
    "too much": lambda client: client.post("/login/", {"email": "x" * 17_000_000}),
    "a form that is none": lambda client: client.post("/login/", b"--x", "multipart/form-data; boundary="),
    "an unknown address": lambda client: client.get("/wp-admin/"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_a_request_that_is_refused_writes_one_line_without_a_traceback(request_: Callable[[Client], object]) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(FORMAT)
    handler.addFilter(RefusedRequestFilter())
    django_logger = logging.getLogger("django")
    django_logger.addHandler(handler)
    try:
        request_(Client(raise_request_exception=False))
    finally:
        django_logger.removeHandler(handler)
    assert written.getvalue().count("\n") == 1
    assert "Traceback" not in written.getvalue()


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    record = logging.LogRecord(
        "django.request", logging.ERROR, __file__, 1, "failed", None, (KeyError, KeyError(), None)
    )
    record.status_code = 500
    assert RefusedRequestFilter().filter(record)
    assert record.exc_info


def test_the_product_logs_through_that_filter(settings: Any) -> None:
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["refused"]
    assert settings.LOGGING["filters"]["refused"]["()"] == "config.logs.RefusedRequestFilter"
