"""The account's own list: add an address, import a list, change an expiry."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy

from accounts.console.forms import FormPage
from accounts.errors import Refused
from accounts.scoping import get_visible_or_404
from blocklist import custom, entries, forms
from blocklist.models import BlockedAddress
from blocklist.views import paths

Kind = BlockedAddress.Kind


class _CustomBlockPage(FormPage):
    right = "blocklist.edit"
    nav = paths.LIST

    def parent(self) -> tuple[str, str]:
        return str(paths.TITLE), paths.list_of(Kind.CUSTOM)


class AddBlock(_CustomBlockPage):
    """One address for the account's own list."""

    title = gettext_lazy("Block an address")
    form_class = forms.AddBlockForm
    submit_label = gettext_lazy("Block")
    success = gettext_lazy("Address blocked.")

    def act(self, form: Any) -> str:
        custom.add(self.caller, **form.cleaned_data)
        return paths.list_of(Kind.CUSTOM)


class ImportBlocks(_CustomBlockPage):
    """A list of addresses; the page after it lists every line that was rejected."""

    title = gettext_lazy("Import addresses to block")
    template_name = "blocklist/import.html"
    form_class = forms.ImportBlocksForm
    submit_label = gettext_lazy("Import")

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = forms.ImportBlocksForm(request.POST, request.FILES)
        if form.is_valid():
            given = form.cleaned_data
            parsed = entries.parse(given["file"] or given["text"], today=datetime.now(UTC).date())
            try:
                done = custom.import_list(self.caller, parsed=parsed, reason=given["reason"], dry_run=given["dry_run"])
            except Refused as refusal:
                form.add_error("file" if given["file"] else "text", refusal.message)
            else:
                answer = {"done": asdict(done), "sheet": parsed.sheet, "encoding": form.encoding}
                return self.render(self.context(form) | answer | {"dry_run": given["dry_run"]})
        return self.render(self.context(form), status=422)


class ChangeBlockExpiry(_CustomBlockPage):
    """Modify when an entry of the account's own list ends."""

    form_class = forms.BlockExpiryForm
    success = gettext_lazy("Expiry changed.")

    @cached_property
    def row(self) -> BlockedAddress:
        """The entry of the account, or 404."""
        return get_visible_or_404(BlockedAddress.objects.filter(kind=Kind.CUSTOM), self.caller, pk=self.kwargs["pk"])

    def page_title(self) -> str:
        return gettext("Expiry of %(address)s") % {"address": self.row.address}

    def initial(self) -> dict[str, Any]:
        return {"expires": self.row.expires_at.astimezone(UTC).date() if self.row.expires_at else None}

    def act(self, form: Any) -> str:
        custom.change_expiry(self.caller, row=self.row, expires=form.cleaned_data["expires"])
        return paths.list_of(Kind.CUSTOM)
