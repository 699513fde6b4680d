from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, connection
from django.utils import timezone

from config import health
from sending import holds
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
@pytest.mark.parametrize(("free", "troubles"), [(0, ["disk"]), (4, ["disk"]), (5, []), (100, [])])
def test_a_disk_that_is_almost_full_is_trouble(client, monkeypatch, rules, free, troubles):
    rules(min_free_disk_percent=5)
    monkeypatch.setattr(health.shutil, "disk_usage", lambda folder: SimpleNamespace(total=100, free=free))
    answer = client.get("/healthz")
    assert answer.json()["troubles"] == troubles
    assert answer.status_code == (503 if troubles else 200)


@pytest.mark.django_db
def test_a_database_without_a_queue_is_trouble(client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sending_queueitem RENAME TO elsewhere")
    assert client.get("/healthz").json()["troubles"] == ["database"]


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
