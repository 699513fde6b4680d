"""events.record: what is written, what is not, and that the order of reports does not matter."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blocklist.models import BlockedAddress
from sending import events
from sending.events import FORWARD, NewEvent
from sending.models import DeliverStatus, Event, EventKind, Message
from sending.models.ids import take
from sending.smtp.bounce_class import BounceClass
from tests import factories
from tests.side_by_side import side_by_side

pytestmark = pytest.mark.django_db

HARD = {"bounce_type": "hard_bounce", "bounce_class": "InvalidRecipient"}


def happen(kind: EventKind, message: Message, **more: Any) -> list[NewEvent]:
    return events.record([NewEvent(kind=kind, message=message.pk, **more)])


def new_message(**fields: Any) -> Message:
    return factories.message(factories.account(), **fields)


def state(message: Message) -> tuple[Any, ...]:
    message.refresh_from_db()
    flags = (
        message.delivered_at,
        message.opened_at,
        message.clicked_at,
        message.unsubscribed_at,
        message.complained_at,
    )
    return (message.deliver_status, message.deliver_message, *(flag is not None for flag in flags))


def test_a_delivery_moves_the_message_and_logs_one_event_with_the_message_s_own_fields() -> None:
    message = new_message()
    assert len(happen(EventKind.DELIVERED, message, reason="250 2.0.0 ok")) == 1
    event = Event.objects.get()
    assert (event.kind, event.message, event.recipient, event.account_id) == (
        EventKind.DELIVERED,
        message.pk,
        message.recipient,
        message.account_id,
    )
    assert (event.sender_domain, event.recipient_domain) == (message.sender_domain, "example.com")
    assert state(message)[:3] == (DeliverStatus.DELIVERED, "250 2.0.0 ok", True)


@pytest.mark.parametrize(
    "kind",
    [EventKind.DELIVERED, EventKind.BOUNCE, EventKind.DROPPED, EventKind.UNSUBSCRIBE, EventKind.SPAMREPORT],
)
def test_a_second_report_of_what_happens_once_is_not_recorded(kind: EventKind) -> None:
    message = new_message()
    assert happen(kind, message)
    assert happen(kind, message) == []
    both = [NewEvent(kind=kind, message=message.pk)] * 2
    assert events.record(both) == []
    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_reports_at_once_one_is_recorded() -> None:
    report = events.NewEvent(kind=EventKind.SPAMREPORT, message=factories.message(factories.account()).pk)
    recorded: list[events.NewEvent] = []
    error = side_by_side(*[lambda: recorded.extend(events.record([report]))] * 2)
    assert error is None
    assert recorded == [report]


@pytest.mark.parametrize("kind", [EventKind.OPEN, EventKind.CLICK, EventKind.DEFERRED])
def test_what_may_happen_again_is_recorded_each_time(kind: EventKind) -> None:
    message = new_message()
    assert len(events.record([NewEvent(kind=kind, message=message.pk)] * 3)) == 3
    assert Event.objects.count() == 3


def test_the_first_open_keeps_its_time() -> None:
    message = new_message()
    happen(EventKind.OPEN, message)
    message.refresh_from_db()
    first = message.opened_at
    happen(EventKind.OPEN, message)
    message.refresh_from_db()
    assert message.opened_at == first


def test_a_click_says_that_the_mail_was_opened() -> None:
    message = new_message()
    happen(EventKind.CLICK, message, link="https://example.com/")
    assert state(message)[3:5] == (True, True)
    assert [event.kind for event in Event.objects.all()] == [EventKind.CLICK]


def test_what_a_program_fetches_is_logged_but_does_not_mark_the_message() -> None:
    message = new_message()
    happen(EventKind.OPEN, message, machine=True)
    happen(EventKind.CLICK, message, machine=True)
    assert state(message)[3:5] == (False, False)
    assert Event.objects.filter(machine=True).count() == 2


def test_an_unknown_message_is_dropped_and_the_others_go_on() -> None:
    message = new_message()
    known = NewEvent(kind=EventKind.DELIVERED, message=message.pk)
    assert events.record([NewEvent(kind=EventKind.DELIVERED, message=5), known]) == [known]


def test_a_bounce_report_after_the_delivery_turns_it_into_a_bounce() -> None:
    message = new_message()
    happen(EventKind.DELIVERED, message)
    assert happen(EventKind.BOUNCE, message, reason="5.1.1 unknown", **HARD)
    assert state(message)[:3] == (DeliverStatus.BOUNCED, "5.1.1 unknown", True)


@pytest.mark.parametrize(
    "told",
    list(
        itertools.permutations(
            [
                (EventKind.DELIVERED, "250 ok"),
                (EventKind.OPEN, ""),
                (EventKind.CLICK, ""),
                (EventKind.BOUNCE, "5.1.1"),
            ]
        )
    ),
)
@pytest.mark.parametrize("at_once", [True, False])
def test_the_order_of_reports_does_not_matter(told: list[tuple[EventKind, str]], at_once: bool) -> None:
    message = new_message()
    reports = [NewEvent(kind=kind, message=message.pk, reason=words) for kind, words in told]
    recorded = events.record(reports) if at_once else [event for report in reports for event in events.record([report])]
    assert len(recorded) == 4
    assert state(message) == (DeliverStatus.BOUNCED, "5.1.1", True, True, True, False, False)


@given(
    kinds=st.lists(st.sampled_from([kind for kind in EventKind if kind < 9]), max_size=12),
    shuffle=st.randoms(use_true_random=False),
)
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_any_reports_in_any_order_end_in_the_same_state(kinds: list[EventKind], shuffle: Any) -> None:
    def end(order: list[EventKind]) -> events.MessageState:
        state = events.MessageState(
            id=1,
            account_id=1,
            sender_domain="",
            recipient="",
            recipient_domain="",
            from_address="",
            deliver_status=0,
            deliver_message="",
            delivered=False,
            opened=False,
            clicked=False,
            unsubscribed=False,
            complained=False,
        )
        for kind in order:
            state.apply(NewEvent(kind=kind, message=1, reason=kind.label))
        return state

    other = kinds.copy()
    shuffle.shuffle(other)
    assert end(kinds) == end(other)


def test_a_status_never_returns_to_one_it_left() -> None:
    for to, olds in FORWARD.values():
        back = [other for other, from_ in FORWARD.values() if to in from_ and other in olds and other != to]
        assert back == []


def test_a_hard_bounce_blocks_the_address_for_all_and_a_soft_one_does_not() -> None:
    hard, soft = new_message(recipient="Dead@example.com"), new_message(recipient="full@example.com")
    happen(EventKind.BOUNCE, soft, bounce_type="soft_bounce", reason="5.2.2")
    happen(EventKind.BOUNCE, hard, reason="5.1.1 no such user", **HARD)
    block = BlockedAddress.objects.get()
    assert (block.kind, block.address, block.message, block.account_id) == (
        "invalid",
        "dead@example.com",
        hard.pk,
        hard.account_id,
    )


@pytest.mark.parametrize(
    ("kind", "cause"), [(EventKind.UNSUBSCRIBE, "unsubscribed"), (EventKind.SPAMREPORT, "complained")]
)
def test_who_wants_no_more_is_barred_for_that_sender_domain(kind: EventKind, cause: str) -> None:
    message = new_message()
    happen(kind, message)
    happen(kind, message)
    block_rejects = BlockedAddress.objects.get()
    assert (block_rejects.kind, block_rejects.cause, block_rejects.sender_domain, block_rejects.account_id) == (
        "reject",
        cause,
        message.sender_domain,
        message.account_id,
    )


def test_a_recipient_who_has_blocked_the_sender_is_barred_for_that_sender_domain_and_is_not_dead() -> None:
    assert events.BLOCKED == BounceClass.BLOCKED_BY_RECIPIENT
    message = new_message()
    reason = "550 5.7.1 recipient has blocked you"
    happen(EventKind.DEFERRED, message, bounce_class=events.BLOCKED)
    assert not BlockedAddress.objects.exists()
    happen(EventKind.BOUNCE, message, bounce_type="soft_bounce", bounce_class=events.BLOCKED, reason=reason)
    block = BlockedAddress.objects.get()
    assert (block.kind, block.cause, block.sender_domain) == ("reject", "refused", message.sender_domain)
    assert (block.account_id, block.reason) == (message.account_id, reason)


def test_texts_that_a_database_cannot_hold_are_cleaned() -> None:
    message = new_message()
    happen(EventKind.BOUNCE, message, reason="550 no\0 such \udce4 user")
    assert state(message)[1] == "550 no such ? user"
    happen(EventKind.OPEN, message, user_agent="x\0" * 1000)
    assert Event.objects.get(kind=EventKind.OPEN).user_agent == "x" * 300
    happen(EventKind.CLICK, message, link="https://a.test/\0x\udce4", user_agent="y\0\udce4")
    click = Event.objects.get(kind=EventKind.CLICK)
    assert (click.link, click.user_agent) == ("https://a.test/x?", "y?")


@pytest.mark.parametrize("kind", [EventKind.BOUNCE, EventKind.UNSUBSCRIBE, EventKind.SPAMREPORT])
def test_a_block_keeps_the_reason_as_far_as_a_database_can_hold_it(kind: EventKind) -> None:
    happen(kind, new_message(), **HARD, reason="550 no\0 such \udce4 user")
    assert BlockedAddress.objects.get().reason == "550 no such ? user"


def test_five_hundred_results_cost_few_statements() -> None:
    account = factories.account()
    whole = factories.submission(account)
    Message.objects.bulk_create(
        [
            Message(
                id=number,
                account=account,
                submission=whole,
                message_id=whole.message_id,
                template=1,
                from_address=whole.from_address,
                sender_domain=whole.sender_domain,
                recipient=f"r{number}@example.com",
                recipient_domain="example.com",
                subject="Your code",
            )
            for number in take(500)
        ]
    )
    ids = list(Message.objects.values_list("id", flat=True))
    results = [NewEvent(kind=EventKind.DELIVERED, message=number, reason="250 2.0.0 ok") for number in ids]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(events.record(results)) == 500
    statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(statements) == 3
    assert Message.objects.filter(deliver_status=DeliverStatus.DELIVERED).count() == 500


def test_what_the_log_refuses_is_an_error_of_the_database_like_any_other() -> None:
    message = new_message()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sending_event ADD CONSTRAINT test_only CHECK (reason <> 'refuse this')")
    with pytest.raises(DatabaseError), transaction.atomic():
        happen(EventKind.SPAMREPORT, message, reason="refuse this")
