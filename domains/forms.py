"""The forms of sender domains and sender addresses."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.caller import Caller
from accounts.console.filters import Filters
from accounts.mail.host_names import MAX_LENGTH
from domains import queries
from domains.models import SenderDomain


class SenderDomainFilters(Filters):
    """By state and by a part of the name."""

    state = forms.ChoiceField(
        label=gettext_lazy("Status"), choices=[("", gettext_lazy("Any")), *SenderDomain.State.choices]
    )
    q = forms.CharField(
        label=gettext_lazy("Domain contains"), max_length=253, widget=forms.TextInput(attrs={"type": "search"})
    )


class DomainForm(forms.Form):
    """A new sender domain."""

    name = forms.CharField(
        label=gettext_lazy("Domain"),
        max_length=MAX_LENGTH,
        help_text=gettext_lazy(
            "We recommend a subdomain such as mail.example.com: it does not affect the mailboxes of example.com."
        ),
        widget=forms.TextInput(attrs={"placeholder": "mail.example.com", "autocomplete": "off", "spellcheck": "false"}),
    )
    dkim_option = forms.TypedChoiceField(
        label=gettext_lazy("DKIM key"),
        coerce=int,
        choices=[
            (SenderDomain.DkimOption.RSA_2048, gettext_lazy("2048 bit (recommended)")),
            (SenderDomain.DkimOption.RSA_1024, gettext_lazy("1024 bit, for DNS hosts that do not accept long values")),
        ],
        initial=SenderDomain.DkimOption.RSA_2048,
        widget=forms.RadioSelect,
    )


class SenderAddressFilters(Filters):
    """By domain and by a part of address or name."""

    domain = forms.ModelChoiceField(
        label=gettext_lazy("Sender domain"),
        queryset=SenderDomain.objects.none(),
        to_field_name="name",
        empty_label=gettext_lazy("Any"),
    )
    q = forms.CharField(
        label=gettext_lazy("Address or name contains"), max_length=254, widget=forms.TextInput(attrs={"type": "search"})
    )

    def __init__(self, *args: Any, caller: Caller, **kwargs: Any) -> None:
        super().__init__(*args, caller=caller, **kwargs)
        domain = self.fields["domain"]
        assert isinstance(domain, forms.ModelChoiceField)
        domain.queryset = queries.domains(caller)


class AddressForm(forms.Form):
    """A new sender address on a domain that may send."""

    domain = forms.ModelChoiceField(
        label=gettext_lazy("Sender domain"),
        queryset=SenderDomain.objects.none(),
        empty_label=None,
        help_text=gettext_lazy("Verified domains only."),
    )
    local = forms.CharField(
        label=gettext_lazy("Email prefix"),
        max_length=64,
        help_text=gettext_lazy("The part before the @, such as notice or news."),
        widget=forms.TextInput(
            attrs={"placeholder": gettext_lazy("notice"), "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    name = forms.CharField(
        label=gettext_lazy("Sender name"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Shown to recipients before the address. It cannot contain a colon."),
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("Example Shop")}),
    )

    def __init__(self, *args: Any, caller: Caller, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        domain = self.fields["domain"]
        assert isinstance(domain, forms.ModelChoiceField)
        domain.queryset = queries.sending_domains(caller)
