"""The forms of templates, reviews and forbidden phrases."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils import formats
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from accounts.console.filters import Filters
from templates_app.models import Template, Version
from templates_app.queries import ARCHIVED

HTML, TEXT = "html", "text"
_NO_BODY = gettext_lazy("Enter the body here, or upload a file.")
_AREA = {"spellcheck": "false", "autocomplete": "off"}


class TemplateForm(forms.Form):
    """A template's content; an uploaded file takes the place of what was typed."""

    name = forms.CharField(
        label=gettext_lazy("Template name"),
        max_length=100,
        help_text=gettext_lazy("Internal name; recipients do not see it."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Template type"),
        choices=[(HTML, "HTML"), (TEXT, gettext_lazy("Plain text"))],
        initial=HTML,
        widget=forms.RadioSelect,
    )
    summary = forms.CharField(
        label=gettext_lazy("Email summary"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Tells the reviewer what the email is for."),
    )
    file = forms.FileField(
        label=gettext_lazy("Upload a file"),
        required=False,
        help_text=gettext_lazy("An .html or .txt file in UTF-8. It replaces the body below."),
        widget=forms.FileInput(attrs={"accept": ".html,.htm,.txt,text/html,text/plain"}),
    )
    html = forms.CharField(
        label=gettext_lazy("HTML body"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs=_AREA | {"rows": 18}),
        help_text=gettext_lazy(
            "Write variables as {{name}}. Links need a fixed domain: https://shop.example.com/{{path}}."
        ),
    )
    text = forms.CharField(
        label=gettext_lazy("Plain text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs=_AREA | {"rows": 8}),
        help_text=gettext_lazy(
            "For recipients who do not see HTML. If you leave it empty, it is made from the HTML body."
        ),
    )

    # The other body's field is hidden, and browsers refuse to submit a form with a hidden required field.
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        body = self.fields[TEXT if self["kind"].value() == TEXT else HTML]
        body.required = not self.files.get("file")
        body.error_messages["required"] = _NO_BODY

    @staticmethod
    def initial_for(template: Template, version: Version) -> dict[str, Any]:
        """Return the initial values for an existing version."""
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
            self._read_file(file, kind, given)
        if kind == TEXT:
            given[HTML] = ""
        if not self.errors and not str(given[kind]).strip():
            self.add_error(kind, _NO_BODY)
        return given

    def _read_file(self, file: UploadedFile, kind: str, given: dict[str, Any]) -> None:
        """Put the file's text in the place of the body of this kind, or an error at the field."""
        max_bytes = settings.RULES.template_max_bytes
        size = file.size or 0
        if size > max_bytes:
            values = {
                "size": formats.number_format(size, force_grouping=True),
                "limit": formats.number_format(max_bytes, force_grouping=True),
            }
            self.add_error("file", gettext("The file has %(size)s bytes; at most %(limit)s are allowed.") % values)
            return
        content = file.read()
        try:
            body = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            place = formats.number_format(error.start + 1, force_grouping=True)
            message = gettext("The file is not UTF-8 text (byte %(place)s). Save it as UTF-8 and upload it again.")
            self.add_error("file", message % {"place": place})
            return
        given[kind] = body
        # The file's text goes into the form's data, so that it is not lost when another field has an error.
        assert isinstance(self.data, QueryDict)
        data = self.data.copy()
        data[kind] = body
        self.data = data


class SensitiveForm(forms.Form):
    """Which variables are sensitive."""

    names = forms.MultipleChoiceField(
        label=gettext_lazy("Variables"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )

    def __init__(self, *args: Any, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["names"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(name, name) for name in names]


class TemplateFilters(Filters):
    """Narrow the list of templates."""

    state = forms.ChoiceField(
        label=gettext_lazy("Status"),
        choices=[
            ("", gettext_lazy("Any but archived")),
            *Template.State.choices,
            (ARCHIVED, gettext_lazy("Archived")),
        ],
    )
    q = forms.CharField(
        label=gettext_lazy("Search"),
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("Name or ID")}),
    )


class DecisionForm(forms.Form):
    """A reviewer's reason; the quick reasons are the screening's findings and a list of common ones.

    Quick reasons are stored in English and translated for each reader.
    """

    QUICK = (
        gettext_noop("The fixed text does not show what the email is for."),
        gettext_noop("The content looks like advertising without a way to unsubscribe."),
        gettext_noop("The email could be mistaken for another company's."),
        gettext_noop("A link leads to a domain that is unrelated to the sender."),
    )

    quick = forms.MultipleChoiceField(
        label=gettext_lazy("Quick reasons"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason (required to reject)"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("The author sees it as you write it."),
    )

    def __init__(self, *args: Any, found: list[tuple[str, str]], **kwargs: Any) -> None:
        """Take the findings as pairs: the message in English, as it is stored, and in the reader's language."""
        super().__init__(*args, **kwargs)
        quick = self.fields["quick"]
        assert isinstance(quick, forms.MultipleChoiceField)
        quick.choices = list(dict([*found, *((reason, gettext(reason)) for reason in self.QUICK)]).items())

    @property
    def full_reason(self) -> str:
        """Return the whole reason: the quick ones, then what was typed."""
        return "\n".join([*self.cleaned_data["quick"], self.cleaned_data["reason"].strip()]).strip()


class ForbiddenPhraseForm(forms.Form):
    """A forbidden phrase."""

    category = forms.CharField(label=gettext_lazy("Category"), max_length=60)
    phrase = forms.CharField(label=gettext_lazy("Phrase"), max_length=100)


def _unix(text: str) -> str:
    """Return the text with the CRLF line ends that browsers send turned into LF."""
    return text.replace("\r\n", "\n")
