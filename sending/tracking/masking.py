"""Addresses on pages that anybody with the link can open (pure)."""

from __future__ import annotations

from accounts.mail.addresses import split


def masked(address: str) -> str:
    """Return an address its owner knows again and a stranger cannot use: "a•••e@example.com"."""
    local, domain = split(address)
    if not local:
        # Its person's data was erased.
        return "•••"
    shown = f"{local[0]}•••{local[-1]}" if len(local) > 3 else f"{local[:1]}•••"
    return f"{shown}@{domain}"
