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
class Entry:
    """One page: shown to callers with `right`; `badge` counts where somebody must act, `g` and `key` open it."""

    group: str
    label: str
    url_name: str
    right: str
    icon: str
    badge: Callable[[Caller], int] | None = None
    key: str = ""


ENTRIES = (
    Entry("", "Overview", "stats:dashboard", "overview.view", "layout-dashboard", key="o"),
    Entry("Configuration", "Sender Domain", "domains:list", "domains.view", "world", key="d"),
    Entry("Configuration", "Sender Address", "domains:addresses", "domains.view", "at", key="a"),
    Entry("Configuration", "Email Template", "templates:list", "templates.view", "template", key="t"),
    Entry("Email Sending", "Email Sending", "sending:send", "messages.send", "send", key="m"),
    Entry("Email Sending", "Mailbox Simulator", "sending:inbox", "simulator.view", "inbox", key="i"),
    Entry("Review", "Review Queue", "templates:review_queue", "templates.review", "gavel", waiting_reviews, key="r"),
    Entry("Statistics", "Sending Overview", "stats:overview", "statistics.view", "chart-bar", key="s"),
    Entry("Delivery Response", "Real-time Queue Status", "stats:queue", "statistics.view", "activity", key="q"),
    Entry("Delivery Response", "Email Status", "sending:status", "messages.view", "mail-search", key="e"),
    Entry("Delivery Response", "Open/Click", "stats:opens", "statistics.view", "mail-opened"),
    Entry("Delivery Response", "Spam Report", "stats:complaints", "statistics.view", "alert-octagon"),
    Entry("Delivery Response", "Bounced", "stats:bounced", "statistics.view", "mail-x"),
    Entry("Delivery Response", "Unsubscription", "stats:unsubscribed", "statistics.view", "mail-minus"),
    Entry("Delivery Response", "Blocklist", "blocklist:list", "blocklist.view", "ban", key="l"),
    Entry("Access", "Users and Roles", "accounts:users", "users.manage", "users"),
    Entry("Access", "API Keys", "accounts:keys", "keys.manage", "key"),
    Entry("Access", "Audit Log", "accounts:audit", "audit.view", "list-search"),
)


@dataclass(frozen=True)
class Item:
    """An entry as the template shows it."""

    label: str
    url_name: str
    url: str
    icon: str
    badge: int
    key: str


@dataclass(frozen=True)
class Group:
    """Entries under one heading; "" for none."""

    label: str
    items: list[Item]


def groups(caller: Caller) -> list[Group]:
    """Return what `caller` may open, group by group; pages that do not exist are left out."""
    found: dict[str, list[Item]] = {}
    for entry in ENTRIES:
        url = _url(entry.url_name)
        if url and caller.may(entry.right):
            badge = entry.badge(caller) if entry.badge else 0
            item = Item(entry.label, entry.url_name, url, entry.icon, badge, entry.key)
            found.setdefault(entry.group, []).append(item)
    return [Group(label, items) for label, items in found.items()]


@lru_cache(maxsize=128)
def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
