"""What the API and the pages read."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from sending import queries
from sending.models import Attempt, Message
from sending.models.ids import CHINA, first_of
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_day_of_the_api_is_china_s() -> None:
    account = factories.account()
    first = factories.message(account, id=first_of(datetime(2026, 2, 28, 16, 0, tzinfo=UTC)))
    last = factories.message(account, id=first_of(datetime(2026, 3, 1, 15, 59, 59, 999_000, tzinfo=UTC)))
    factories.message(account, id=first_of(datetime(2026, 2, 28, 15, 59, 59, 999_000, tzinfo=UTC)))
    factories.message(account, id=first_of(datetime(2026, 3, 1, 16, 0, tzinfo=UTC)))
    caller = factories.caller(account)

    def ask(**changes: object) -> list[Message]:
        given = {"day": date(2026, 3, 1), "message_id": None, "recipient": None, "offset": 0, "limit": 100, **changes}
        return queries.statuses(caller, **given)

    assert [row.pk for row in ask()] == [first.pk, last.pk]
    assert [row.pk for row in ask(offset=1)] == [last.pk]
    assert [row.pk for row in ask(limit=1)] == [first.pk]
    assert [row.pk for row in ask(message_id=last.message_id)] == [last.pk]
    assert [row.pk for row in ask(recipient="ANN@Example.com")] == [first.pk, last.pk]
    assert ask(recipient="bob@example.com") == []


def test_another_account_s_mails_are_not_seen() -> None:
    message = factories.message(factories.account())
    stranger = factories.caller(factories.account())
    day = message.accepted_at.astimezone(CHINA).date()
    assert queries.statuses(stranger, day=day, message_id=message.message_id, recipient=None, offset=0, limit=9) == []


def test_an_address_is_found_in_the_spelling_it_was_sent_to() -> None:
    account = factories.account()
    message = factories.message(account, recipient="Ann.B@example.com")
    assert list(queries.to(Message.objects.all(), "Ann.B@EXAMPLE.com")) == [message]
    assert list(queries.to(Message.objects.all(), "ANN.b@example.com.")) == [message]
    assert list(queries.to(Message.objects.all(), "ann.B@Ｅxample.com")) == [message]
    assert list(queries.to(Message.objects.all(), "Ann.")) == [message]
    assert list(queries.to(Message.objects.all(), "ann.b@EX")) == [message]
    assert list(queries.to(Message.objects.all(), "ann_b")) == []
    assert list(queries.to(Message.objects.all(), "nn.B")) == []


def test_the_index_serves_the_search_by_address() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    mails = Message.objects.filter(account=factories.account())
    for wanted in ("Ann.B@example.com", "ann."):
        assert "lower((recipient)::text)" in queries.to(mails, wanted).explain()


def test_siblings_are_the_other_recipients_of_the_same_mail() -> None:
    account = factories.account()
    submission = factories.submission(account)
    first, second = (factories.message(account, submission=submission, recipient=f"{n}@example.com") for n in range(2))
    factories.message(account)
    assert queries.siblings(first, limit=5) == [second]


def test_attempts_are_the_message_s_own() -> None:
    account = factories.account()
    first, second = factories.message(account), factories.message(account)
    for message in (first, second):
        Attempt.objects.create(
            account=account,
            message=message.pk,
            number=1,
            started_at=message.accepted_at,
            milliseconds=1,
            outcome="delivered",
        )
    assert [row.message for row in queries.attempts(first)] == [first.pk]


def test_the_use_of_a_template_is_told_by_the_account_s_latest_sends_of_it() -> None:
    account = factories.account()
    caller = factories.caller(account)
    moments = [datetime(2026, 3, 1, hour, tzinfo=UTC) for hour in range(5)]
    for moment in moments:
        factories.submission(account, id=first_of(moment), template=7, subject=f"At {moment.hour}")
    factories.submission(account, template=8)
    factories.submission(factories.account(), template=7)
    factories.domain(account, name="b.example.test")
    factories.domain(account, name="a.example.test")
    factories.domain(account, name="c.example.test", state="pending")
    use = queries.template_use(caller, 7)
    assert use.domains == ["a.example.test", "b.example.test"]
    assert [(past.sender, past.subject, past.at) for past in use.sends] == [
        ("news@mail.example.test", f"At {moment.hour}", moment) for moment in moments[:1:-1]
    ]


def test_only_the_account_s_last_sends_are_searched_for_a_template(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MAX_SEARCHED", 2)
    account = factories.account()
    for hour, template in enumerate((7, 8, 8)):
        factories.submission(account, id=first_of(datetime(2026, 3, 1, hour, tzinfo=UTC)), template=template)
    assert queries.template_use(factories.caller(account), 7).sends == []
