from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.http import QueryDict
from django.utils import timezone

from accounts.caller import Caller
from accounts.console.filters import DatedFilters, Filters, Window
from accounts.models import Account

NOBODY = Caller(Account(pk=1), frozenset(), "console")


class Some(Filters):
    role = forms.ChoiceField(choices=[("", "Any"), ("a", "Alpha")])
    kinds = forms.MultipleChoiceField(choices=[("x", "Ex"), ("y", "Why")])
    q = forms.CharField(label="Search")
    tab = forms.CharField(widget=forms.HiddenInput)


class Dated(DatedFilters):
    q = forms.CharField(label="Search")


def some(query: str) -> Some:
    return Some(QueryDict(query), caller=NOBODY)


def dated(query: str) -> Dated:
    return Dated(QueryDict(query), caller=NOBODY)


def test_without_a_query_nothing_is_filtered() -> None:
    assert some("").cleaned == {}
    assert some("").chips() == []


def test_a_bad_value_filters_nothing_and_the_good_ones_stay() -> None:
    assert some("role=zzz&q=ann").cleaned == {"q": "ann"}


def test_chips_say_what_is_applied_in_words() -> None:
    chips = some("role=a&kinds=x&kinds=y&q=ann").chips()
    assert [(chip.label, chip.value) for chip in chips] == [("Role", "Alpha"), ("Kinds", "Ex, Why"), ("Search", "ann")]


def test_a_chip_takes_its_own_filter_away_and_goes_to_the_first_page() -> None:
    chip = some("role=a&q=ann&after=xyz&other=1").chips()[0]
    assert chip.without == "?q=ann&other=1"
    assert some("role=a&q=ann&after=xyz&other=1").cleared() == "?other=1"


def test_what_is_hidden_is_no_chip_and_is_never_cleared() -> None:
    filters = some("tab=two&q=ann")
    assert filters.cleaned == {"tab": "two", "q": "ann"}
    assert [chip.label for chip in filters.chips()] == ["Search"]
    assert filters.cleared() == "?tab=two"


def days_of(window: Window) -> int:
    """How many calendar days a window touches."""
    return (timezone.localdate(window.end) - timezone.localdate(window.start)).days + 1


def test_the_house_window_holds_until_another_is_asked_for() -> None:
    window = dated("").window
    assert days_of(window) == 7
    assert window.end <= timezone.now()
    assert dated("").chips() == []
    assert 'value="7d" selected' in str(dated("")["range"])


@pytest.mark.parametrize(("preset", "days"), [("today", 1), ("7d", 7), ("30d", 30), ("90d", 90)])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
def test_the_last_days_are_so_many_calendar_days_with_today(preset: str, days: int, zone: str) -> None:
    with timezone.override(zone):
        window = dated(f"range={preset}").window
        assert days_of(window) == days
        assert timezone.localtime(window.start).strftime("%H:%M:%S") == "00:00:00"


def test_24_hours_are_24_hours() -> None:
    window = dated("range=24h").window
    assert window.end - window.start == timedelta(hours=24)


def test_a_preset_that_was_chosen_is_a_chip() -> None:
    chips = dated("range=30d&q=ann").chips()
    assert [(chip.label, chip.value, chip.without) for chip in chips] == [
        ("Time", "Last 30 days", "?q=ann"),
        ("Search", "ann", "?range=30d"),
    ]


def test_dates_count_whole_days_of_the_users_zone() -> None:
    with timezone.override("Asia/Shanghai"):
        window = dated("since=2026-03-01&until=2026-03-02").window
    assert window.start == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert window.end == datetime(2026, 3, 2, 16, tzinfo=UTC)


def test_dates_win_over_a_preset_and_are_chips_of_their_own() -> None:
    filters = dated("range=30d&since=2026-03-01&until=2026-03-02")
    assert [(chip.label, chip.value) for chip in filters.chips()] == [("From", "2026-03-01"), ("Until", "2026-03-02")]
    assert filters.chips()[0].without == "?until=2026-03-02"


def test_half_a_span_is_completed() -> None:
    before = timezone.now()
    assert dated("since=2026-03-01").window.end >= before
    until = dated("until=2026-03-09").window
    assert until.end - until.start == timedelta(days=7)


@pytest.mark.parametrize("query", ["range=nonsense", "since=yesterday", "range=custom", "until=9999-99-99"])
def test_nonsense_is_the_house_window(query: str) -> None:
    assert days_of(dated(query).window) == 7


def test_today_begins_at_the_users_midnight() -> None:
    with timezone.override("Asia/Tokyo"):
        assert timezone.localtime(dated("range=today").window.start).strftime("%H:%M") == "00:00"


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("until=9999-12-31", ["until"]),
        ("since=0001-01-01", ["since"]),
        ("since=2099-01-01", ["since"]),
        ("since=2026-03-02&until=2026-03-01", ["since", "until"]),
    ],
)
def test_a_day_that_cannot_be_meant_is_said_at_its_field_and_not_applied(query: str, fields: list[str]) -> None:
    with timezone.override("Asia/Shanghai"):
        filters = dated(query)
        assert filters.window.start < filters.window.end
        assert days_of(filters.window) == 7
    assert list(filters.errors) == fields
    assert not {"since", "until"} & set(filters.cleaned)
