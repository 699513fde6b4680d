"""Reputation levels and the mails a day each allows (pure; rules 3)."""

from __future__ import annotations

# Index is the level; 0 means that sending is forbidden.
MAILS_A_DAY = (
    0, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 40_000, 60_000, 80_000, 100_000,
    150_000, 200_000, 300_000, 400_000, 500_000, 600_000, 700_000, 800_000, 900_000, 1_000_000,
)
HIGHEST = len(MAILS_A_DAY) - 1


def mails_a_day(level: int) -> int:
    """Return how many mails a domain of `level` may send a day; above the table, as much as its top."""
    return MAILS_A_DAY[min(level, HIGHEST)]
