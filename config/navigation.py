"""The console's left navigation: one table, in the order of the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.caller import Caller
from accounts.scoping import visible
from templates_app.models import Review


def waiting_reviews(caller: Caller) -> int:
    """Return how many templates wait for a decision."""
    return visible(Review.objects.filter(state=Review.State.WAITING), caller).count()


@dataclass(frozen=True)
class NavigationEntry:
    """One page: shown to callers with `right`; `badge` counts what waits for the caller, `g` and `key` open it."""

    group: str | Promise
    label: str | Promise
    url_name: str
    right: str
    icon: str
    badge: Callable[[Caller], int] | None = None
    key: str = ""


CONFIGURATION = _("Configuration")
SENDING = _("Email Sending")
RESPONSE = _("Delivery Response")
ACCESS = _("Access")

ENTRIES = (
    NavigationEntry("", _("Overview"), "stats:dashboard", "overview.view", "layout-dashboard", key="o"),
    NavigationEntry(CONFIGURATION, _("Sender Domain"), "domains:list", "domains.view", "world", key="d"),
    NavigationEntry(CONFIGURATION, _("Sender Address"), "domains:addresses", "domains.view", "at", key="a"),
    NavigationEntry(CONFIGURATION, _("Email Template"), "templates:list", "templates.view", "template", key="t"),
    NavigationEntry(SENDING, _("Email Sending"), "sending:send", "messages.send", "send", key="m"),
    NavigationEntry(SENDING, _("Mailbox Simulator"), "sending:inbox", "simulator.view", "inbox", key="i"),
    NavigationEntry(
        _("Review"), _("Review Queue"), "templates:review_queue", "templates.review", "gavel", waiting_reviews, key="r"
    ),
    NavigationEntry(_("Statistics"), _("Sending Overview"), "stats:overview", "statistics.view", "chart-bar", key="s"),
    NavigationEntry(RESPONSE, _("Real-time Queue Status"), "stats:queue", "statistics.view", "activity", key="q"),
    NavigationEntry(RESPONSE, _("Email Status"), "sending:status", "messages.view", "mail-search", key="e"),
    NavigationEntry(RESPONSE, _("Open/Click"), "stats:opens", "statistics.view", "mail-opened"),
    NavigationEntry(RESPONSE, _("Spam Report"), "stats:complaints", "statistics.view", "alert-octagon"),
    NavigationEntry(RESPONSE, _("Bounced"), "stats:bounced", "statistics.view", "mail-x"),
    NavigationEntry(RESPONSE, _("Unsubscription"), "stats:unsubscribed", "statistics.view", "mail-minus"),
    NavigationEntry(RESPONSE, _("Blocklist"), "blocklist:list", "blocklist.view", "ban", key="l"),
    NavigationEntry(ACCESS, _("Users and Roles"), "accounts:users", "users.manage", "users"),
    NavigationEntry(ACCESS, _("API Keys"), "accounts:keys", "keys.manage", "key"),
    NavigationEntry(ACCESS, _("Audit Log"), "accounts:audit", "audit.view", "list-search"),
    NavigationEntry(ACCESS, _("Erase personal data"), "sending:erase", "recipients.erase", "user-x"),
    NavigationEntry(_("Platform"), _("Hold"), "sending:hold", "platform.manage", "player-pause"),
)


@dataclass(frozen=True)
class NavigationItem:
    """An entry as the template shows it."""

    label: str | Promise
    url_name: str
    url: str
    icon: str
    badge: int
    key: str


@dataclass(frozen=True)
class NavigationGroup:
    """Entries under one heading; "" for none."""

    label: str
    items: list[NavigationItem]


def groups(caller: Caller) -> list[NavigationGroup]:
    """Return what `caller` may open, group by group; pages that do not exist are left out."""
    found: dict[str, list[NavigationItem]] = {}
    for entry in ENTRIES:
        url = _url(entry.url_name)
        if url and caller.may(entry.right):
            badge = entry.badge(caller) if entry.badge else 0
            item = NavigationItem(entry.label, entry.url_name, url, entry.icon, badge, entry.key)
            found.setdefault(str(entry.group), []).append(item)
    return [NavigationGroup(label, items) for label, items in found.items()]


@dataclass(frozen=True)
class FoundPage:
    """A page that a search found."""

    label: str | Promise
    group: str | Promise
    url: str
    icon: str


def find(caller: Caller, text: str) -> list[FoundPage]:
    """Return the pages `caller` may open whose name or group holds `text`, in the reader's language or in English."""
    wanted = text.casefold()
    return [
        FoundPage(entry.label, entry.group, url, entry.icon)
        for entry in ENTRIES
        if (url := _url(entry.url_name)) and caller.may(entry.right) and wanted in _names(entry)
    ]


def _names(entry: NavigationEntry) -> str:
    here = f"{entry.label}\n{entry.group}"
    with translation.override("en"):
        return f"{here}\n{entry.label}\n{entry.group}".casefold()


@lru_cache(maxsize=128)
def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
