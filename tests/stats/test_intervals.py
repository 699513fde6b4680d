"""stats.intervals: which buckets stand on an axis, in any zone and over the nights when clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stats.intervals import Axis, Grain, axis, last_minutes

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
