import io
import logging
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from config.logs import OneLineFormatter, RefusedRequestFilter
from sending.models import Submission
from sending.tracking import links
from tests import factories

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


# --- what a line gives away ------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/t/c/", "/t/o/", "/u/"])
def test_no_token_of_an_email_is_written(path):
    token = links.click_url(7, "https://a.test/reset?t=1", links=1).rpartition("/")[2]
    assert line(f"ended too late: GET {path}{token} (503)") == f"INFO ended too late: GET {path}… (503)"
    assert line("Not Found: /t/c/none") == "INFO Not Found: /t/c/none"


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["493817", "4938)17).\nat line 2"])
def test_nothing_of_a_row_that_the_database_refused_is_written(value):
    submission = factories.submission(factories.account(), variables={"code": value})
    for change in ({"channel": "pigeon"}, {"message_id": factories.submission(submission.account).message_id}):
        try:
            with transaction.atomic():
                Submission.objects.filter(pk=submission.pk).update(**change)
        except IntegrityError:
            written = line("a mail was not stored", exc_info=sys.exc_info())
            assert "IntegrityError" in written
            assert "4938" not in written
            assert submission.message_id not in written
        else:
            pytest.fail("the database took it")


# --- what a stranger's request writes -------------------------------------------------------------


REQUESTS = {
    "a foreign host": lambda client: client.get("/login/", headers={"Host": "evil.example"}),
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
