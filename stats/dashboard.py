"""The Overview page: today's figures, quotas, first steps, and notices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.caller import Caller
from accounts.console.views import ConsoleView
from accounts.models import Notice
from accounts.scoping import visible
from domains.models import SenderDomain
from domains.queries import sending_domains
from domains.reputation import daily_quota
from stats import figures, intervals, onboarding, pages, queries, tables
from templates_app.models import Review

DAYS = 14
# From this share of a day's quota on, the bar warns.
NEARLY_FULL = 90


@dataclass(frozen=True)
class Quota:
    """What a sender domain used of its day's mails (UTC)."""

    domain: SenderDomain
    used: int
    allowed: int

    @property
    def share(self) -> int:
        """Return the used part in per cent, 100 at most."""
        return min(100, 100 * self.used // self.allowed) if self.allowed else 100

    @property
    def nearly_full(self) -> bool:
        """Say whether the end of the quota is near."""
        return self.share >= NEARLY_FULL


def quotas(caller: Caller) -> list[Quota]:
    """Return each sender domain that may send with what it used today (UTC)."""
    used = queries.accepted_by_domain(caller, timezone.now().astimezone(UTC).date())
    return [
        Quota(domain, used.get(domain.name, 0), daily_quota(domain.reputation_level))
        for domain in sending_domains(caller)
    ]


class Dashboard(ConsoleView):
    """What everybody sees first; each part needs the right of the page it is taken from."""

    right = "overview.view"
    title = gettext_lazy("Overview")
    nav = "stats:dashboard"
    template_name = "stats/dashboard.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        notices = visible(Notice.objects.filter(closed_at=None), self.caller).order_by("-id")
        context: dict[str, Any] = {"notices": notices[:10], "waiting": 0}
        has_sent = True
        if self.caller.may("domains.view"):
            todo = onboarding.steps(self.caller)
            has_sent = todo[-1].done
            context |= {
                "steps": todo,
                "first_use": not all(step.done for step in todo),
                "next": next((step for step in todo if step.open), None),
                "may_send": has_sent and self.caller.may("messages.send"),
                "quotas": quotas(self.caller),
            }
        if self.caller.may("templates.review"):
            context["waiting"] = visible(Review.objects.filter(state=Review.State.WAITING), self.caller).count()
        # Figures of an account that never sent would be six zeros above the one thing to do.
        if has_sent and self.caller.may("statistics.view"):
            context |= self._today()
        return self.page(**context)

    def _today(self) -> dict[str, Any]:
        now, zone = timezone.now(), timezone.get_current_timezone()
        today = timezone.localdate()
        start = intervals.midnight(today - timedelta(days=DAYS - 1), zone)
        end = intervals.midnight(today + timedelta(days=1), zone)
        days = intervals.Axis(start, end, intervals.Grain.DAY, zone)
        volumes = queries.volumes(self.caller, days, known_to=now)
        # The last day is today, and has begun.
        _, counts = volumes.begun()[-1]
        return {
            "cards": _cards(counts),
            "panel": figures.chart(volumes, (pages.DELIVERED, pages.BOUNCED, pages.DROPPED), days),
            "days": DAYS,
            "rolled_at": queries.rolled_at(),
            "zone": str(zone),
        }


def _cards(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    def card(
        label: str | Promise, state: str, names: tuple[str, ...], whole: tuple[str, ...] = (), of: str | Promise = ""
    ) -> dict[str, Any]:
        count, total = sum(counts[name] for name in names), sum(counts[name] for name in whole)
        # Opens of yesterday's mails can exceed today's deliveries early in the day: then no share is shown.
        share = str(of) % {"rate": tables.per_cent(count, total)} if total and count <= total else "–"
        return {"label": label, "state": state, "count": count, "rate": share if of else ""}

    requested, accepted, delivered = ("accepted", "refused"), ("accepted",), ("delivered",)
    of_accepted, of_delivered = gettext_lazy("%(rate)s of accepted"), gettext_lazy("%(rate)s of delivered")
    return [
        card(gettext_lazy("Requested"), "requested", requested),
        card(gettext_lazy("Accepted"), "accepted", accepted, requested, gettext_lazy("%(rate)s of requested")),
        card(gettext_lazy("Delivered"), "delivered", delivered, accepted, of_accepted),
        card(gettext_lazy("Bounced"), "bounced", ("bounced_hard", "bounced_soft"), accepted, of_accepted),
        card(gettext_lazy("Opened"), "opened", ("opened",), delivered, of_delivered),
        card(gettext_lazy("Clicked"), "clicked", ("clicked",), delivered, of_delivered),
    ]
