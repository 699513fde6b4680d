"""How a person wants the console to look: theme and time zone."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import available_timezones

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

# How long a browser keeps what somebody chose; browsers keep no cookie longer.
CHOICE_SECONDS = 400 * 86_400


@dataclass(frozen=True)
class Theme:
    """One choice of the theme switch."""

    label: str | Promise
    icon: str


THEMES = {
    "light": Theme(gettext_lazy("Light"), "sun"),
    "dark": Theme(gettext_lazy("Dark"), "moon"),
    "auto": Theme(gettext_lazy("As the system"), "device-desktop"),
}

# Offered in the top bar; the page behind it has all.
COMMON_ZONES = (
    "UTC",
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Los_Angeles",
)


def theme_of(request: HttpRequest) -> str:
    """Return the theme the browser keeps: "light", "dark", or "auto" by default."""
    requested = request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
    return requested if requested in THEMES else "auto"


def zones() -> list[str]:
    """Return every time zone this machine knows, UTC first."""
    known = {name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/"))}
    return ["UTC", *sorted(known)]
