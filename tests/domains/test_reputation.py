"""The table of levels is the published one."""

from __future__ import annotations

from domains.reputation import MAILS_A_DAY, MAX_LEVEL, daily_quota


def test_levels_give_their_mails_a_day() -> None:
    assert (daily_quota(0), daily_quota(1), daily_quota(10), daily_quota(20)) == (0, 500, 100_000, 1_000_000)
    assert daily_quota(21) == 1_000_000
    assert MAX_LEVEL == 20


def test_a_higher_level_never_allows_less() -> None:
    assert list(MAILS_A_DAY) == sorted(set(MAILS_A_DAY))
