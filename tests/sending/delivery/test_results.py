"""What is written about each try."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sending.delivery.pipeline import Hold
from sending.delivery.results import Clock, settlement_of, unsent, without_texts
from sending.models import EventKind
from sending.smtp.result import Failure, SmtpResult, fault
from tests.sending.delivery.test_pipeline import NOW, queued

BUSY = SmtpResult(code=451, enhanced="4.3.0", text="451 4.3.0 busy", stage="rcpt", host="mx", conversation="S: 451")


def test_a_deferred_mail_is_tried_again_after_its_interval() -> None:
    result = settlement_of(queued(), BUSY, began=NOW, seconds=0.5)
    assert result.again is not None
    assert 270 <= result.again <= 330
    assert result.attempt is not None
    assert result.attempt.next_attempt_at == NOW + timedelta(seconds=0.5 + result.again)
    assert result.event is not None
    assert result.event.kind is EventKind.DEFERRED


def test_a_deferred_mail_at_the_end_of_its_life_bounces_with_the_last_reply() -> None:
    result = settlement_of(queued(accepted_at=NOW - timedelta(hours=72)), BUSY, began=NOW, seconds=0.5)
    assert result.again is None
    assert result.event is not None
    assert (result.event.kind, result.event.bounce_type) == (EventKind.BOUNCE, "soft_bounce")
    assert "451 4.3.0 busy" in result.event.reason


def test_an_attempt_that_met_a_fault_is_counted_and_ends_with_the_life_of_the_mail() -> None:
    result = settlement_of(queued(), fault(ValueError("secret")), began=NOW, seconds=0)
    assert result.attempt is not None
    assert (result.attempt.number, result.attempt.reply) == (1, "a fault of this service (ValueError)")
    assert result.again is not None
    ended = settlement_of(
        queued(accepted_at=NOW - timedelta(hours=72)), fault(ValueError("secret")), began=NOW, seconds=0
    )
    assert ended.again is None
    assert ended.event is not None
    assert (ended.event.kind, ended.event.bounce_type) == (EventKind.BOUNCE, "soft_bounce")


def test_an_attempt_that_reached_no_host_says_why() -> None:
    result = settlement_of(queued(), SmtpResult(failure=Failure.NO_HOST_ADDRESS), began=NOW, seconds=0)
    assert result.attempt is not None
    assert result.attempt.reply == "no mail server of the domain has an address"


def test_a_dead_address_is_told_as_hard() -> None:
    result = settlement_of(queued(), SmtpResult(failure=Failure.NO_DOMAIN), began=NOW, seconds=0)
    assert result.event is not None
    assert (result.event.bounce_type, result.event.bounce_class) == ("hard_bounce", "BadDomain")


def test_held_mail_goes_back_without_an_attempt() -> None:
    result = unsent(queued(), Hold(60.0))
    assert (result.again, result.attempt, result.event) == (60.0, None, None)


def test_a_settlement_without_texts_keeps_its_verdict() -> None:
    result = without_texts(settlement_of(queued(), BUSY, began=NOW, seconds=0))
    assert result.attempt is not None
    assert (result.attempt.number, result.attempt.outcome, result.attempt.reply_code) == (1, "deferred", 451)
    assert {result.attempt.host, result.attempt.reply, result.attempt.conversation} == {""}
    assert result.event is not None
    assert (result.event.kind, result.event.reason) == (EventKind.DEFERRED, "")
    assert result.again is not None


def test_the_clock_goes_on_from_the_databases_time() -> None:
    clock = Clock()
    clock.set(datetime(2026, 1, 1, tzinfo=UTC), 100.0)
    assert clock.at(160.5) == datetime(2026, 1, 1, 0, 1, 0, 500_000, tzinfo=UTC)
    assert clock.at(99.0) == datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)
