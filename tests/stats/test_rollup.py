"""stats.rollup: the figures are the raw events counted, whenever those came and however often they are counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sending.models import BounceType, Event, EventKind
from sending.models.ids import first_of, ms_of, time_of
from stats import rollup
from stats.models import DayVolume, HourVolume, MinuteVolume, RollUpState
from tests import factories
from tests.stats.raw import expected, rolled

START = datetime(2026, 3, 1, 22, 50, 7, 123_000, tzinfo=UTC)


def second_connection():
    return psycopg.connect(
        **{
            name: value
            for name, value in connection.get_connection_params().items()
            if name in {"host", "port", "user", "password", "dbname"}
        }
    )


@pytest.mark.django_db
class TestFigures:
    @pytest.mark.parametrize("kind", list(EventKind))
    @pytest.mark.parametrize("machine", [False, True])
    @pytest.mark.parametrize("bounce_type", ["", BounceType.SOFT, BounceType.HARD])
    def test_every_event_counts_in_exactly_one_column(self, kind, machine, bounce_type):
        factories.event(factories.account(), kind, START, machine=machine, bounce_type=bounce_type)
        assert rollup.roll_up(now=START + timedelta(days=1)) == 1
        assert rolled() == expected()
        assert rolled()[0].total() == 1

    def test_distinguish_accounts_sender_domains_and_recipient_domains(self):
        first, second = factories.account(), factories.account()
        for account, sender, recipient in (
            (first, "mail.test", "a.test"),
            (first, "mail.test", "b.test"),
            (first, "news.test", "a.test"),
            (second, "mail.test", "a.test"),
        ):
            factories.event(account, at=START, sender_domain=sender, recipient_domain=recipient)
        rollup.roll_up(now=START)
        assert rolled() == expected()
        assert DayVolume.objects.count() == 4
        assert MinuteVolume.objects.count() == 3

    def test_do_not_grow_when_counted_again(self):
        account = factories.account()
        factories.event(account, at=START)
        for seconds in (0, 1, 30, 90, 91, 4000):
            rollup.roll_up(now=START + timedelta(seconds=seconds))
            assert rolled() == expected()

    def test_of_the_newest_minutes_stay_open_until_no_event_can_join_them(self):
        account = factories.account()
        factories.event(account, at=START)
        rollup.roll_up(now=START + timedelta(seconds=5))
        assert not DayVolume.objects.get().settled
        factories.event(account, at=START + timedelta(milliseconds=1))
        rollup.roll_up(now=START + timedelta(seconds=120))
        assert rolled() == expected()
        assert DayVolume.objects.get().settled

    def test_take_a_backlog_of_days(self):
        account = factories.account()
        for hours in (0, 1, 7, 50, 200):
            factories.event(account, at=START + timedelta(hours=hours))
        assert rollup.roll_up(now=START + timedelta(hours=201)) == 5
        assert rolled() == expected()

    def test_say_to_what_time_they_go(self):
        factories.event(factories.account(), at=START)
        now = START + timedelta(minutes=5, seconds=13)
        rollup.roll_up(now=now)
        state = RollUpState.objects.get()
        assert state.rolled_at == now
        assert time_of(state.rolled_to) == (START + timedelta(minutes=5)).replace(second=0, microsecond=0)


events = st.lists(
    st.tuples(
        st.integers(0, 3 * 86_400),  # seconds after START
        st.integers(0, 9),  # seconds it takes to be committed: less than `late_event_seconds`
        st.sampled_from(list(EventKind)),
        st.sampled_from(["mail.test", "news.test"]),
        st.sampled_from(["a.test", "b.test"]),
        st.sampled_from(["", *BounceType]),
        st.booleans(),
    ),
    max_size=30,
)


@pytest.mark.django_db
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(events, st.lists(st.integers(0, 3 * 86_400 + 60), max_size=6), st.integers(0, 3))
def test_figures_equal_the_raw_events_however_late_those_commit(happened, passes, rebuilt):
    with transaction.atomic():
        account = factories.account()
        committed = sorted(
            [(at + late, "event", n) for n, (at, late, *_) in enumerate(happened)] + [(at, "pass", 0) for at in passes]
        )
        for at, what, n in [*committed, (3 * 86_400 + 90, "pass", 0)]:
            if what == "pass":
                rollup.roll_up(now=START + timedelta(seconds=at))
                continue
            seconds, _, kind, sender, recipient, bounce, machine = happened[n]
            factories.event(
                account,
                kind,
                START + timedelta(seconds=seconds),
                sender_domain=sender,
                recipient_domain=recipient,
                bounce_type=bounce,
                machine=machine,
            )
        assert rolled() == expected()
        rollup.rebuild(START.date() + timedelta(days=rebuilt))
        assert rolled() == expected()
        transaction.set_rollback(True)


@pytest.mark.django_db
class TestRebuild:
    def test_counts_events_that_came_with_old_times(self):
        account = factories.account()
        factories.event(account, at=START)
        rollup.roll_up()
        factories.event(account, at=START - timedelta(days=20))
        rollup.roll_up()
        assert rolled() != expected()
        assert rollup.rebuild((START - timedelta(days=20)).date()) == 2
        assert rolled() == expected()

    def test_repairs_figures_that_were_tampered_with(self):
        factories.event(factories.account(), at=START)
        rollup.roll_up()
        for model in (MinuteVolume, HourVolume, DayVolume):
            model.objects.update(delivered=77)
        rollup.rebuild(START.date())
        assert rolled() == expected()

    def test_leaves_days_alone_whose_events_are_gone(self):
        account = factories.account()
        factories.event(account, at=START)
        factories.event(account, at=START + timedelta(days=5))
        rollup.roll_up()
        before = rolled()
        Event.objects.filter(pk__lt=first_of(START + timedelta(days=4))).delete()
        assert rollup.rebuild(START.date()) == 1
        assert rolled() == before

    def test_takes_what_was_never_rolled_up(self):
        account = factories.account()
        factories.event(account, at=START)
        rollup.roll_up(now=START + timedelta(hours=1))
        factories.event(account, at=START + timedelta(hours=2))
        rollup.rebuild((START + timedelta(days=3)).date())
        assert rolled() == expected()

    def test_of_nothing_is_nothing(self):
        assert rollup.rebuild(START.date()) == 0


@pytest.mark.django_db(transaction=True)
class TestSideBySide:
    def test_minutes_stay_open_as_long_as_a_transaction_may_add_to_them(self):
        account = factories.account()
        with second_connection() as other:
            other.execute(
                "INSERT INTO sending_event (account_id, kind, message, sender_domain, recipient_domain, recipient,"
                " from_address, reason, bounce_type, bounce_class, link, user_agent, machine)"
                " VALUES (%s, 1, 1, 'mail.test', 'a.test', 'ann@a.test', 'n@mail.test', '', '', '', '', '', false)",
                [account.pk],
            )
            hours_later = datetime.now(UTC) + timedelta(hours=3)
            factories.event(account)
            assert rollup.roll_up(now=hours_later) == 1
            assert ms_of(RollUpState.objects.get().rolled_to) < datetime.now(UTC).timestamp() * 1000
            other.commit()
        assert rollup.roll_up(now=hours_later) == 2
        assert rolled() == expected()

    def test_one_pass_runs_at_a_time(self):
        factories.event(factories.account())
        with second_connection() as other:
            other.execute("SELECT pg_advisory_xact_lock(%s)", [rollup.LOCK])
            assert rollup.roll_up() == 0
        assert rollup.roll_up() == 1
