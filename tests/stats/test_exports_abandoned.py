"""stats.exports: a file that nobody reads to its end does nothing to the transactions of others."""

from __future__ import annotations

import gc
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from accounts import audit
from accounts.caller import PlatformActor
from accounts.models import AuditEntry
from sending.models import EventKind
from stats import exports
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

START = datetime(2026, 3, 1, 10, 20, 30, tzinfo=UTC)
ACTOR = PlatformActor("night shift", "task")


class Circle:
    """Whatever holds itself: only the garbage collector takes it away, in whichever thread it runs."""

    def __init__(self, held: object) -> None:
        self.held, self.own = held, self


def begun(account):
    """Return a file of which the first piece was read, and the rest is still to come."""
    span = {"start": START - timedelta(days=1), "end": START + timedelta(days=1)}
    lines = exports.lines(exports.Selection(account_id=account.pk, kinds=tuple(EventKind), **span), "UTC")
    next(lines)
    return lines


def test_a_file_that_is_thrown_away_ends_no_transaction_of_another_thread(monkeypatch):
    monkeypatch.setattr(exports, "PIECE", 1)
    account = factories.account()
    factories.event(account, EventKind.BOUNCE, START, reason="550 5.1.1 no")
    left = []

    def begin() -> None:
        left.append(Circle(begun(account)))
        held.set()
        done.wait()
        connection.close()

    held, done = threading.Event(), threading.Event()
    other = threading.Thread(target=begin)
    other.start()
    held.wait()
    try:
        with transaction.atomic(), transaction.atomic(savepoint=False):
            audit.log_platform(ACTOR, "hold.begin", "delivery")
            left.clear()
            gc.collect()
            audit.log_platform(ACTOR, "hold.end", "delivery")
    finally:
        done.set()
        other.join()
    assert list(AuditEntry.objects.filter(actor=ACTOR.name).values_list("act", flat=True)) == ["hold.begin", "hold.end"]
