import pytest
from django.db import DatabaseError

from config import health
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
