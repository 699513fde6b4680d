"""The audit log."""

from __future__ import annotations

import json

from django.db.models import Q, QuerySet

from accounts.console.lists import Column, EmptyState, ListPage
from accounts.forms import AuditFilters
from accounts.models import AuditEntry
from accounts.scoping import visible


class AuditLog(ListPage):
    """Every act in the account, newest first."""

    right = "audit.view"
    title = "Audit Log"
    nav = "accounts:audit"
    filters_class = AuditFilters
    csv_name = "audit"
    csv_right = "audit.view"
    intro = "Every act of people, programs and the service itself. Entries are never changed or deleted."
    filters: AuditFilters
    columns = (
        Column("at", "Time", "at", kind="time"),
        Column("actor", "Actor", "actor"),
        Column("act", "Act", "act", kind="mono"),
        Column("target", "Target", "target"),
        Column("details", "Details", lambda row: _details_text(row.details), csv=lambda row: json.dumps(row.details)),
        Column("channel", "Channel", "channel"),
        Column("ip", "Address", "ip", kind="mono"),
    )

    def empty_state(self) -> EmptyState:
        return EmptyState("Nothing was done in this time", "Widen the dates to see earlier acts.")

    def rows(self) -> QuerySet[AuditEntry]:
        window, wanted = self.filters.window, self.filters.cleaned
        rows = visible(AuditEntry.objects.filter(at__gte=window.start, at__lt=window.end), self.caller)
        if "channel" in wanted:
            rows = rows.filter(channel=wanted["channel"])
        if "act" in wanted:
            rows = rows.filter(act__startswith=wanted["act"])
        if "q" in wanted:
            rows = rows.filter(Q(actor__icontains=wanted["q"]) | Q(target__icontains=wanted["q"]))
        return rows


def _details_text(details: dict[str, object]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in details.items() if value not in ("", [], None))
