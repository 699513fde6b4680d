"""Pages of sender addresses."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from accounts.console.act_page import ActPage
from accounts.console.bulk import BulkAction, BulkPage
from accounts.console.forms import FormPage
from accounts.console.lists import BulkBar, Button, Column, EmptyState, ListPage
from accounts.errors import Refused
from accounts.mail.addresses import key_or_text
from accounts.scoping import get_visible_or_404, visible
from domains import addresses, queries
from domains.forms import AddressForm, SenderAddressFilters
from domains.models import SenderAddress, SenderDomain

ADDRESSES = "domains:addresses"


BULK = (
    BulkAction(
        "delete",
        gettext_lazy("Delete"),
        lambda caller, address: addresses.delete(caller, address=address),
        gettext_lazy("Delete these sender addresses?"),
        gettext_lazy("Programs can no longer send from them. Email already accepted still goes out."),
        icon="trash",
        is_danger=True,
    ),
)


class BulkAddresses(BulkPage):
    """Delete many sender addresses."""

    right = "addresses.edit"
    nav = ADDRESSES
    actions = BULK

    def rows(self) -> QuerySet[SenderAddress]:
        return visible(SenderAddress.objects.all(), self.caller)


class SenderAddressList(ListPage):
    """The account's sender addresses."""

    right = "domains.view"
    title = gettext_lazy("Sender Address")
    nav = ADDRESSES
    template_name = "domains/addresses.html"
    filters_class = SenderAddressFilters
    csv_name = "sender_addresses"
    intro = gettext_lazy("The addresses your email can come from. They can be used immediately.")
    columns = (
        Column("address", gettext_lazy("Sender address"), "address", kind="mono"),
        Column("sender_name", gettext_lazy("Sender name"), "name"),
        Column("domain", gettext_lazy("Domain status"), lambda row: SenderDomain.State(row.domain.state), kind="badge",
               csv=lambda row: row.domain.state),
        Column("created_at", gettext_lazy("Created"), "created_at", kind="time"),
    )  # fmt: skip

    def empty_state(self) -> EmptyState:
        """Say what has to be there first."""
        action = self.primary()
        return EmptyState(
            gettext("No sender address yet"),
            gettext("Each address belongs to a verified sender domain."),
            *((action.label, action.url) if action else ()),
        )

    def rows(self) -> QuerySet[SenderAddress]:
        wanted = self.filters.cleaned
        rows = visible(SenderAddress.objects.select_related("domain"), self.caller)
        rows = rows.defer("smtp_password", "domain__dkim_private_key")
        if "domain" in wanted:
            rows = rows.filter(domain=wanted["domain"])
        if "q" in wanted:
            address = key_or_text(wanted["q"]).text
            rows = rows.filter(Q(address__icontains=address) | Q(name__icontains=wanted["q"]))
        return rows

    def bulk(self) -> BulkBar | None:
        return BulkBar(reverse("domains:addresses_bulk"), BULK) if self.caller.may("addresses.edit") else None

    def primary(self) -> Button | None:
        if not self.caller.may("addresses.edit"):
            return None
        return Button(gettext("Create sender address"), reverse("domains:address_create"))


class CreateAddress(FormPage):
    """A new sender address."""

    right = "addresses.edit"
    title = gettext_lazy("Create sender address")
    nav = ADDRESSES
    template_name = "domains/address_form.html"
    form_class = AddressForm
    submit_label = gettext_lazy("Create")
    success = gettext_lazy("Address created. It can be used immediately.")

    def parent(self) -> tuple[str, str]:
        return gettext("Sender Address"), reverse(ADDRESSES)

    def initial(self) -> dict[str, Any]:
        return {"domain": self.request.GET.get("domain", "")}

    def form_kwargs(self) -> dict[str, Any]:
        return {"caller": self.caller}

    def context(self, form: AddressForm) -> dict[str, Any]:
        return super().context(form) | {"has_domain": queries.sending_domains(self.caller).exists()}

    def act(self, form: AddressForm) -> str:
        given = form.cleaned_data
        try:
            addresses.create(self.caller, address=f"{given['local']}@{given['domain'].name}", name=given["name"])
        except Refused as refusal:
            # The page asks for the address in two fields.
            field = "local" if refusal.field == "address" else refusal.field
            raise Refused(refusal.code, refusal.message, field=field) from None
        return reverse(ADDRESSES)


class DeleteAddress(ActPage):
    """Delete a sender address."""

    right = "addresses.edit"
    nav = ADDRESSES

    def act(self, **kwargs: Any) -> str:
        address = get_visible_or_404(SenderAddress.objects.all(), self.caller, pk=kwargs["pk"])
        addresses.delete(self.caller, address=address)
        self.say(gettext("%(name)s was deleted.") % {"name": address.address})
        return reverse(ADDRESSES)
