"""The forms of sender domains and sender addresses."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.caller import Caller
from accounts.console.filters import Filters
from accounts.mail.host_names import MAX_LENGTH
from domains import queries
from domains.models import SenderDomain


class SenderDomainFilters(Filters):
    """By state and by a part of the name."""

    state = forms.ChoiceField(label="Status", choices=[("", "Any"), *SenderDomain.State.choices])
    q = forms.CharField(label="Domain contains", max_length=253, widget=forms.TextInput(attrs={"type": "search"}))


class DomainForm(forms.Form):
    """A new sender domain."""

    name = forms.CharField(
        label="Domain",
        max_length=MAX_LENGTH,
        help_text="A sub-domain such as mail.example.com is best: the mailboxes of example.com stay as they are.",
        widget=forms.TextInput(attrs={"placeholder": "mail.example.com", "autocomplete": "off", "spellcheck": "false"}),
    )
    dkim_option = forms.TypedChoiceField(
        label="DKIM key",
        coerce=int,
        choices=[
            (SenderDomain.DkimOption.RSA_2048, "2048 bit (advised)"),
            (SenderDomain.DkimOption.RSA_1024, "1024 bit, for DNS hosts that refuse long texts"),
        ],
        initial=SenderDomain.DkimOption.RSA_2048,
        widget=forms.RadioSelect,
    )


class SenderAddressFilters(Filters):
    """By domain and by a part of address or name."""

    domain = forms.ModelChoiceField(
        label="Sender domain", queryset=SenderDomain.objects.none(), to_field_name="name", empty_label="Any"
    )
    q = forms.CharField(
        label="Address or name contains", max_length=254, widget=forms.TextInput(attrs={"type": "search"})
    )

    def __init__(self, *args: Any, caller: Caller, **kwargs: Any) -> None:
        super().__init__(*args, caller=caller, **kwargs)
        self.fields["domain"].queryset = queries.domains(caller)  # type: ignore[attr-defined]


class AddressForm(forms.Form):
    """A new sender address on a domain that may send."""

    domain = forms.ModelChoiceField(
        label="Sender domain",
        queryset=SenderDomain.objects.none(),
        empty_label=None,
        help_text="Verified domains only.",
    )
    local = forms.CharField(
        label="Email prefix",
        max_length=64,
        help_text="What stands before the @, as in notice or news.",
        widget=forms.TextInput(attrs={"placeholder": "notice", "autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label="Sender name",
        max_length=100,
        required=False,
        help_text="Shown to recipients before the address. No colon.",
        widget=forms.TextInput(attrs={"placeholder": "Example Shop"}),
    )

    def __init__(self, *args: Any, caller: Caller, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["domain"].queryset = queries.sending_domains(caller)  # type: ignore[attr-defined]
