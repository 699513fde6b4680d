from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import Schedule, Task

from config import schedule
from sending import holds
from sending.models import EventKind, InboundReport, QueueItem
from sending.models.ids import first_of
from stats import rollup
from tests import factories

TOKEN = "a token of the tests, long enough"


@pytest.fixture
def client(settings):
    """Return a client that shows the token."""
    settings.METRICS_TOKEN = TOKEN
    return Client(headers={"Authorization": f"Bearer {TOKEN}"})


def value(client, figure):
    """Return one figure's value as text; None when it is left out."""
    lines = client.get("/metrics").content.decode().splitlines()
    return next((line.rpartition(" ")[2] for line in lines if line.startswith(f"{figure} ")), None)


@pytest.mark.django_db
def test_metrics_count_what_waits(client):
    account = factories.account()
    QueueItem.objects.create(message=1, account=account, recipient_domain="a.test")
    QueueItem.objects.create(message=2, account=account, recipient_domain="a.test", worker="w1")
    text = client.get("/metrics").content.decode()
    assert "\nses_queue_waiting 1\n" in text
    assert "\nses_queue_held 1\n" in text


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
def test_metrics_say_what_is_on_hold_and_mail_on_hold_is_not_overdue(client):
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
    due = timezone.now() - timedelta(hours=5)
    QueueItem.objects.create(message=1, account=factories.account(), recipient_domain="a.test", available_at=due)
    text = client.get("/metrics").content.decode()
    assert float(text.partition("\nses_queue_overdue_seconds ")[2].partition("\n")[0]) > 17_000


@pytest.mark.django_db
def test_every_figure_has_its_help_and_type_and_a_number(client):
    answer = client.get("/metrics")
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = answer.content.decode().splitlines()
    names = [line.split()[2] for line in lines if line.startswith("# HELP ")]
    assert len(names) == len(set(names))
    assert [line.split()[2] for line in lines if line.startswith("# TYPE ")] == names
    for line in lines:
        if not line.startswith("#"):
            name, _, number = line.rpartition(" ")
            assert name.partition("{")[0] in names
            float(number)


@pytest.mark.django_db
def test_how_long_ago_the_oldest_waiting_email_was_accepted(client):
    assert value(client, "ses_queue_oldest_seconds") == "0.000"
    account = factories.account()
    for hours in (3, 1):
        number = first_of(timezone.now() - timedelta(hours=hours))
        QueueItem.objects.create(message=number, account=account, recipient_domain="a.test")
    assert 10_000 < float(value(client, "ses_queue_oldest_seconds")) < 4 * 3600


@pytest.mark.django_db
def test_what_happened_in_the_last_hour_by_outcome(client):
    now = timezone.now()
    for account in (factories.account(), factories.account()):
        factories.event(account, EventKind.DELIVERED, now - timedelta(minutes=5))
        factories.event(account, EventKind.BOUNCE, now - timedelta(minutes=5), bounce_type="hard_bounce")
        factories.event(account, EventKind.DELIVERED, now - timedelta(hours=3))
    assert value(client, "ses_figures_behind_seconds") is None
    rollup.roll_up()
    assert value(client, 'ses_last_hour_events{outcome="delivered"}') == "2.000"
    assert value(client, 'ses_last_hour_events{outcome="bounced_hard"}') == "2.000"
    assert value(client, 'ses_last_hour_events{outcome="dropped"}') == "0.000"
    assert float(value(client, "ses_figures_behind_seconds")) < 3600


@pytest.mark.django_db
def test_when_each_task_ran_last_and_how_late_it_is(client):
    schedule.install()
    now = timezone.now()
    Schedule.objects.update(next_run=now + timedelta(minutes=1))
    Schedule.objects.filter(name="retire old mail").update(next_run=now - timedelta(hours=2))
    for number, (minutes, success) in enumerate([(9, True), (5, False)]):
        at = now - timedelta(minutes=minutes)
        task = {"func": "stats.tasks.roll_up", "started": at, "stopped": at, "success": success}
        Task.objects.create(id=str(number), name=str(number), **task)
    assert float(value(client, 'ses_task_overdue_seconds{task="retire old mail"}')) > 7000
    assert value(client, 'ses_task_overdue_seconds{task="roll up figures"}') == "0.000"
    assert value(client, 'ses_task_last_run_succeeded{task="roll up figures"}') == "0"
    at = (now - timedelta(minutes=9)).timestamp()
    assert float(value(client, 'ses_task_last_success_timestamp_seconds{task="roll up figures"}')) == pytest.approx(at)
    assert value(client, 'ses_task_last_run_succeeded{task="retire old mail"}') is None


@pytest.mark.django_db
def test_a_longer_queue_and_more_accounts_cost_no_more_queries(client):
    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get("/metrics")
        return len(queries)

    first = count()
    for number in range(5):
        QueueItem.objects.create(message=number, account=factories.account(), recipient_domain="a.test")
    assert count() == first
