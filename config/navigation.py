"""The console's left navigation: one table, in the order of the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from django.urls import NoReverseMatch, reverse

from accounts.caller import Caller
from accounts.scoping import visible
from templates_app.models import Review


def waiting_reviews(caller: Caller) -> int:
    """Return how many templates wait for a decision."""
    return visible(Review.objects.filter(state=Review.State.WAITING), caller).count()


@dataclass(frozen=True)
class NavigationEntry:
    """One page: shown to callers with `right`; `badge` counts what waits for the caller, `g` and `key` open it."""

    group: str
    label: str
    url_name: str
    right: str
    icon: str
    badge: Callable[[Caller], int] | None = None
    key: str = ""


ENTRIES = (
    NavigationEntry("", "Overview", "stats:dashboard", "overview.view", "layout-dashboard", key="o"),
    NavigationEntry("Configuration", "Sender Domain", "domains:list", "domains.view", "world", key="d"),
    NavigationEntry("Configuration", "Sender Address", "domains:addresses", "domains.view", "at", key="a"),
    NavigationEntry("Configuration", "Email Template", "templates:list", "templates.view", "template", key="t"),
    NavigationEntry("Email Sending", "Email Sending", "sending:send", "messages.send", "send", key="m"),
    NavigationEntry("Email Sending", "Mailbox Simulator", "sending:inbox", "simulator.view", "inbox", key="i"),
    NavigationEntry(
        "Review", "Review Queue", "templates:review_queue", "templates.review", "gavel", waiting_reviews, key="r"
    ),
    NavigationEntry("Statistics", "Sending Overview", "stats:overview", "statistics.view", "chart-bar", key="s"),
    NavigationEntry(
        "Delivery Response", "Real-time Queue Status", "stats:queue", "statistics.view", "activity", key="q"
    ),
    NavigationEntry("Delivery Response", "Email Status", "sending:status", "messages.view", "mail-search", key="e"),
    NavigationEntry("Delivery Response", "Open/Click", "stats:opens", "statistics.view", "mail-opened"),
    NavigationEntry("Delivery Response", "Spam Report", "stats:complaints", "statistics.view", "alert-octagon"),
    NavigationEntry("Delivery Response", "Bounced", "stats:bounced", "statistics.view", "mail-x"),
    NavigationEntry("Delivery Response", "Unsubscription", "stats:unsubscribed", "statistics.view", "mail-minus"),
    NavigationEntry("Delivery Response", "Blocklist", "blocklist:list", "blocklist.view", "ban", key="l"),
    NavigationEntry("Access", "Users and Roles", "accounts:users", "users.manage", "users"),
    NavigationEntry("Access", "API Keys", "accounts:keys", "keys.manage", "key"),
    NavigationEntry("Access", "Audit Log", "accounts:audit", "audit.view", "list-search"),
)


@dataclass(frozen=True)
class NavigationItem:
    """An entry as the template shows it."""

    label: str
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
            found.setdefault(entry.group, []).append(item)
    return [NavigationGroup(label, items) for label, items in found.items()]


@lru_cache(maxsize=128)
def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
