"""config.settings as it stands, behind an https and behind an http public address: what a browser is really told."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from pytest_django import DjangoDbBlocker

from tests.database_url import database_url

# What is started for the whole file is started once.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("settings")]

HOST = "ses.example.test"
# OWASP Password Storage Cheat Sheet: argon2id of at least 19 MiB, two passes, one lane.
MIN_MEMORY_KIB, MIN_PASSES, MIN_LANES = 19_456, 2, 1
# RFC 9106 4: a salt of 128 bits, a tag of 256 bits (base64 without padding).
MIN_SALT, MIN_TAG = 22, 43

COOKIES = ("session", "csrf", "device", "theme", "language")

Findings = dict[str, Any]


def findings(scheme: str) -> Findings:
    """Return what `real_settings` finds out about a public address of this scheme."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SES_", "DJANGO_"))}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": database_url(),
        "SES_DATA_DIR": str(settings.TEST_DATA_DIR),
        "SES_PUBLIC_URL": f"{scheme}://{HOST}",
        # The hashed names of static files are made by `up`; pages need them.
        "DEBUG": "true",
    }
    command = [sys.executable, "-W", "error", "-m", "tests.config.real_settings", HOST, scheme]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def https(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Findings:
    return findings("https")


@pytest.fixture(scope="module")
def http(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Findings:
    return findings("http")


def set_cookies(found: Findings, name: str) -> list[dict[str, Any]]:
    """Return the flags of a cookie each time it was set; its removal has nothing to guard."""
    every = [answer["cookies"].get(found["cookies"][name]) for answer in found["answers"].values()]
    return [flags for flags in every if flags and "max-age" in flags]


def test_passwords_are_hashed_by_argon2id_with_no_less_than_owasp_asks(https: Findings) -> None:
    found = re.fullmatch(
        r"argon2\$argon2id\$v=19\$m=(?P<memory>\d+),t=(?P<passes>\d+),p=(?P<lanes>\d+)"
        r"\$(?P<salt>[A-Za-z0-9+/]+)\$(?P<tag>[A-Za-z0-9+/]+)",
        https["hash"],
    )
    assert found, "not argon2id"
    assert int(found["memory"]) >= MIN_MEMORY_KIB
    assert int(found["passes"]) >= MIN_PASSES
    assert int(found["lanes"]) >= MIN_LANES
    assert len(found["salt"]) >= MIN_SALT
    assert len(found["tag"]) >= MIN_TAG


def test_a_weak_password_is_refused(https: Findings) -> None:
    # NIST SP 800-63B 5.1.1.2: long enough, and none that everybody knows.
    assert https["refused"] == ["eleven char", "qwerty123456", "829471038264"]


@pytest.mark.parametrize("cookie", COOKIES)
def test_behind_https_a_cookie_is_never_sent_in_clear_text(https: Findings, cookie: str) -> None:
    assert set_cookies(https, cookie)
    assert all(flags.get("secure") for flags in set_cookies(https, cookie))


@pytest.mark.parametrize("cookie", COOKIES)
def test_no_script_reads_a_cookie_and_no_other_site_posts_with_it(https: Findings, cookie: str) -> None:
    for flags in set_cookies(https, cookie):
        assert (flags.get("httponly"), flags.get("samesite")) == (True, "Lax")


def test_no_cookie_is_set_that_these_tests_do_not_know(https: Findings) -> None:
    found = {name for answer in https["answers"].values() for name in answer["cookies"]}
    assert found == set(https["cookies"].values())


@pytest.mark.parametrize("cookie", COOKIES)
def test_behind_http_the_same_cookies_work_without_tls(http: Findings, cookie: str) -> None:
    assert set_cookies(http, cookie)
    for flags in set_cookies(http, cookie):
        assert (flags.get("secure"), flags.get("httponly"), flags.get("samesite")) == (None, True, "Lax")


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_form_without_its_token_is_refused(scheme: str, request: pytest.FixtureRequest) -> None:
    answers = request.getfixturevalue(scheme)["answers"]
    assert answers["without token"]["status"] == 403
    assert (answers["log in"]["status"], answers["log in"]["headers"]["Location"]) == (302, "/")


def test_form_token_and_session_are_new_after_the_log_in(https: Findings) -> None:
    before, after = (https["answers"][name]["cookies"] for name in ("form", "log in"))
    token = https["cookies"]["csrf"]
    assert before[token]["value"] != after[token]["value"]
    assert https["cookies"]["session"] not in before
    # Nothing but the log-in needs to know the browser again.
    assert after[https["cookies"]["device"]]["path"] == "/login/"


def test_behind_https_clear_text_is_led_to_https_whatever_a_stranger_says_of_it(https: Findings) -> None:
    answer = https["answers"]["in clear text"]
    assert (answer["status"], answer["headers"]["Location"]) == (301, f"https://{HOST}/login/")
    assert answer["cookies"] == {}


def test_behind_https_browsers_are_told_to_stay_there(https: Findings, http: Findings) -> None:
    # RFC 6797 6.1; a year and the subdomains is what the preload lists ask.
    told = https["answers"]["form"]["headers"]["Strict-Transport-Security"]
    directives = dict(part.strip().partition("=")[::2] for part in told.split(";"))
    assert int(directives["max-age"]) >= 31_536_000
    assert {"includeSubDomains", "preload"} <= directives.keys()
    assert "Strict-Transport-Security" not in http["answers"]["form"]["headers"]


def test_a_page_says_what_browsers_may_do_with_it(https: Findings) -> None:
    for answer in https["answers"].values():
        if answer["status"] == 301:
            continue
        headers = answer["headers"]
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
        assert policy == {
            "default-src": "'self'",
            "img-src": "'self' data:",
            "object-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'self'",
            "frame-ancestors": "'none'",
        }
