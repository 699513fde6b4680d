"""Secrets that are shown on the next page and never again."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.secrets import decrypt, encrypt

_PURPOSE = "session.once"


def keep(request: HttpRequest, name: str, secret: str) -> None:
    """Keep `secret` for the next page, encrypted in the session."""
    request.session[f"once_{name}"] = encrypt(secret, purpose=_PURPOSE)


def take(request: HttpRequest, name: str) -> str:
    """Return the kept secret and forget it; "" when there is none."""
    encrypted = request.session.pop(f"once_{name}", "")
    return decrypt(encrypted, purpose=_PURPOSE) if encrypted else ""
