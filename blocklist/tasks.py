"""What the task workers do for the blocklist."""

from __future__ import annotations

from blocklist import blocking


def release_expired() -> int:
    """Release the addresses whose time is over."""
    return blocking.release_expired()
