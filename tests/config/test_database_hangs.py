"""A database that takes connections and never answers: the web server says so in time, and goes on when it is back."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.test import override_settings

from sending.models.ids import first_of
from sending.tracking.links import click_url
from tests.config.test_database_away import Installation, is_healthy
from tests.config.test_database_away import installed as installed


@contextmanager
def frozen(installed: Installation) -> Iterator[None]:
    """Stop every process of the database where it stands, as a machine does that is paused."""
    postmaster = installed.server.pid()
    assert postmaster
    stopped = [postmaster]
    os.kill(postmaster, signal.SIGSTOP)
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == postmaster:
                os.kill(int(folder.name), signal.SIGSTOP)
                stopped.append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    try:
        yield
    finally:
        for process in stopped:
            os.kill(process, signal.SIGCONT)


def test_a_database_that_never_answers_holds_no_client_and_is_told(installed: Installation) -> None:
    installed.environment |= {"SES_RULE_WEB_REQUEST_SECONDS": "2", "SES_RULE_WEB_HEALTH_SECONDS": "2"}
    installed.commands = {"web": installed.commands["web"]}
    installed.start()
    installed.until(lambda: is_healthy(installed), "a healthy service")
    installed.until(lambda: installed.send("ann@first.test") == "", "an accepted email")

    with override_settings(SECRETS_KEYS=[(installed.folder / "secrets" / "secrets_key").read_text().strip()]):
        link = urlsplit(click_url(first_of(datetime.now(UTC)), "https://shop.test/", links=1)).path

    with frozen(installed):
        for _ in range(3):
            status, text, _ = installed.request("GET", "/healthz")
            assert (status, json.loads(text)) == (503, {"ok": False})
        # More than the threads of both processes: the first are unknown, the others were not executed.
        codes = [installed.send(f"ann{number}@second.test") for number in range(10)]
        assert set(codes) <= {"InternalError", "RequestLimitExceeded"}
        assert codes[0] == "InternalError"
        assert installed.request("GET", "/t/o/none")[0] == 200
        # A link leads on though its click cannot be recorded.
        status, _, headers = installed.request("GET", link)
        assert (status, headers["location"]) == (302, "https://shop.test/")
        # Nothing of the database is needed for these.
        assert installed.request("GET", "/static/img/mark.svg")[0] == 200

    installed.until(lambda: is_healthy(installed), "a healthy service")
    installed.until(lambda: installed.send("ann@third.test") == "", "an accepted email")
    # What was unknown may have been done, once; what was refused was not.
    unknown = {f"ann{number}@second.test" for number, code in enumerate(codes) if code == "InternalError"}
    found = [
        row[0] for row in installed.sql("SELECT recipient FROM sending_message WHERE recipient LIKE '%%@second.test'")
    ]
    assert len(found) == len(set(found))
    assert set(found) <= unknown
    assert not installed.ended()
