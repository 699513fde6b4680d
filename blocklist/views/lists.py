"""The three blocklists on one page, and the release of an address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from accounts.console.act_page import ActPage
from accounts.console.bulk import BulkAction, BulkPage
from accounts.console.lists import BulkBar, Button, Column, EmptyState, ListPage
from accounts.erased_addresses import PREFIX
from accounts.scoping import get_visible_or_404, visible
from blocklist import blocking, forms
from blocklist.models import BlockedAddress, Exemption
from blocklist.views import paths

Kind = BlockedAddress.Kind

# The introduction of each list, and what the page shows while the list is empty.
LIST_TEXTS = {
    Kind.INVALID: (
        gettext_lazy(
            "Addresses that bounced your email because the mailbox does not exist. "
            "Nobody on this platform can send to them until the block expires."
        ),
        EmptyState(
            gettext_lazy("No invalid address yet"),
            gettext_lazy("An address is added when its server says that the mailbox does not exist."),
        ),
    ),
    Kind.REJECT: (
        gettext_lazy(
            "Recipients who unsubscribed from a sender domain, reported its email as spam or blocked it in their "
            "mailbox. That domain no longer sends to them."
        ),
        EmptyState(
            gettext_lazy("Nobody has rejected your email"),
            gettext_lazy("Recipients who unsubscribe, complain or block the sender are listed here."),
        ),
    ),
    Kind.CUSTOM: (
        gettext_lazy("Your own list: your account does not send to these addresses."),
        EmptyState(
            gettext_lazy("Your own list is empty"), gettext_lazy("Add addresses one by one, or import a list as CSV.")
        ),
    ),
}


def _look_up(row: BlockedAddress) -> str:
    # What stands for an erased address is none that could be looked up.
    return "" if row.address.startswith(PREFIX) else paths.look_up(row.address)


_ADDRESS = Column("address", gettext_lazy("Address"), "address", "mono", href=_look_up)
_CAUSE = Column("cause", gettext_lazy("Cause"), lambda row: row.get_cause_display())
_REASON = Column("reason", gettext_lazy("Reason"), "reason")
_SINCE = Column("created_at", gettext_lazy("Blocked since"), "created_at", "time")
_UNTIL = Column("expires_at", gettext_lazy("Expires"), lambda row: row.expires_at, "time")

COLUMNS: dict[str, Sequence[Column]] = {
    Kind.INVALID: (_ADDRESS, _REASON, _SINCE, _UNTIL),
    Kind.REJECT: (_ADDRESS, Column("sender_domain", gettext_lazy("Sender domain"), "sender_domain"), _CAUSE, _SINCE),
    Kind.CUSTOM: (
        _ADDRESS,
        _CAUSE,
        _REASON,
        Column("state", gettext_lazy("Status"), lambda row: _status(row), "badge"),
        _SINCE,
        _UNTIL,
    ),
}


class Blocklist(ListPage):
    """One of the three lists, chosen by `kind`."""

    right = "blocklist.view"
    title = paths.TITLE
    nav = paths.LIST
    template_name = "blocklist/list.html"
    filters_class = forms.BlockFilters

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        asked = request.GET.get("kind", "")
        self.kind = Kind(asked) if asked in Kind.values else Kind.INVALID
        self.columns = COLUMNS[self.kind]
        self.intro = LIST_TEXTS[self.kind][0]
        self.csv_name = f"blocklist-{self.kind}"
        return super().get(request, **kwargs)

    def empty_state(self) -> EmptyState:
        return LIST_TEXTS[self.kind][1]

    def rows(self) -> QuerySet[BlockedAddress]:
        rows = visible(BlockedAddress.objects.all(), self.caller).filter(kind=self.kind)
        begin = self.filters.cleaned.get("address")
        # A range, not LIKE: the index on the address serves it in any collation.
        return rows.filter(address__gte=begin, address__lt=f"{begin}\U0010ffff") if begin else rows

    def primary(self) -> Button | None:
        if self.kind is not Kind.CUSTOM or not self.caller.may("blocklist.edit"):
            return None
        return Button(gettext_lazy("Add an address"), reverse("blocklist:add"))

    def bulk(self) -> BulkBar | None:
        return BulkBar(reverse("blocklist:bulk"), BULK) if self.caller.may("blocklist.edit") else None

    def context(self, rows: Sequence[Any]) -> dict[str, Any]:
        """Return the tabs, and whether the rows may be acted on."""
        return {
            "tabs": [(kind.value, kind.label, kind is self.kind) for kind in Kind],
            "kind": self.kind.value,
            "may_edit": self.caller.may("blocklist.edit"),
            "whitelisted": visible(Exemption.objects.all(), self.caller).order_by("-id")[:50]
            if self.kind is Kind.INVALID
            else (),
        }


BULK = (
    BulkAction(
        "remove",
        gettext_lazy("Remove from the blocklist"),
        lambda caller, row: blocking.remove(caller, row=row),
        gettext_lazy("Remove these addresses from the blocklist?"),
        gettext_lazy(
            "Email to them will be sent again. Who unsubscribed or reported spam asked for no more email: remove such "
            "a block only if the recipient asked to get email again."
        ),
        icon="trash",
        is_danger=True,
    ),
)


class BulkBlocks(BulkPage):
    """Release many addresses of the account's lists."""

    right = "blocklist.edit"
    nav = paths.LIST
    actions = BULK

    def rows(self) -> QuerySet[BlockedAddress]:
        return visible(BlockedAddress.objects.all(), self.caller)

    def name_of(self, row: BlockedAddress) -> str:
        return f"{row.address} ({row.sender_domain})" if row.sender_domain else row.address


class RemoveBlock(ActPage):
    """Release one address of the account's lists."""

    right = "blocklist.edit"
    nav = paths.LIST

    def act(self, **kwargs: Any) -> str:
        row = get_visible_or_404(BlockedAddress.objects.all(), self.caller, pk=kwargs["pk"])
        blocking.remove(self.caller, row=row)
        self.say(gettext("%(address)s is no longer blocked.") % {"address": row.address})
        return self.back()


def _status(row: BlockedAddress) -> BlockedAddress.Status:
    over = row.expires_at is not None and row.expires_at <= datetime.now(UTC)
    return BlockedAddress.Status.EXPIRED if over else BlockedAddress.Status.ACTIVE
