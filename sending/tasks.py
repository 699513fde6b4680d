"""Periodic work of sending; running a task twice is harmless."""

from __future__ import annotations

from sending import retention


def keep_partitions() -> int:
    """Make the partitions of the days to come."""
    return retention.keep_partitions()


def retire() -> int:
    """Delete mail, attempts and events older than the days of retention."""
    return retention.retire()
