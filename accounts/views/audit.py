"""The audit log."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import audit_actions, audit_nightly
from accounts.console.lists import Column, EmptyState, ListPage
from accounts.forms import AuditFilters
from accounts.mail.addresses import key_or_text
from accounts.models import AuditEntry
from accounts.scoping import visible


def _actor(row: AuditEntry) -> str:
    """Return who did it: people and keys by what they are called, the service's own parts in the reader's language."""
    return gettext(row.actor) if row.actor and "@" not in row.actor else row.actor


class AuditLog(ListPage):
    """Every action in the account, newest first."""

    template_name = "accounts/audit.html"
    right = "audit.view"
    title = _("Audit Log")
    nav = "accounts:audit"
    filters_class = AuditFilters
    csv_name = "audit"
    csv_right = "audit.view"
    intro = _("Every action of users, programs and the service itself. Entries are never changed or deleted.")
    filters: AuditFilters
    columns = (
        Column("at", _("Time"), "at", kind="time"),
        Column("actor", _("Actor"), _actor, csv=lambda row: row.actor),
        Column("act", _("Action"), lambda row: audit_actions.text_of(row.act), csv=lambda row: row.act),
        Column("target", _("Target"), "target"),
        Column(
            "details",
            _("Details"),
            lambda row: audit_actions.details_text(row.details),
            csv=lambda row: json.dumps(row.details),
        ),
        Column(
            "channel",
            _("Channel"),
            lambda row: audit_actions.CHANNELS.get(row.channel, row.channel),
            csv=lambda row: row.channel,
        ),
        Column("ip", _("IP address"), "ip", kind="mono"),
    )

    def context(self, rows: Sequence[Any]) -> dict[str, Any]:
        return {"verification": audit_nightly.last_verification()}

    def empty_state(self) -> EmptyState:
        return EmptyState(gettext("No actions in this period"), gettext("Widen the dates to see earlier ones."))

    def rows(self) -> QuerySet[AuditEntry]:
        window, wanted = self.filters.window, self.filters.cleaned
        rows = visible(AuditEntry.objects.filter(at__gte=window.start, at__lt=window.end), self.caller)
        if "channel" in wanted:
            rows = rows.filter(channel=wanted["channel"])
        if "act" in wanted:
            rows = rows.filter(act=wanted["act"])
        if "q" in wanted:
            # Addresses are written down by their keys, names as they are.
            text, key = wanted["q"], key_or_text(wanted["q"]).text
            in_words = Q(actor__icontains=text) | Q(target__icontains=text)
            rows = rows.filter(in_words | Q(actor__icontains=key) | Q(target__icontains=key))
        return rows
