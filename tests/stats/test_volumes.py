"""stats.volumes: what a page needs of its numbers, as pandas would reckon it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from stats.volumes import Volumes

START = datetime(2026, 3, 1, tzinfo=UTC)
COUNTERS = ("delivered", "bounced_hard", "bounced_soft")

day = st.none() | st.fixed_dictionaries({name: st.integers(0, 10**9) for name in COUNTERS})


def volumes(days):
    return Volumes([START + timedelta(days=n) for n in range(len(days))], days)


@given(st.lists(day, max_size=40))
def test_sums_and_gaps_are_those_of_pandas(days):
    mine = volumes(days)
    rows = [[None] * len(COUNTERS) if counts is None else [counts[name] for name in COUNTERS] for counts in days]
    frame = pd.DataFrame(rows, index=mine.buckets, columns=COUNTERS, dtype="float64")
    bounced = frame[["bounced_hard", "bounced_soft"]].sum(axis=1, min_count=1)
    assert mine.of(["bounced_hard", "bounced_soft"]) == [None if pd.isna(count) else count for count in bounced]
    assert [bucket for bucket, _ in mine.begun()] == list(frame.dropna().index)
    assert {name: mine.sums()[name] for name in COUNTERS} == dict(frame.sum())


def test_nothing_begun_sums_up_to_zero():
    assert volumes([None, None]).sums()["delivered"] == 0
    assert volumes([]).begun() == []
