"""Periodic work of domains."""

from __future__ import annotations

from domains import verification


def recheck() -> int:
    """Check every domain whose next check has come; return how many."""
    return verification.recheck_due()
