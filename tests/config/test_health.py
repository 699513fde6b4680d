import json
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, connection
from django.test import Client

from config import health
from sending import holds
from tests.sending.inbound.database import read_only

TOKEN = "a token of the tests, long enough"


@pytest.fixture
def client(settings):
    """Return a client that shows the token."""
    settings.METRICS_TOKEN = TOKEN
    return Client(headers={"Authorization": f"Bearer {TOKEN}"})


@pytest.mark.django_db
def test_health_is_green_while_mail_can_be_accepted(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "troubles": []})


def test_health_names_the_database_when_it_is_away(rf, settings, monkeypatch):
    class Away:
        def cursor(self):
            raise DatabaseError

    monkeypatch.setattr(health, "connection", Away())
    settings.METRICS_TOKEN = TOKEN
    answer = health.healthz(rf.get("/healthz", headers={"Authorization": f"bearer {TOKEN}"}))
    assert answer.status_code == 503
    assert b'"database"' in answer.content


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
def test_health_says_what_is_on_hold_and_stays_green_because_mail_is_accepted(client):
    holds.hold(holds.COMMAND_LINE, kinds=[holds.Kind.REPORTS, holds.Kind.DELIVERY], reason="")
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"ok": True, "troubles": [], "on_hold": ["delivery", "reports"]}


@pytest.mark.django_db
@pytest.mark.parametrize("free", [0, 100])
def test_a_stranger_learns_whether_it_is_well_and_nothing_more(settings, monkeypatch, free):
    holds.hold(holds.COMMAND_LINE, kinds=holds.Kind, reason="")
    monkeypatch.setattr(health.shutil, "disk_usage", lambda folder: SimpleNamespace(total=100, free=free))
    for token in ("", TOKEN):
        settings.METRICS_TOKEN = token
        for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}x"}):
            answer = Client().get("/healthz", headers=headers)
            assert (answer.status_code, answer.json()) == (200 if free else 503, {"ok": bool(free)})
        for method in ("GET", "POST", "OPTIONS", "PUT"):
            answer = Client().generic(method, "/metrics")
            assert (answer.status_code, answer.content) == (404, b"Not found\n")


@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
@pytest.mark.parametrize("known", [True, False])
def test_a_check_that_no_thread_answered_says_no_more_either(rf, settings, path, known):
    settings.METRICS_TOKEN = TOKEN
    asked = rf.get(path, headers={"Authorization": f"Bearer {TOKEN}"} if known else {})
    answer = health.unanswered(asked, "database")
    if known:
        assert (answer.status_code, json.loads(answer.content)) == (503, {"ok": False, "troubles": ["database"]})
    elif path == "/metrics":
        assert answer.status_code == 404
    else:
        assert (answer.status_code, json.loads(answer.content)) == (503, {"ok": False})
