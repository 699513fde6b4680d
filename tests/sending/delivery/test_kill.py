"""Real delivery processes, killed in mid-run: nothing is lost, and copies are few and alike."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db.models.functions import Now

from sending.models import Attempt, DeliverStatus, Message, QueueItem
from tests.database_url import database_url
from tests.sending.delivery.post import Post
from tests.sending.smtp.sink import Sink, served
from tests.waiting import WAIT_SECONDS, until

pytestmark = pytest.mark.django_db(transaction=True)

MAILS = 600
KILLS = 3
CONNECTIONS = 5
# Seconds, renewed three times as often: a slow machine loses none while it works.
LEASE = 60
# For the test that must see one end.
SHORT_LEASE = 15


@contextmanager
def delivery(port: int, *, lease: int = LEASE) -> Iterator[subprocess.Popen[bytes]]:
    """Run the real process on the test's database."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SES_DATA_DIR": str(settings.TEST_DATA_DIR),
        "DATABASE_URL": database_url(),
        "SES_SIMULATOR_MX_PORT": str(port),
        "SES_TRANSPORT": "simulator",
        "SES_RULE_LEASE_SECONDS": str(lease),
        "SES_RULE_CONNECTIONS_PER_ROUTE": str(CONNECTIONS),
        "SES_LOG_LEVEL": "WARNING",
    }
    process = subprocess.Popen(
        [sys.executable, "manage.py", "run_delivery"],
        env=environment,
        cwd=Path(__file__).resolve().parents[3],
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def test_killed_processes_lose_nothing_and_repeat_little() -> None:
    post = Post()
    for n in range(MAILS):
        to = f"{n}@a.test"
        post.put(to, submission=post.submission(to=[to], header_message_id=f"<{n}@{post.domain.name}>"))
    sink = Sink()
    with served(sink) as port:
        for kill in range(KILLS):
            with delivery(port) as process:
                mark = MAILS * (kill + 1) // (KILLS + 2)
                until(lambda mark=mark: len({mail.recipient for mail in sink.mails}) >= mark)
                process.send_signal(signal.SIGKILL)
                process.wait()
            # Nobody renews its leases any more: they end, without a minute's wait for that.
            QueueItem.objects.exclude(worker="").update(available_at=Now())
        with delivery(port) as process:
            until(lambda: not QueueItem.objects.exists())
            process.terminate()
            assert process.wait(WAIT_SECONDS) == 0
    copies: dict[str, list[bytes]] = defaultdict(list)
    for mail in sink.mails:
        copies[mail.recipient].append(mail.raw)
    assert len(copies) == MAILS
    assert set(Message.objects.values_list("deliver_status", flat=True)) == {DeliverStatus.DELIVERED}
    assert all(set(raws) == {raws[0]} for raws in copies.values()), "a copy differs"
    assert sum(len(raws) - 1 for raws in copies.values()) <= KILLS * CONNECTIONS
    assert Attempt.objects.count() == MAILS


def test_a_process_that_slept_through_its_lease_overwrites_nothing() -> None:
    post, mails = Post(), MAILS // 3
    for n in range(mails):
        to = f"{n}@a.test"
        post.put(to, submission=post.submission(to=[to], header_message_id=f"<{n}@{post.domain.name}>"))
    sink = Sink()
    with served(sink) as port, delivery(port, lease=SHORT_LEASE) as sleeper:
        until(lambda: len(sink.mails) >= mails // 4)
        sleeper.send_signal(signal.SIGSTOP)
        with delivery(port, lease=SHORT_LEASE) as other:
            until(lambda: not QueueItem.objects.exists())
            before = dict(Message.objects.values_list("pk", "delivered_at"))
            sleeper.send_signal(signal.SIGCONT)
            sleeper.terminate()
            assert sleeper.wait(WAIT_SECONDS) == 0
            other.terminate()
            assert other.wait(WAIT_SECONDS) == 0
    copies: dict[str, list[bytes]] = defaultdict(list)
    for mail in sink.mails:
        copies[mail.recipient].append(mail.raw)
    assert len(copies) == mails
    assert sum(len(raws) - 1 for raws in copies.values()) <= CONNECTIONS
    assert all(set(raws) == {raws[0]} for raws in copies.values()), "a copy differs"
    assert dict(Message.objects.values_list("pk", "delivered_at")) == before
    assert Attempt.objects.count() == mails
