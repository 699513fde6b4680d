"""The processes that receive: they say when they are ready, do their work, and end when told."""

from __future__ import annotations

import contextlib
import os
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from sending.models import InboundReport, SimulatedMail
from sending.tracking import verp
from tests import factories
from tests.database_url import database_url
from tests.sending.inbound import mails
from tests.sending.simulator.mails import RAW
from tests.sending.smtp.port import SmtpClient
from tests.waiting import WAIT_SECONDS, until

pytestmark = pytest.mark.django_db(transaction=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(command: str, **ports: int) -> Iterator[subprocess.Popen[str]]:
    """Run a command of manage.py until it says that it is ready; end it by SIGTERM."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(),
        "SES_DATA_DIR": str(settings.DATA_DIR),
        **{name: str(port) for name, port in ports.items()},
    }
    process = subprocess.Popen(
        [sys.executable, "manage.py", command],
        cwd=settings.BASE_DIR,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    try:
        for line in process.stderr:
            if "ready" in line:
                break
        assert process.poll() is None
        yield process
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def ended(process: subprocess.Popen[str]) -> int:
    """Tell the process to end and return its code."""
    process.send_signal(signal.SIGTERM)
    return process.wait(WAIT_SECONDS)


def test_inbound_reads_what_it_takes_and_what_was_left_lying_and_ends_when_told() -> None:
    message = factories.message(factories.account(), recipient="ann@example.net")
    InboundReport.objects.create(message=message.pk, kind=InboundReport.Kind.UNKNOWN, raw=mails.AWAY)
    port = free_port()
    with running("run_inbound", SES_INBOUND_PORT=port) as process:
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail("", [verp.envelope_sender(message.pk, "mail.example.test")], mails.dsn())
        until(lambda: InboundReport.objects.exclude(read_at=None).count() == 2)
        assert ended(process) == 0
    assert sorted(InboundReport.objects.values_list("kind", flat=True)) == ["dsn", "reply"]
    message.refresh_from_db()
    assert message.get_deliver_status_display() == "Bounced"


def test_the_simulator_takes_mail_and_ends_when_told() -> None:
    mx, dns = free_port(), free_port()
    with running("run_simulator", SES_SIMULATOR_MX_PORT=mx, SES_SIMULATOR_DNS_PORT=dns) as process:
        with smtplib.SMTP("127.0.0.1", mx) as client:
            client.sendmail("b-x@mail.example.test", ["ann@x.test"], RAW)
        assert SimulatedMail.objects.get().recipient == "ann@x.test"
        assert ended(process) == 0


def test_the_simulator_does_not_run_where_real_mail_is_sent(settings: object) -> None:
    settings.TRANSPORT = "direct"
    with pytest.raises(CommandError, match="SES_TRANSPORT=simulator"):
        call_command("run_simulator")


def memory(process: subprocess.Popen[str], figure: str) -> int:
    """Return a figure of the process's memory in bytes: VmRSS now, VmHWM at most so far."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith(f"{figure}:"):
            return int(line.split()[1]) * 1024
    raise LookupError(figure)


def test_thirty_large_mails_at_once_take_little_memory() -> None:
    port, recipient = free_port(), verp.envelope_sender(7, "mail.example.test").encode()
    text = (b"x" * 988 + b"\r\n") * 9_500
    with running("run_inbound", SES_INBOUND_PORT=port) as process, contextlib.ExitStack() as stack:
        before = memory(process, "VmRSS")
        clients = [stack.enter_context(SmtpClient(port)) for _ in range(30)]
        for client in clients:
            assert client.begin(b"", recipient) == ["250 2.1.5 OK"]
            assert client.command(b"DATA").startswith("354")
            client.send(text)
        # Most leave in the middle; what the others sent is stored.
        finished = clients[:6]
        for client in finished:
            client.send(b".\r\n")
        assert [client.reply()[:3] for client in finished] == ["250"] * 6
        raised = memory(process, "VmHWM") - before
        assert ended(process) == 0
    assert InboundReport.objects.count() == 6
    # They hold 270 MB; in memory is what one statement to the database takes, several times its one mail.
    assert raised < 256 * 1024 * 1024, f"{raised / 1024 / 1024:.0f} MB"
