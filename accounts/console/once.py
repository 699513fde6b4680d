"""Secrets that are shown on the next page and never again."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.secrets import seal, unseal

_PURPOSE = "session.once"


def keep(request: HttpRequest, name: str, secret: str) -> None:
    """Keep `secret` for the next page, encrypted in the session."""
    request.session[f"once_{name}"] = seal(secret, purpose=_PURPOSE)


def take(request: HttpRequest, name: str) -> str:
    """Return the kept secret and forget it; "" when there is none."""
    sealed = request.session.pop(f"once_{name}", "")
    return unseal(sealed, purpose=_PURPOSE) if sealed else ""
