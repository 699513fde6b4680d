"""A database that is away or read-only ends no process: each answers what it should, waits, and goes on.

Real processes as `up` starts them, but without its supervisor, so that one that ends stays ended; a PostgreSQL of
the test's own, stopped, started and made read-only under them.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import re
import smtplib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import psycopg
import pytest

from accounts.api import tc3
from config import embedded_pg
from tests.product import PORTS, ROOT, free_ports

PREPARE = """
import json, sys
import django
django.setup()
from django.core.management import call_command
from config import demo, schedule, static_files
from config.management.commands import up
from config.web import server
from sending.models import partitions
call_command("migrate", interactive=False, verbosity=0)
static_files.collect()
partitions.ensure()
schedule.install()
server.ensure_certificate()
known = demo.make()
print(json.dumps([[child.name, list(child.command), child.grace] for child in up._children()]))
"""


@dataclass
class Installation:
    """A product whose database the test holds in its hands."""

    folder: Path
    environment: dict[str, str]
    server: embedded_pg.EmbeddedServer
    commands: dict[str, list[str]] = field(default_factory=dict)
    # Seconds that each process may take to end, as `up` gives them.
    graces: dict[str, float] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    demo: dict[str, Any] = field(default_factory=dict)

    def port(self, name: str) -> int:
        return int(self.environment[f"SES_{name}_PORT"])

    def start(self) -> None:
        for name, command in self.commands.items():
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
            self.processes[name] = process
            threading.Thread(target=self._read, args=(name, process), daemon=True).start()

    def end(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for name, process in self.processes.items():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(self.graces[name])
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            process.wait()
        self.processes.clear()

    def ended(self) -> list[str]:
        return [name for name, process in self.processes.items() if process.poll() is not None]

    def sql(self, statement: str, *values: object) -> list[Any]:
        at = embedded_pg.owner_settings_for(self.folder)
        with psycopg.connect(
            host=at["HOST"], user=at["USER"], password=at["PASSWORD"], dbname=at["NAME"], autocommit=True
        ) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def read_only(self, value: str) -> None:
        self.sql(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
        self.sql("SELECT pg_reload_conf()")
        self.until(lambda: self.sql("SHOW default_transaction_read_only") == [(value,)])

    def until(self, condition: Callable[[], object], what: str = "it") -> None:
        """Return once `condition` holds; fail when a process ended, or after four minutes."""
        deadline = time.monotonic() + 240
        while not condition():
            assert not self.ended(), f"{self.ended()} ended\n" + "".join(self.lines[-60:])
            assert time.monotonic() < deadline, f"{what} never came\n" + "".join(self.lines[-60:])
            time.sleep(0.1)

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port("WEB"), timeout=60)
        try:
            connection.request(method, path, body or None, headers)
            response = connection.getresponse()
            headers_of = {name.lower(): value for name, value in response.getheaders()}
            return response.status, response.read().decode("latin-1"), headers_of
        finally:
            connection.close()

    def send(self, recipient: str) -> str:
        """Send an email by the API; return its error's code, or an empty text."""
        body = json.dumps(
            {
                "FromEmailAddress": self.demo["sender"],
                "Destination": [recipient],
                "Subject": "Hello",
                "Template": {
                    "TemplateID": self.demo["template_id"],
                    "TemplateData": json.dumps(self.demo["template_data"]),
                },
            }
        ).encode()
        host, now = f"127.0.0.1:{self.port('WEB')}", str(int(time.time()))
        day = datetime.fromtimestamp(int(now), UTC).date().isoformat()
        headers = {"content-type": "application/json", "host": host}
        canonical = tc3.canonical_request(
            method="POST", query="", headers=headers, signed=("content-type", "host"),
            payload_hash=hashlib.sha256(body).hexdigest(),
        )  # fmt: skip
        key = self.demo["api"]
        signature = tc3.sign(key["secret_key"], day, tc3.string_to_sign(now, day, canonical))
        status, text, _ = self.request(
            "POST", "/", body,
            **headers,
            **{"X-TC-Action": "SendEmail", "X-TC-Version": "2020-10-02", "X-TC-Region": "ap-hongkong"},
            **{"X-TC-Timestamp": now, "Authorization": (
                f"TC3-HMAC-SHA256 Credential={key['secret_id']}/{day}/ses/tc3_request, "
                f"SignedHeaders=content-type;host, Signature={signature}"
            )},
        )  # fmt: skip
        assert status == 200
        error: dict[str, str] = json.loads(text)["Response"].get("Error", {})
        return error.get("Code", "")

    def _read(self, name: str, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        with process.stdout:
            self.lines.extend(f"{name:>9} | {line}" for line in process.stdout)


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Installation]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SES_", "DJANGO_"))}
    environment.pop("DATABASE_URL", None)
    environment |= {name: str(port) for name, port in zip(PORTS, free_ports(len(PORTS)), strict=True)}
    environment |= {
        "SES_DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }
    made = Installation(tmp_path, environment, embedded_pg.EmbeddedServer(tmp_path, durable=False))
    made.server.start()
    try:
        done = subprocess.run(
            [sys.executable, "-c", PREPARE], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        for name, command, grace in json.loads(done.stdout.splitlines()[-1]):
            made.commands[name], made.graces[name] = command, grace
        made.demo = json.loads((tmp_path / "demo.json").read_text())
        yield made
    finally:
        made.end()
        made.server.stop()


def test_no_process_ends_while_the_database_is_away_or_read_only(installed: Installation) -> None:
    installed.start()
    installed.until(lambda: is_healthy(installed), "a healthy service")
    sends_and_hears_back(installed, "dsn@first.test")
    links = Links.of(installed)

    installed.server.stop()
    answers_as_it_should(installed, links, page=503)

    # Processes that start now wait for it, too.
    installed.end()
    installed.start()
    installed.until(lambda: answers_at_all(installed), "a web server")
    answers_as_it_should(installed, links, page=503)
    installed.server.start()
    sends_and_hears_back(installed, "dsn@second.test")

    installed.read_only("on")
    answers_as_it_should(installed, links, page=302)
    installed.read_only("off")
    sends_and_hears_back(installed, "dsn@third.test")
    runs_tasks(installed)
    assert not installed.ended()


def is_healthy(installed: Installation) -> bool:
    with contextlib.suppress(OSError, http.client.HTTPException):
        return installed.request("GET", "/healthz")[0] == 200
    return False


def answers_at_all(installed: Installation) -> bool:
    with contextlib.suppress(OSError, http.client.HTTPException):
        return installed.request("GET", "/healthz")[0] == 503
    return False


def sends_and_hears_back(installed: Installation, recipient: str) -> None:
    """Web, delivery, simulator, report port and its reader: one email through them all."""
    installed.until(lambda: installed.send(recipient) == "", "an accepted email")
    bounced = "SELECT 1 FROM sending_event WHERE recipient = %s AND kind = 3"
    installed.until(lambda: installed.sql(bounced, recipient), "its bounce")


def runs_tasks(installed: Installation) -> None:
    installed.sql("UPDATE django_q_schedule SET next_run = now() WHERE name = 'forget ended limits'")
    done = "SELECT 1 FROM django_q_task WHERE func = 'accounts.tasks.forget_ended_limits' AND started > %s"
    began = datetime.now(UTC)
    installed.until(lambda: installed.sql(done, began), "a task")


@dataclass
class Links:
    """What a stranger has of one email: its pixel, a link, its unsubscription and its return path."""

    pixel: str
    click: str
    unsubscribe: str
    sender: str

    @classmethod
    def of(cls, installed: Installation) -> Links:
        [[raw, sender]] = installed.sql("SELECT raw, mail_from FROM sending_simulatedmail ORDER BY id DESC LIMIT 1")
        mail = message_from_bytes(bytes(raw))
        html = next(part for part in mail.walk() if part.get_content_type() == "text/html")
        payload = html.get_payload(decode=True)
        assert isinstance(payload, bytes)
        text = payload.decode()
        found = {name: re.search(rf'https?://[^"\s<>]*/{name}/[^"\s<>]+', text) for name in ("t/o", "t/c", "u")}
        paths = {name: urlsplit(match[0]).path for name, match in found.items() if match}
        unsubscribe = re.search(r"<(http[^>]+)>", mail["List-Unsubscribe"])
        return cls(
            pixel=paths["t/o"],
            click=paths["t/c"],
            unsubscribe=paths.get("u") or urlsplit(unsubscribe[1] if unsubscribe else "").path,
            sender=sender,
        )


def answers_as_it_should(installed: Installation, links: Links, *, page: int) -> None:
    installed.until(lambda: installed.request("GET", "/healthz")[0] == 503, "trouble")
    assert installed.send("ann@x.test") == "InternalError"
    status, _, headers = installed.request("GET", links.pixel)
    assert (status, headers["content-type"]) == (200, "image/gif")
    # A link carries its target.
    assert installed.request("GET", links.click)[0] == 302
    form = urlencode({"List-Unsubscribe": "One-Click"}).encode()
    status, _, headers = installed.request(
        "POST", links.unsubscribe, form, **{"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert status == 503
    assert int(headers["retry-after"]) > 0
    # A person with a session is told, or gets the page while it can be read.
    status, text, headers = installed.request("GET", "/", Cookie=f"ses_session_{installed.port('WEB')}={'x' * 32}")
    assert status == page
    assert status == 302 or (headers["retry-after"] and "The database is not available at the moment" in text)
    for port, sender, recipient in (
        ("INBOUND", "", links.sender),
        ("SIMULATOR_MX", "a@b.test", "ann@x.test"),
    ):
        with smtplib.SMTP("127.0.0.1", installed.port(port), timeout=60) as client:
            with pytest.raises(smtplib.SMTPDataError) as refused:
                client.sendmail(sender, [recipient], "Subject: x\r\n\r\nx\r\n")
            assert refused.value.smtp_code == 451
    with smtplib.SMTP("127.0.0.1", installed.port("INBOUND"), timeout=60) as client:
        client.ehlo()
        client.mail("")
        assert client.rcpt("postmaster@mail.elsewhere.test")[0] in {451, 550}
    # Long enough for every loop of every process to have met it.
    tried = len(installed.lines)
    installed.until(lambda: len(installed.lines) > tried, "a line of a process that waits")
    assert not installed.ended(), "".join(installed.lines[-60:])
