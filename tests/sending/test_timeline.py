"""One mail's story in plain words."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils.translation import override

from sending import timeline
from sending.delivery import pipeline
from sending.models import Attempt, DeliverStatus, Event, EventKind, Message
from sending.models.ids import first_of
from sending.smtp.bounce_class import ADVICE, BounceClass
from sending.smtp.result import Failure

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def message(**fields: Any) -> Message:
    return Message(id=first_of(START), **fields)


def tried(outcome: str, seconds: float = 1, **fields: Any) -> Attempt:
    return Attempt(started_at=START + timedelta(seconds=seconds), milliseconds=20, outcome=outcome, number=1, **fields)


def happened(kind: EventKind, seconds: float = 1.2, **fields: Any) -> Event:
    return Event(id=first_of(START + timedelta(seconds=seconds)), kind=kind, **fields)


def titles(*rows: Attempt | Event, **fields: Any) -> list[str]:
    attempts = [row for row in rows if isinstance(row, Attempt)]
    events = [row for row in rows if isinstance(row, Event)]
    return [step.title for step in timeline.steps(message(**fields), attempts, events)]


def test_what_an_attempt_shows_is_not_shown_again_by_its_event() -> None:
    assert titles(tried("delivered"), happened(EventKind.ACCEPTED, 0), happened(EventKind.DELIVERED)) == [
        "Accepted",
        "Delivered",
    ]


def test_a_bounce_report_long_after_the_delivery_is_a_step_of_its_own() -> None:
    late = happened(EventKind.BOUNCE, 600, bounce_type="hard_bounce")
    assert titles(tried("delivered"), happened(EventKind.DELIVERED), late) == [
        "Accepted",
        "Delivered",
        "Bounce report received: the address does not exist",
    ]


def test_an_event_without_its_attempt_is_shown() -> None:
    assert titles(happened(EventKind.DELIVERED)) == ["Accepted", "Delivered"]


def test_steps_stand_in_the_order_of_time() -> None:
    rows = (
        happened(EventKind.OPEN, 9),
        tried("delivered", 5),
        tried("deferred", 1),
        happened(EventKind.CLICK, 8, machine=True),
    )
    assert titles(*rows) == ["Accepted", "Deferred", "Delivered", "Link clicked by a program", "Opened"]


def test_a_refused_recipient_s_story_does_not_begin_with_acceptance() -> None:
    assert titles(happened(EventKind.REFUSED, 0), send_status=1007) == ["Not accepted for this recipient"]


@pytest.mark.parametrize(("status", "words"), [
    (DeliverStatus.QUEUED, "on its way"), (DeliverStatus.DELIVERED, "accepted the email"),
    (DeliverStatus.BOUNCED, "Bounced: the recipient"), (DeliverStatus.DROPPED, "Dropped before"),
    (DeliverStatus.DEFERRED, "try again later"),
])  # fmt: skip
def test_every_status_has_a_headline_and_advice(status: DeliverStatus, words: str) -> None:
    summary_of = timeline.summary_of(message(deliver_status=status), [])
    assert words in summary_of.headline
    assert summary_of.advice


def test_a_mail_that_no_server_has_answered_for_is_not_said_to_be_deferred_by_one() -> None:
    waiting = message(deliver_status=DeliverStatus.DEFERRED)
    for attempt in (tried("deferred", bounce_class="DNSFailure"), tried("deferred", reply_code=554)):
        assert "No mail server" in timeline.summary_of(waiting, [attempt]).headline
    assert "typing errors" in timeline.summary_of(waiting, [tried("deferred", bounce_class="DNSFailure")]).advice
    assert "try again later" in timeline.summary_of(waiting, [tried("deferred", reply_code=451)]).headline


def test_the_advice_for_a_bounce_follows_its_class() -> None:
    bounced = message(deliver_status=DeliverStatus.BOUNCED)
    assert "does not exist" in timeline.summary_of(bounced, [tried("bounced", bounce_class="InvalidRecipient")]).advice
    assert "DNS records" in timeline.summary_of(bounced, [tried("bounced", bounce_class="AuthenticationFailed")]).advice


def test_the_advice_for_a_bounce_that_a_report_brought_follows_the_report() -> None:
    bounced = message(deliver_status=DeliverStatus.BOUNCED)
    reported = happened(EventKind.BOUNCE, 600, bounce_class="BlockedByRecipient")
    summary = timeline.summary_of(bounced, [tried("delivered")], [happened(EventKind.DELIVERED), reported])
    assert "has blocked this sender" in summary.advice
    assert "response below says why" in timeline.summary_of(bounced, [tried("delivered")]).advice


@pytest.mark.parametrize("bounce_class", [each for each in BounceClass if each])
def test_every_class_has_advice_in_both_languages(bounce_class: BounceClass) -> None:
    bounced = message(deliver_status=DeliverStatus.BOUNCED)
    advice = str(timeline.summary_of(bounced, [tried("bounced", bounce_class=bounce_class.value)]).advice)
    assert advice
    with override("zh-hans"):
        assert re.search("[\u4e00-\u9fff]", str(ADVICE[bounce_class]))


def test_our_own_reasons_are_translated_and_a_server_s_words_are_not() -> None:
    with override("zh-hans"):
        assert timeline.reason(Failure.NO_DOMAIN) == "域名不存在"
        assert timeline.reason("protocol error (150 what)") == "协议错误 (150 what)"
        assert timeline.reason(pipeline.DOMAIN_DELETED) == "发信域名已被删除。"
        assert timeline.reason("550 5.1.1 No such user") == "550 5.1.1 No such user"
        assert timeline.reason("") == ""
