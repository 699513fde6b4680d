"""The forms of templates, reviews and forbidden phrases."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from accounts.console.filters import Filters
from templates_app.models import Template, Version

HTML, TEXT = "html", "text"
_NO_BODY = "Write the body here, or upload a file."
_AREA = {"spellcheck": "false", "autocomplete": "off"}


class TemplateForm(forms.Form):
    """A template's content; an uploaded file takes the place of what was typed."""

    name = forms.CharField(label="Template name", max_length=100, help_text="For your lists only.")
    kind = forms.ChoiceField(
        label="Template type", choices=[(HTML, "HTML"), (TEXT, "Plain text")], initial=HTML, widget=forms.RadioSelect
    )
    summary = forms.CharField(
        label="Email summary", max_length=200, required=False, help_text="What the mail is for, for the reviewer."
    )
    file = forms.FileField(
        label="Upload a file",
        required=False,
        help_text="An .html or .txt file in UTF-8; it replaces the body below.",
        widget=forms.FileInput(attrs={"accept": ".html,.htm,.txt,text/html,text/plain"}),
    )
    html = forms.CharField(
        label="HTML body",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs=_AREA | {"rows": 18}),
        help_text="Variables are written {{name}}. Links need a fixed domain: https://shop.example.com/{{path}}.",
    )
    text = forms.CharField(
        label="Plain text",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs=_AREA | {"rows": 8}),
        help_text="For readers who do not see HTML; made from the HTML body when left empty.",
    )

    # The other body's field is hidden, and browsers refuse to submit a form with a hidden required field.
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        body = self.fields[TEXT if self["kind"].value() == TEXT else HTML]
        body.required = not self.files.get("file")
        body.error_messages["required"] = _NO_BODY

    @staticmethod
    def of(template: Template, version: Version) -> dict[str, Any]:
        """Return what the form starts with for a version that exists."""
        return {
            "name": template.name,
            "kind": HTML if version.html else TEXT,
            "summary": version.summary,
            "html": version.html,
            "text": version.text,
        }

    @property
    def bodies(self) -> tuple[str, str]:
        """Return HTML and text as the form holds them, valid or not."""
        kind = self["kind"].value()
        html, text = (_unix(str(self[name].value() or "")) for name in (HTML, TEXT))
        return ("" if kind == TEXT else html), text

    def clean_html(self) -> str:
        return _unix(self.cleaned_data["html"])

    def clean_text(self) -> str:
        return _unix(self.cleaned_data["text"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        kind = given.get("kind", HTML)
        file = given.get("file")
        if file:
            self._take(file, kind, given)
        if kind == TEXT:
            given[HTML] = ""
        if not self.errors and not str(given[kind]).strip():
            self.add_error(kind, _NO_BODY)
        return given

    def _take(self, file: UploadedFile, kind: str, given: dict[str, Any]) -> None:
        max_bytes = settings.RULES.template_max_bytes
        if (file.size or 0) > max_bytes:
            self.add_error("file", f"The file has {file.size:,} bytes; at most {max_bytes:,} are allowed.")
            return
        content = file.read()
        try:
            body = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            place = f"byte {error.start + 1:,}"
            self.add_error("file", f"The file is not UTF-8 text ({place}). Save it as UTF-8 and upload again.")
            return
        given[kind] = body
        # The file's text goes into the form's data, so that it is not lost when another field has an error.
        assert isinstance(self.data, QueryDict)
        data = self.data.copy()
        data[kind] = body
        self.data = data


class TemplateFilters(Filters):
    """Narrow the list of templates."""

    state = forms.ChoiceField(label="Status", choices=[("", "Any"), *Template.State.choices])
    q = forms.CharField(
        label="Search", max_length=100, widget=forms.TextInput(attrs={"type": "search", "placeholder": "Name or ID"})
    )


class DecisionForm(forms.Form):
    """A reviewer's reason; the quick reasons are the screening's findings and a list of common ones."""

    QUICK = (
        "The fixed text does not show what the mail is for.",
        "The content looks like advertising without a way to unsubscribe.",
        "The mail could be taken for one of another company.",
        "A link leads to a domain that has nothing to do with the sender.",
    )

    quick = forms.MultipleChoiceField(
        label="Quick reasons", required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})
    )
    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Needed to reject; the author reads it as it stands.",
    )

    def __init__(self, *args: Any, found: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        quick = self.fields["quick"]
        assert isinstance(quick, forms.MultipleChoiceField)
        quick.choices = [(reason, reason) for reason in dict.fromkeys([*found, *self.QUICK])]

    @property
    def full_reason(self) -> str:
        """Return the whole reason: the quick ones, then what was typed."""
        return "\n".join([*self.cleaned_data["quick"], self.cleaned_data["reason"].strip()]).strip()


class ForbiddenPhraseForm(forms.Form):
    """A forbidden phrase."""

    category = forms.CharField(label="Category", max_length=60)
    phrase = forms.CharField(label="Phrase", max_length=100)


def _unix(text: str) -> str:
    """Return the text with the CRLF line ends that browsers send turned into LF."""
    return text.replace("\r\n", "\n")
