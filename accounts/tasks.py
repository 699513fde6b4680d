"""Tasks of the accounts app."""

from __future__ import annotations

from accounts import quota


def forget_ended_limits() -> int:
    """Delete the windows of limits that are over."""
    return quota.forget_ended()
