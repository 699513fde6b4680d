"""The hold switch: who turns it, what it says, and that it is cheap to ask."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import translation

from accounts.caller import platform_staff
from accounts.errors import Forbidden
from accounts.models import AuditEntry
from sending import holds, last_run
from sending.holds import COMMAND_LINE, Kind
from sending.models import HoldPeriod
from tests import factories

pytestmark = pytest.mark.django_db


def test_each_kind_is_held_and_released_by_itself() -> None:
    assert holds.hold(COMMAND_LINE, kinds=Kind, reason="") == list(Kind)
    assert all(map(holds.is_on_hold, Kind))
    assert holds.release(COMMAND_LINE, kinds=[Kind.REPORTS]) == [Kind.REPORTS]
    assert [kind for kind in Kind if holds.is_on_hold(kind)] == [Kind.DELIVERY, Kind.CALLBACKS]
    assert holds.release(COMMAND_LINE, kinds=Kind) == [Kind.DELIVERY, Kind.CALLBACKS]
    assert holds.release(COMMAND_LINE, kinds=Kind) == []


def test_what_is_on_hold_stays_so_with_its_first_reason() -> None:
    holds.hold(COMMAND_LINE, kinds=[Kind.DELIVERY], reason="one")
    assert holds.hold(COMMAND_LINE, kinds=Kind, reason="two") == [Kind.CALLBACKS, Kind.REPORTS]
    assert [period.sentence for period in holds.current()] == ["one", "two", "two"]


def test_only_platform_staff_can_be_the_one_who_does_it() -> None:
    account = factories.account()
    for role in ("operator", "admin", "reviewer", "analyst"):
        with pytest.raises(Forbidden):
            platform_staff(factories.caller(account, role))


def test_both_acts_are_in_the_audit_log_of_the_platform() -> None:
    holds.hold(COMMAND_LINE, kinds=[Kind.DELIVERY], reason=holds.IN_OWN_WORDS, values={"words": "50 % off, wrongly"})
    holds.release(COMMAND_LINE, kinds=Kind)
    found = AuditEntry.objects.order_by("id").values_list("account", "actor", "act", "target", "details")
    assert list(found) == [
        (None, "command line", "hold.begin", "delivery", {"reason": "50 % off, wrongly"}),
        (None, "command line", "hold.end", "delivery", {}),
    ]


def test_the_reason_is_translated_and_a_person_s_own_words_are_not() -> None:
    values = {"database": "2026-11-28 16:00:00 UTC", "folder": "2026-11-28 17:00:00 UTC"}
    holds.hold(COMMAND_LINE, kinds=[Kind.DELIVERY], reason=last_run.OLDER, values=values)
    holds.hold(COMMAND_LINE, kinds=[Kind.REPORTS], reason=holds.IN_OWN_WORDS, values={"words": "State"})
    with translation.override("zh-hans"):
        ours, theirs = (period.sentence for period in holds.current())
    assert ours.startswith("数据库比上次运行更旧")
    assert all(value in ours for value in values.values())
    assert theirs == "State"


def test_a_kind_is_on_hold_once_and_ends_after_it_began() -> None:
    period = HoldPeriod.objects.create(kind="delivery")
    with pytest.raises(IntegrityError, match="hold_open_once"), transaction.atomic():
        HoldPeriod.objects.create(kind="delivery")
    with pytest.raises(IntegrityError, match="hold_ends_after_it_began"), transaction.atomic():
        HoldPeriod.objects.filter(pk=period.pk).update(ended_at=F("began_at") - timedelta(seconds=1))


def test_it_can_be_released_after_the_clock_was_put_back() -> None:
    holds.hold(COMMAND_LINE, kinds=[Kind.DELIVERY], reason="")
    HoldPeriod.objects.update(began_at=F("began_at") + timedelta(days=1))
    assert holds.release(COMMAND_LINE, kinds=Kind) == [Kind.DELIVERY]


def test_the_time_on_hold_is_that_since_the_moment_asked_about() -> None:
    hour = timedelta(hours=1)
    for began, ended in ((9, 7), (4, 3), (1, None)):
        period = HoldPeriod.objects.create(kind="delivery")
        at = F("began_at")
        ends = at - ended * hour if ended else None
        HoldPeriod.objects.filter(pk=period.pk).update(began_at=at - began * hour, ended_at=ends)
    HoldPeriod.objects.create(kind="reports")

    def on_hold(hours: float) -> timedelta:
        expression = holds.time_on_hold(Kind.DELIVERY, since=f"statement_timestamp() - interval '{hours} hours'")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {expression}")
            found: timedelta = cursor.fetchone()[0]
            return timedelta(minutes=round(found.total_seconds() / 60))

    assert [on_hold(hours) for hours in (10, 8, 5, 3.5, 2, 0.5)] == [
        4 * hour, 3 * hour, 2 * hour, 1.5 * hour, hour, 0.5 * hour,
    ]  # fmt: skip
