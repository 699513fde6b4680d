"""Email Status and one mail's page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account
from sending import events
from sending.events import NewEvent
from sending.models import Attempt, EventKind, Message, QueueItem
from sending.models.ids import first_of
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/sending/status/"


@pytest.fixture
def account() -> Account:
    return factories.account()


@pytest.fixture
def client(account: Account) -> Client:
    client = Client()
    client.force_login(factories.user(account, "analyst"))
    return client


def text(client: Client, url: str = URL, **query: Any) -> str:
    response = client.get(url, query)
    assert response.status_code == 200
    return response.content.decode()


def attempt(message: Message, **fields: Any) -> Attempt:
    values = {
        "number": 1,
        "started_at": timezone.now(),
        "milliseconds": 42,
        "host": "mx.example.com [192.0.2.1]:25",
        "tls": "TLSv1.3",
        "outcome": "delivered",
        "reply_code": 250,
        "reply": "250 2.0.0 ok",
    }
    return Attempt.objects.create(account=message.account, message=message.pk, **{**values, **fields})


def test_the_list_shows_the_account_s_own_mails(client: Client, account: Account) -> None:
    factories.message(account, recipient="ann@example.com")
    factories.message(factories.account(), recipient="stranger@example.com")
    page = text(client)
    assert "ann@example.com" in page
    assert "stranger@example.com" not in page


def test_filters_narrow_the_list(client: Client, account: Account) -> None:
    factories.domain(account, name="mail.example.test")
    ann = factories.message(account, recipient="ann@example.com", deliver_status=3)
    factories.message(account, recipient="bob@example.org")
    for query in (
        {"recipient": "ann@"},
        {"recipient": "ann@EXAMPLE.com"},
        {"status": 3},
        {"message_id": ann.message_id},
    ):
        page = text(client, **query)
        assert "ann@example.com" in page
        assert "bob@example.org" not in page
    assert "bob@example.org" in text(client, sender_domain="mail.example.test")


def test_the_window_is_seven_days_until_asked_for_more(client: Client, account: Account) -> None:
    old = first_of(timezone.now() - timedelta(days=8))
    factories.message(account, id=old, recipient="old@example.com")
    assert "old@example.com" not in text(client)
    assert "old@example.com" in text(client, range="30d")


def test_more_rows_cost_no_more_queries(client: Client, account: Account) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            text(client)
        return len(queries)

    factories.message(account)
    count()
    first = count()
    for _ in range(10):
        factories.message(account, template=factories.template(account).pk)
    assert count() == first


def test_the_csv_has_exact_times(account: Account) -> None:
    client = Client()
    client.force_login(factories.user(account))
    message = factories.message(account)
    lines = b"".join(client.get(URL, {"format": "csv"}).streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("message_id,recipient,accepted_ms,accepted_at,")
    assert str(message.pk >> 20) in lines[1]


def test_one_mail_tells_its_way_in_order(client: Client, account: Account) -> None:
    message = factories.message(account, trace=[{"gate": "daily_volume", "passed": True, "value": 1, "limit": 500}])
    start = message.accepted_at
    attempt(
        message,
        outcome="deferred",
        reply="451 4.7.1 come back",
        started_at=start + timedelta(seconds=1),
        bounce_class="RateLimited",
        conversation="S: 451 4.7.1 come back",
        next_attempt_at=start + timedelta(minutes=5),
    )
    attempt(message, number=2, started_at=start + timedelta(minutes=5))
    events.record(
        [
            NewEvent(kind=EventKind.DELIVERED, message=message.pk, reason="250 2.0.0 ok"),
            NewEvent(kind=EventKind.OPEN, message=message.pk, user_agent="Mail/1.0"),
            NewEvent(kind=EventKind.CLICK, message=message.pk, link="https://example.com/a", machine=True),
        ]
    )
    page = text(client, f"{URL}{message.pk}/")
    expected = ["Accepted", "451 4.7.1 come back", "Attempt 2"]
    assert [page.index(words) for words in expected] == sorted(page.index(words) for words in expected)
    for words in (
        "The recipient&#x27;s server accepted the email",
        "TLSv1.3",
        "42 ms",
        "Daily limit",
        "500 per day",
        "Mail/1.0",
        "Link clicked by a program",
        "https://example.com/a",
        message.message_id,
    ):
        assert words in page


def test_a_mail_of_another_account_is_not_there(client: Client) -> None:
    assert client.get(f"{URL}{factories.message(factories.account()).pk}/").status_code == 404


def test_the_page_follows_a_mail_while_it_waits(client: Client, account: Account) -> None:
    message = factories.message(account)
    QueueItem.objects.create(message=message.pk, account=account, recipient_domain="example.com")
    page = text(client, f"{URL}{message.pk}/")
    assert 'hx-trigger="every 2s"' in page
    state = page.partition("?state=")[2].partition('"')[0]
    assert client.get(f"{URL}{message.pk}/", {"state": state}).status_code == 204
    QueueItem.objects.all().delete()
    attempt(message)
    page = text(client, f"{URL}{message.pk}/", state=state)
    assert "every 2s" not in page


def test_a_refused_recipient_s_page_says_why_and_opens_the_gates(client: Client, account: Account) -> None:
    message = factories.message(
        account,
        send_status=1013,
        deliver_status=2,
        deliver_message="ann@example.com has unsubscribed",
        trace=[{"gate": "not_blocked", "passed": False, "value": "ann@example.com has unsubscribed", "limit": 0}],
    )
    page = text(client, f"{URL}{message.pk}/")
    assert "Dropped: no email was sent" in page
    assert "Respect that" in page
    assert "Failed" in page
    assert '<details class="card gates" open>' in page


def test_the_page_is_in_the_reader_s_language_and_quotes_servers_as_they_spoke(
    client: Client, account: Account
) -> None:
    message = factories.message(
        account,
        deliver_status=8,
        deliver_message="no answer in time",
        trace=[{"gate": "daily_volume", "passed": True, "value": 1, "limit": 500}],
    )
    attempt(message, outcome="deferred", reply="451 4.7.1 come back")
    client.cookies["ses_language"] = "zh-hans"
    page = text(client, f"{URL}{message.pk}/")
    for words in ("收件方服务器要求稍后重试", "响应超时", "451 4.7.1 come back", "接收检查", "每天 500 封", "延迟投递"):
        assert words in page
    assert "no answer in time" not in page


def test_reviewers_do_not_see_mails(account: Account) -> None:
    client = Client()
    client.force_login(factories.user(account, "reviewer"))
    assert client.get(URL).status_code == 403


def test_an_empty_list_leads_to_sending_those_who_may(client: Client, account: Account) -> None:
    operator = Client()
    operator.force_login(factories.user(account, "operator"))
    assert 'class="btn btn-primary" href="/sending/"' in text(operator)
    assert 'class="btn btn-primary" href="/sending/"' not in text(client)


def follows(client: Client, **query: Any) -> tuple[int, str] | None:
    refresh = client.get(URL, query).context["refresh"]
    return (refresh.seconds, refresh.state) if refresh else None


def test_the_list_is_asked_for_again_while_a_mail_of_it_is_on_its_way(client: Client, account: Account) -> None:
    factories.message(account, deliver_status=1)
    assert follows(client) is None
    factories.message(account, deliver_status=0)
    following = follows(client)
    assert following is not None
    assert following[0] == 3
    assert 'hx-trigger="every 3s"' in text(client)
    # Bounced and dropped mails go nowhere any more.
    assert follows(client, status=1) is None


def test_a_mail_that_waits_for_long_is_looked_at_less_often(client: Client, account: Account) -> None:
    at = timezone.now() - timedelta(hours=2)
    factories.message(account, pk=first_of(at), deliver_status=8)
    following = follows(client)
    assert following is not None
    assert following[0] == 30


def test_a_list_in_which_nothing_has_changed_is_left_alone(client: Client, account: Account) -> None:
    message = factories.message(account, deliver_status=0)
    following = follows(client)
    assert following is not None
    again = client.get(URL, headers={"X-List-State": following[1]})
    assert (again.status_code, again.content) == (204, b"")
    Message.objects.filter(pk=message.pk).update(deliver_status=8)
    changed = client.get(URL, headers={"X-List-State": following[1]})
    assert changed.status_code == 200
    assert changed.context["refresh"].state != following[1]
    Message.objects.filter(pk=message.pk).update(deliver_status=1)
    # Then it is not asked for again.
    assert client.get(URL, headers={"X-List-State": following[1]}).context["refresh"] is None


def test_what_a_line_has_no_room_for_is_its_title(client: Client, account: Account) -> None:
    factories.message(account, subject="Your order " + "x" * 150)
    assert f'title="Your order {"x" * 150}"' in text(client)
