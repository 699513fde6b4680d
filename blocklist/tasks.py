"""Periodic work of the blocklist."""

from __future__ import annotations

from blocklist import blocking


def release_expired() -> int:
    """Release the addresses whose block has expired."""
    return blocking.release_expired()
