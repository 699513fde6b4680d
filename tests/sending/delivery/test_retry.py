"""Tries: at least eight in three days, never closer together, spread, and an end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sending.delivery import retry

START = datetime(2026, 11, 22, tzinfo=UTC)
RULES = {"first": 300, "maximum": 4 * 3600, "life": 72 * 3600}
messages = st.integers(2**40, 2**62)


def times(message: int) -> list[datetime]:
    attempts_before, moments = 1, [START]
    while (
        following := retry.next_attempt(message, attempts_before, accepted_at=START, now=moments[-1], **RULES)
    ) is not None:
        moments.append(following)
        attempts_before += 1
    return moments


@given(messages)
def test_intervals_never_shrink_and_stay_within_a_tenth(message: int) -> None:
    moments = times(message)
    waits = [(after - before).total_seconds() for before, after in zip(moments, moments[1:], strict=False)]
    assert all(later >= earlier - 1e-5 for earlier, later in zip(waits, waits[1:], strict=False))
    assert all(0.9 <= wait / min(300 * 2**n, 14_400) <= 1.1 for n, wait in enumerate(waits))
    assert sum(moment < START + timedelta(hours=72) for moment in moments) >= 8


@given(messages)
def test_the_end_comes_within_one_interval_after_the_life(message: int) -> None:
    last = times(message)[-1]
    assert timedelta(hours=72) <= last - START <= timedelta(hours=72 + 4.4)


def test_messages_are_spread_over_the_whole_tenth() -> None:
    spreads = [retry.spread_of((1_795_000_000_000 << 20) + n) for n in range(1000)]
    assert min(spreads) < -0.9
    assert max(spreads) > 0.9
