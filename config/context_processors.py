"""The template context of every console page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from accounts.caller import Caller
from accounts.console.appearance import COMMON_ZONES, THEMES, theme_of
from accounts.console.middleware import accounts_of
from config import navigation
from sending import holds

# In the account switcher; platform staff reach the others through the admin site.
MAX_ACCOUNTS = 50


def console(request: HttpRequest) -> dict[str, Any]:
    """Return the names that the base template needs; strangers get the theme alone."""
    theme = theme_of(request)
    shared = {"theme": theme, "themes": THEMES, "theme_icon": THEMES[theme].icon}
    caller = getattr(request, "caller", None)
    if caller is None:
        return shared
    return shared | {
        "caller": caller,
        "hold": _hold(caller),
        "nav": navigation.groups(caller),
        "accounts": list(accounts_of(caller.user)[:MAX_ACCOUNTS]),
        "zone": caller.user.time_zone,
        "zones": COMMON_ZONES,
    }


def _hold(caller: Caller) -> dict[str, Any] | None:
    """Return what the banner says while work is on hold."""
    periods = holds.current()
    if not periods:
        return None
    return {
        "delivery": any(period.kind == holds.Kind.DELIVERY for period in periods),
        "kinds": ", ".join(str(holds.Kind(period.kind).label) for period in periods),
        "reasons": list(dict.fromkeys(period.sentence for period in periods if period.reason)),
        "since": min(period.began_at for period in periods),
        "url": reverse("sending:hold") if caller.may("platform.manage") else "",
    }
