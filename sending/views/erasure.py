"""The page that erases one person's data."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from accounts.caller import platform_staff
from accounts.console.forms import FormPage
from sending import erasure
from sending.forms import ErasureForm

NAV = "sending:erase"


class ErasePerson(FormPage):
    """One address; what its account has of it, or all accounts, is erased."""

    right = erasure.RIGHT
    title = gettext_lazy("Erase personal data")
    nav = NAV
    form_class = ErasureForm
    submit_label = gettext_lazy("Erase")
    intro = gettext_lazy(
        "For a person who asks for it. In emails, events and lists a hash takes the place of the address; what the "
        "emails said and what servers answered is erased. Figures stay, and so do blocks: whoever unsubscribed gets "
        "no email again. The audit log keeps what people did, with the addresses they entered."
    )

    def form_kwargs(self) -> dict[str, Any]:
        return {"may_everywhere": self.caller.may("platform.manage")}

    def act(self, form: ErasureForm) -> str:
        address = form.cleaned_data["address"]
        if form.cleaned_data.get("everywhere"):
            erased = erasure.erase_everywhere(platform_staff(self.caller), address=address)
        else:
            erased = erasure.erase(self.caller, address=address)
        said = gettext("Erased. Emails: %(emails)d. Entries of blocklists: %(blocks)d.")
        messages.success(self.request, said % {"emails": erased.emails, "blocks": erased.blocks})
        if erased.waiting:
            still = gettext("Emails that still wait to be sent: %(count)d. Erase again once they are done with.")
            messages.warning(self.request, still % {"count": erased.waiting})
        return reverse(NAV)
