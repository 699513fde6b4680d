from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from config import health
from sending import holds
from tests import factories


@pytest.mark.django_db
def test_health_is_green_while_mail_can_be_accepted(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "troubles": []})


def test_health_names_the_database_when_it_is_away(rf, monkeypatch):
    class Away:
        def cursor(self):
            raise DatabaseError

    monkeypatch.setattr(health, "connection", Away())
    answer = health.healthz(rf.get("/healthz"))
    assert answer.status_code == 503
    assert b'"database"' in answer.content


@pytest.mark.django_db
def test_metrics_count_what_waits(client):
    from sending.models import QueueItem

    account = factories.account()
    QueueItem.objects.create(message=1, account=account, recipient_domain="a.test")
    QueueItem.objects.create(message=2, account=account, recipient_domain="a.test", worker="w1")
    text = client.get("/metrics").content.decode()
    assert "\nses_queue_waiting 1\n" in text
    assert "\nses_queue_held 1\n" in text


@pytest.mark.django_db
def test_health_says_what_is_on_hold_and_stays_green_because_mail_is_accepted(client):
    holds.hold(holds.COMMAND_LINE, kinds=[holds.Kind.REPORTS, holds.Kind.DELIVERY], reason="")
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"ok": True, "troubles": [], "on_hold": ["delivery", "reports"]}


@pytest.mark.django_db
def test_metrics_say_what_is_on_hold_and_mail_on_hold_is_not_overdue(client):
    from sending.models import QueueItem

    account = factories.account()
    due = timezone.now() - timedelta(hours=5)
    QueueItem.objects.create(message=1, account=account, recipient_domain="a.test", available_at=due)
    holds.hold(holds.COMMAND_LINE, kinds=[holds.Kind.DELIVERY], reason="")
    text = client.get("/metrics").content.decode()
    assert '\nses_on_hold{kind="delivery"} 1\n' in text
    assert '\nses_on_hold{kind="reports"} 0\n' in text
    assert "\nses_queue_waiting 1\n" in text
    assert "\nses_queue_overdue_seconds 0.000\n" in text
    holds.release(holds.COMMAND_LINE, kinds=holds.Kind)
    text = client.get("/metrics").content.decode()
    assert '\nses_on_hold{kind="delivery"} 0\n' in text
    # Due since the release, not since five hours ago.
    assert float(text.partition("\nses_queue_overdue_seconds ")[2].partition("\n")[0]) < 3600


@pytest.mark.django_db
def test_an_empty_queue_is_not_overdue_after_a_hold(client):
    holds.hold(holds.COMMAND_LINE, kinds=holds.Kind, reason="")
    holds.release(holds.COMMAND_LINE, kinds=holds.Kind)
    assert "\nses_queue_overdue_seconds 0.000\n" in client.get("/metrics").content.decode()


@pytest.mark.django_db
def test_metrics_count_overdue_mail_where_nothing_was_ever_on_hold(client):
    from sending.models import QueueItem

    due = timezone.now() - timedelta(hours=5)
    QueueItem.objects.create(message=1, account=factories.account(), recipient_domain="a.test", available_at=due)
    text = client.get("/metrics").content.decode()
    assert float(text.partition("\nses_queue_overdue_seconds ")[2].partition("\n")[0]) > 17_000
