"""The blocklist's pages: three lists, the look-up of one address, and the acts on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from accounts.console.act_page import ActPage
from accounts.console.forms import FormPage
from accounts.console.lists import Button, Column, EmptyState, ListPage
from accounts.console.views import ConsoleView
from accounts.errors import Refused
from accounts.mail.addresses import key_of
from accounts.scoping import get_visible_or_404, visible
from blocklist import blocking, custom, entries, forms, queries
from blocklist.models import BlockedAddress, Exemption

Kind = BlockedAddress.Kind
NAV = "blocklist:list"
TITLE = gettext_lazy("Blocklist")

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
            "Recipients who unsubscribed from a sender domain or reported its email as spam. "
            "That domain no longer sends to them."
        ),
        EmptyState(
            gettext_lazy("Nobody has rejected your email"),
            gettext_lazy("Recipients who unsubscribe or complain are listed here."),
        ),
    ),
    Kind.CUSTOM: (
        gettext_lazy("Your own list: your account does not send to these addresses."),
        EmptyState(
            gettext_lazy("Your own list is empty"), gettext_lazy("Add addresses one by one, or import a list as CSV.")
        ),
    ),
}

_ADDRESS = Column("address", gettext_lazy("Address"), "address", "mono", href=lambda row: _look_up_url(row.address))
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
    title = TITLE
    nav = NAV
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


class LookUpAddress(ConsoleView):
    """Is an address blocked, by what, since when, until when, and because of which mail?"""

    right = "blocklist.view"
    title = gettext_lazy("Look up an address")
    nav = NAV
    template_name = "blocklist/look_up.html"

    def parent(self) -> tuple[str, str]:
        return str(TITLE), reverse(NAV)

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("address", "")
        try:
            address = key_of(asked) if asked.strip() else ""
        except ValueError as error:
            return self.render({"asked": asked, "wrong": str(error)}, status=422)
        answers = queries.look_up(self.caller, address) if address else []
        binding = [answer for answer in answers if answer.in_force and not answer.exempt]
        return self.page(
            asked=asked,
            address=address,
            answers=answers,
            blocked=bool(binding),
            domains=[answer.row.sender_domain for answer in binding],
            rejects_only=bool(binding) and all(answer.row.kind == Kind.REJECT for answer in binding),
            may_edit=self.caller.may("blocklist.edit"),
        )


class AddBlock(FormPage):
    """One address for the account's own list."""

    right = "blocklist.edit"
    title = gettext_lazy("Block an address")
    nav = NAV
    form_class = forms.AddBlockForm
    submit_label = gettext_lazy("Block")
    success = gettext_lazy("Address blocked.")

    def parent(self) -> tuple[str, str]:
        return str(TITLE), _list_url(Kind.CUSTOM)

    def act(self, form: Any) -> str:
        custom.add(self.caller, **form.cleaned_data)
        return _list_url(Kind.CUSTOM)


class ImportBlocks(FormPage):
    """A list of addresses; the page after it lists every line that was rejected."""

    right = "blocklist.edit"
    title = gettext_lazy("Import addresses to block")
    nav = NAV
    template_name = "blocklist/import.html"
    form_class = forms.ImportBlocksForm
    submit_label = gettext_lazy("Import")

    def parent(self) -> tuple[str, str]:
        return str(TITLE), _list_url(Kind.CUSTOM)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = forms.ImportBlocksForm(request.POST, request.FILES)
        if form.is_valid():
            given = form.cleaned_data
            reading = entries.read(given["file"] or given["text"], today=datetime.now(UTC).date())
            try:
                done = custom.import_list(
                    self.caller, reading=reading, reason=given["reason"], dry_run=given["dry_run"]
                )
            except Refused as refusal:
                form.add_error("file" if given["file"] else "text", refusal.message)
            else:
                return self.render(self.context(form) | {"done": asdict(done), "dry_run": given["dry_run"]})
        return self.render(self.context(form), status=422)


class CustomBlockPage(FormPage):
    """A form about one row of the account."""

    right = "blocklist.edit"
    nav = NAV
    row: BlockedAddress

    def parent(self) -> tuple[str, str]:
        return str(TITLE), _list_url(Kind(self.row.kind))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        caller = getattr(request, "caller", None)
        if caller and caller.may(self.right):
            self.row = get_visible_or_404(BlockedAddress.objects.filter(kind=Kind.CUSTOM), caller, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)


class ChangeBlockExpiry(CustomBlockPage):
    """Modify when an entry of the account's own list ends."""

    form_class = forms.BlockExpiryForm
    success = gettext_lazy("Expiry changed.")

    def page_title(self) -> str:
        return gettext("Expiry of %(address)s") % {"address": self.row.address}

    def initial(self) -> dict[str, Any]:
        return {"expires": self.row.expires_at.astimezone(UTC).date() if self.row.expires_at else None}

    def act(self, form: Any) -> str:
        custom.change_expiry(self.caller, row=self.row, expires=form.cleaned_data["expires"])
        return _list_url(Kind.CUSTOM)


class RemoveBlock(ActPage):
    """Release one address of the account's lists."""

    right = "blocklist.edit"
    nav = NAV

    def act(self, **kwargs: Any) -> str:
        row = get_visible_or_404(BlockedAddress.objects.all(), self.caller, pk=kwargs["pk"])
        blocking.remove(self.caller, row=row)
        self.say(gettext("%(address)s is no longer blocked.") % {"address": row.address})
        return self.back()


class WhitelistAddress(ActPage):
    """Whitelist an address that the platform blocks because of another account's mail."""

    right = "blocklist.edit"
    nav = NAV

    def act(self, **kwargs: Any) -> str:
        form = forms.WhitelistForm(self.request.POST)
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        exemption = blocking.whitelist(self.caller, address=self.request.POST.get("address", ""), reason=reason)
        self.say(gettext("%(address)s is whitelisted: your account can send to it.") % {"address": exemption.address})
        return _look_up_url(exemption.address)


class UnwhitelistAddress(ActPage):
    """Take an address off the account's whitelist: the platform's block holds again."""

    right = "blocklist.edit"
    nav = NAV

    def act(self, **kwargs: Any) -> str:
        blocking.unwhitelist(self.caller, address=self.request.POST.get("address", ""))
        self.say(gettext("The address is no longer whitelisted."))
        return self.back()


def _list_url(kind: Kind) -> str:
    return f"{reverse(NAV)}?kind={kind.value}"


def _look_up_url(address: str) -> str:
    return reverse("blocklist:look_up", query={"address": address})


def _status(row: BlockedAddress) -> BlockedAddress.Status:
    over = row.expires_at is not None and row.expires_at <= datetime.now(UTC)
    return BlockedAddress.Status.EXPIRED if over else BlockedAddress.Status.ACTIVE
