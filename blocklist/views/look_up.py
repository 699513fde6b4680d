"""The look-up of one address, and the account's whitelist."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from accounts.console.act_page import ActPage
from accounts.console.views import ConsoleView
from accounts.mail.addresses import key_of
from blocklist import blocking, forms, queries
from blocklist.models import BlockedAddress
from blocklist.views import paths


class LookUpAddress(ConsoleView):
    """Is an address blocked, by what, since when, until when, and because of which mail?"""

    right = "blocklist.view"
    title = gettext_lazy("Look up an address")
    nav = paths.LIST
    template_name = "blocklist/look_up.html"

    def parent(self) -> tuple[str, str]:
        return str(paths.TITLE), reverse(paths.LIST)

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("address", "")
        try:
            address = key_of(asked) if asked.strip() else None
        except ValueError as error:
            return self.render({"asked": asked, "wrong": str(error)}, status=422)
        answers = queries.look_up(self.caller, address) if address else []
        binding = [answer for answer in answers if answer.in_force and not answer.exempt]
        return self.page(
            asked=asked,
            address=address.text if address else "",
            answers=answers,
            blocked=bool(binding),
            domains=[answer.row.sender_domain for answer in binding],
            rejects_only=bool(binding) and all(answer.row.kind == BlockedAddress.Kind.REJECT for answer in binding),
            may_edit=self.caller.may("blocklist.edit"),
        )


class WhitelistAddress(ActPage):
    """Whitelist an address that the platform blocks because of another account's mail."""

    right = "blocklist.edit"
    nav = paths.LIST

    def act(self, **kwargs: Any) -> str:
        form = forms.WhitelistForm(self.request.POST)
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        exemption = blocking.whitelist(self.caller, address=self.request.POST.get("address", ""), reason=reason)
        self.say(gettext("%(address)s is whitelisted: your account can send to it.") % {"address": exemption.address})
        return paths.look_up(exemption.address)


class UnwhitelistAddress(ActPage):
    """Take an address off the account's whitelist: the platform's block holds again."""

    right = "blocklist.edit"
    nav = paths.LIST

    def act(self, **kwargs: Any) -> str:
        blocking.unwhitelist(self.caller, address=self.request.POST.get("address", ""))
        self.say(gettext("The address is no longer whitelisted."))
        return self.back()
