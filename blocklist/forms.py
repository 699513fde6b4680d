"""The forms of the blocklist's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext, gettext_lazy

from accounts.console.filters import Filters
from accounts.csv.decoding import decode
from accounts.mail.addresses import key_or_text

_DATE_INPUT = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_EXAMPLE = "ann@example.com\nbob@example.com,2027-01-31"
_EXPIRES_HELP = gettext_lazy(
    "The block expires when that day begins (UTC). Leave it empty for a block that never expires."
)


class BlockFilters(Filters):
    """How the address begins."""

    address = forms.CharField(
        max_length=254, label=gettext_lazy("Address begins with"), widget=forms.TextInput(attrs={"type": "search"})
    )

    def clean_address(self) -> str:
        """Return a whole address by its key; the beginning of one in lower case, as keys are."""
        return key_or_text(str(self.cleaned_data["address"])).text


class AddBlockForm(forms.Form):
    """One address for the account's own list."""

    address = forms.CharField(
        label=gettext_lazy("Address"), max_length=320, strip=False, widget=forms.TextInput(attrs={"inputmode": "email"})
    )
    expires = forms.DateField(
        label=gettext_lazy("Blocked until"), required=False, widget=_DATE_INPUT, help_text=_EXPIRES_HELP
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("For you and your colleagues."),
    )


class ImportBlocksForm(forms.Form):
    """A list of addresses, as a file or as text; `encoding` is that of the file, "" for none."""

    encoding = ""

    file = forms.FileField(label=gettext_lazy("CSV file"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Or paste the list"),
        required=False,
        # The lines are counted as they were pasted.
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "class": "mono", "placeholder": _EXAMPLE}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Stored with every address that has no reason of its own in the list."),
    )
    dry_run = forms.BooleanField(label=gettext_lazy("Check the list without importing it"), required=False)

    def clean_file(self) -> str:
        """Return the file's text."""
        file: UploadedFile | None = self.cleaned_data["file"]
        if not file:
            return ""
        if (file.size or 0) > settings.RULES.request_max_bytes:
            raise forms.ValidationError(gettext("The file is too large. Split it into several files."))
        try:
            decoded = decode(file.read())
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None
        self.encoding = decoded.encoding
        return decoded.text

    def clean(self) -> dict[str, Any]:
        """Take exactly one of file and text."""
        cleaned = super().clean() or self.cleaned_data
        file, text = cleaned.get("file", ""), cleaned.get("text", "")
        if file and text:
            self.add_error("text", gettext("Use either the file or the text, not both."))
        elif not self.errors and not (file or text).strip():
            self.add_error("file", gettext("Choose a file, or paste the addresses below."))
        return cleaned


class BlockExpiryForm(forms.Form):
    """When an entry ends."""

    expires = forms.DateField(
        label=gettext_lazy("Blocked until"), required=False, widget=_DATE_INPUT, help_text=_EXPIRES_HELP
    )


class WhitelistForm(forms.Form):
    """Why mail may go to an address that the platform blocks."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, required=False)
