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
    """One page: shown to callers with `right`; `badge` counts where somebody must act."""

    group: str
    label: str
    url_name: str
    right: str
    icon: str
    badge: Callable[[Caller], int] | None = None


ENTRIES = (
    Entry("", "Overview", "stats:dashboard", "overview.view", "layout-dashboard"),
    Entry("Configuration", "Sender Domain", "domains:list", "domains.view", "world"),
    Entry("Configuration", "Sender Address", "domains:addresses", "domains.view", "at"),
    Entry("Configuration", "Email Template", "templates:list", "templates.view", "template"),
    Entry("Email Sending", "Email Sending", "sending:send", "messages.send", "send"),
    Entry("Email Sending", "Mailbox Simulator", "sending:inbox", "simulator.view", "inbox"),
    Entry("Review", "Review Queue", "templates:review_queue", "templates.review", "gavel", waiting_reviews),
    Entry("Statistics", "Sending Overview", "stats:overview", "statistics.view", "chart-bar"),
    Entry("Delivery Response", "Real-time Queue Status", "stats:queue", "statistics.view", "activity"),
    Entry("Delivery Response", "Email Status", "sending:status", "messages.view", "mail-search"),
    Entry("Delivery Response", "Open/Click", "stats:opens", "statistics.view", "mail-opened"),
    Entry("Delivery Response", "Spam Report", "stats:complaints", "statistics.view", "alert-octagon"),
    Entry("Delivery Response", "Bounced", "stats:bounced", "statistics.view", "mail-x"),
    Entry("Delivery Response", "Unsubscription", "stats:unsubscribed", "statistics.view", "mail-minus"),
    Entry("Delivery Response", "Blocklist", "blocklist:list", "blocklist.view", "ban"),
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
            found.setdefault(entry.group, []).append(Item(entry.label, entry.url_name, url, entry.icon, badge))
    return [Group(label, items) for label, items in found.items()]


@lru_cache(maxsize=128)
def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
