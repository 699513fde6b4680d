"""Reputation levels of a sender domain and the mails a day each allows, as the original service publishes them."""

from __future__ import annotations

# Index = level; level 0 may not send.
MAILS_A_DAY = (
    0, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 40_000, 60_000, 80_000, 100_000,
    150_000, 200_000, 300_000, 400_000, 500_000, 600_000, 700_000, 800_000, 900_000, 1_000_000,
)  # fmt: skip
MAX_LEVEL = len(MAILS_A_DAY) - 1


def daily_quota(level: int) -> int:
    """Return the mails a day of a level; levels beyond the table count as its last."""
    return MAILS_A_DAY[min(level, MAX_LEVEL)]
