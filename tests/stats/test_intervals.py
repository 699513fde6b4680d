"""stats.intervals: which buckets stand on an axis, in any zone and over the nights when clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats.intervals import Axis, Grain, axis, label, last_minutes

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 10, 12, 34, 56, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "grain"),
    [
        (timedelta(hours=1), Grain.MINUTE),
        (timedelta(hours=24), Grain.HOUR),
        (timedelta(days=7), Grain.DAY),
        (timedelta(days=90), Grain.DAY),
    ],
)
def test_a_longer_span_has_wider_buckets(span, grain):
    assert axis(NOW - span, NOW, BERLIN).grain is grain


def test_a_recipient_domain_has_days_of_utc():
    found = axis(NOW - timedelta(hours=1), NOW, BERLIN, by_recipient=True)
    assert (found.grain, found.zone) == (Grain.DAY, UTC)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        # Dates that were chosen: the UTC days of the same dates.
        (datetime(2026, 3, 2), datetime(2026, 3, 3), ["2026-03-02"]),
        # Seven days up to now: as many days of UTC, up to the one that runs.
        (datetime(2026, 3, 4), datetime(2026, 3, 10, 5), [f"2026-03-{day:02}" for day in range(3, 10)]),
        (datetime(2026, 3, 4), datetime(2026, 3, 10, 9), [f"2026-03-{day:02}" for day in range(4, 11)]),
    ],
)
def test_a_recipient_domain_has_as_many_days_as_were_asked_for(start, end, days):
    shanghai = ZoneInfo("Asia/Shanghai")
    found = axis(start.replace(tzinfo=shanghai), end.replace(tzinfo=shanghai), shanghai, by_recipient=True)
    assert [f"{bucket:%Y-%m-%d}" for bucket in found.buckets] == days


def test_three_days_are_hours_also_when_one_of_them_has_25():
    new_york = ZoneInfo("America/New_York")
    start, end = datetime(2026, 10, 31, tzinfo=new_york), datetime(2026, 11, 3, tzinfo=new_york)
    assert axis(start, end, new_york).grain is Grain.HOUR
    assert len(axis(start, end, new_york).buckets) == 73


def test_a_zone_that_is_between_the_hours_in_winter_alone_is_one():
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    year = Axis(datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 12, 10, tzinfo=UTC), Grain.DAY, lord_howe)
    assert not year.on_whole_hours
    assert Axis(
        datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 2, 10, tzinfo=UTC), Grain.DAY, lord_howe
    ).on_whole_hours


def test_the_hours_of_a_zone_begin_by_its_own_clock():
    kolkata = ZoneInfo("Asia/Kolkata")
    start = datetime(2026, 3, 2, tzinfo=kolkata)
    buckets = Axis(start, start + timedelta(days=1), Grain.HOUR, kolkata).buckets
    assert (len(buckets), f"{buckets[0]:%H:%M}", f"{buckets[-1]:%H:%M}") == (24, "00:00", "23:00")


def test_a_clock_that_changes_as_the_axis_ends_changes_none_of_its_bars():
    new_york, end = ZoneInfo("America/New_York"), datetime(2026, 11, 1, 6, tzinfo=UTC)
    assert not Axis(end - timedelta(hours=5), end, Grain.HOUR, new_york).clock_changes
    assert Axis(end - timedelta(hours=5), end + timedelta(seconds=1), Grain.HOUR, new_york).clock_changes


@pytest.mark.parametrize(
    ("moment", "zone", "text"),
    [
        ("2026-11-01T05:00Z", "America/New_York", "2026-11-01 01:00 -04:00"),
        ("2026-11-01T06:00Z", "America/New_York", "2026-11-01 01:00 -05:00"),
        ("2026-11-01T07:00Z", "America/New_York", "2026-11-01 02:00"),
        ("2026-03-08T07:00Z", "America/New_York", "2026-03-08 03:00"),
        ("2026-04-04T15:00Z", "Australia/Lord_Howe", "2026-04-05 01:30 +10:30"),
        ("2026-10-25T00:00Z", "Europe/Berlin", "2026-10-25 02:00 +02:00"),
        ("2026-03-10T12:00Z", "UTC", "2026-03-10 12:00"),
    ],
)
def test_a_time_that_the_clock_shows_twice_has_its_offset(moment, zone, text):
    assert label(datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)), Grain.HOUR) == text


def test_the_last_minutes_include_the_running_one():
    buckets = last_minutes(NOW, 60, UTC).buckets
    assert len(buckets) == 60
    assert buckets[-1] == datetime(2026, 3, 10, 12, 34, tzinfo=UTC)


def test_days_begin_at_the_zones_midnight_also_when_the_clock_changes():
    start, end = datetime(2026, 3, 27, 22, tzinfo=UTC), datetime(2026, 3, 30, 10, tzinfo=UTC)
    buckets = Axis(start, end, Grain.DAY, BERLIN).buckets
    assert [bucket.astimezone(UTC).strftime("%d %H") for bucket in buckets] == ["26 23", "27 23", "28 23", "29 22"]


def test_the_hour_that_comes_twice_has_two_buckets():
    start, end = datetime(2026, 10, 25, 0, tzinfo=UTC), datetime(2026, 10, 25, 3, tzinfo=UTC)
    buckets = Axis(start, end, Grain.HOUR, BERLIN).buckets
    assert [bucket.strftime("%H:%M %z") for bucket in buckets] == ["02:00 +0200", "02:00 +0100", "03:00 +0100"]


@pytest.mark.parametrize(("zone", "whole"), [("UTC", True), ("Asia/Shanghai", True), ("Asia/Kolkata", False)])
def test_zones_between_the_hours_are_distinguished(zone, whole):
    assert Axis(NOW - timedelta(days=1), NOW, Grain.DAY, ZoneInfo(zone)).on_whole_hours is whole


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    st.timedeltas(timedelta(minutes=1), timedelta(days=40)),
    st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe"]),
)
def test_buckets_ascend_and_cover_the_span(start, span, zone):
    start = start.replace(tzinfo=UTC)
    found = axis(start, start + span, ZoneInfo(zone))
    moments = [bucket.timestamp() for bucket in found.buckets]
    assert moments == sorted(set(moments))
    assert moments[0] <= start.timestamp()
    assert moments[0] == found.first.timestamp()
    assert moments[-1] < (start + span).timestamp()
