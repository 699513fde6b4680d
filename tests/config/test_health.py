from datetime import timedelta

import pytest
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError
from django.utils import timezone

from config import health
from sending.models import InboundReport
from tests import factories
from tests.sending.inbound.database import read_only


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


@pytest.mark.django_db(transaction=True)
def test_health_is_red_while_the_database_takes_no_writes(client):
    with read_only():
        answer = client.get("/healthz")
        assert (answer.status_code, answer.json()["troubles"]) == (503, ["database"])
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("error", [InterfaceError("closed"), InternalError("25006"), OperationalError("away")])
def test_whatever_the_database_raises_is_trouble_and_no_error_page(rf, monkeypatch, error):
    class Away:
        def cursor(self):
            raise error

    monkeypatch.setattr(health, "connection", Away())
    assert health.healthz(rf.get("/healthz")).status_code == 503


@pytest.mark.django_db
def test_a_disk_that_cannot_be_asked_is_trouble(client, monkeypatch):
    def fail(folder):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(health.shutil, "disk_usage", fail)
    assert client.get("/healthz").json()["troubles"] == ["disk"]


@pytest.mark.django_db
def test_metrics_count_reports_that_wait_and_that_were_set_aside(client):
    now = timezone.now()
    InboundReport.objects.create(kind="unknown", raw=b"", waiting_since=now - timedelta(hours=2))
    InboundReport.objects.create(kind="unknown", raw=b"", state="aside", read_at=now)
    text = client.get("/metrics").content.decode()
    assert "\nses_reports_waiting 1\n" in text
    assert "\nses_reports_aside 1\n" in text
    assert "\nses_reports_waiting_seconds 72" in text
