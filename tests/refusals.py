"""Asking an act for its no."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accounts.errors import Refused


def refusal_of(act: Callable[[], Any]) -> Refused | None:
    """Return with what `act` is refused, None when it is not."""
    try:
        act()
    except Refused as refused:
        return refused
    return None


def code_of(act: Callable[[], Any]) -> str | None:
    """Return the code with which `act` is refused, None when it is not."""
    refused = refusal_of(act)
    return refused.code if refused else None
