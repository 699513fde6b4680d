"""The list of forbidden phrases."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from accounts.console.forms import FormPage
from templates_app import finding_texts, forbidden_phrases
from templates_app.forms import ForbiddenPhraseForm


class ForbiddenPhrases(FormPage):
    """The phrases by category, forms to add and remove one."""

    right = "templates.review"
    title = gettext_lazy("Forbidden phrases")
    nav = "templates:review_queue"
    template_name = "templates_app/forbidden_phrases.html"
    form_class = ForbiddenPhraseForm
    submit_label = gettext_lazy("Add phrase")

    def parent(self) -> tuple[str, str]:
        return gettext("Review Queue"), reverse(self.nav)

    def context(self, form: ForbiddenPhraseForm) -> dict[str, Any]:
        groups = groupby(forbidden_phrases.listed(), key=lambda row: row.category)
        return super().context(form) | {
            "categories": [(finding_texts.category(category), list(phrases)) for category, phrases in groups],
            "may_change": self.caller.may(forbidden_phrases.CHANGE),
        }

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if "remove" not in request.POST:
            return super().post(request, **kwargs)
        self.caller.require(forbidden_phrases.CHANGE)
        wanted = request.POST["remove"]
        row = forbidden_phrases.listed().filter(pk=wanted).first() if wanted.isdecimal() and len(wanted) < 19 else None
        if row:
            forbidden_phrases.remove(self.caller, row=row)
            messages.success(request, gettext("“%(phrase)s” was removed from the list.") % {"phrase": row.phrase})
        return HttpResponseRedirect(reverse("templates:forbidden_phrases"))

    def act(self, form: ForbiddenPhraseForm) -> str:
        row = forbidden_phrases.add(self.caller, **form.cleaned_data)
        self.success = gettext("“%(phrase)s” was added to the list.") % {"phrase": row.phrase}
        return reverse("templates:forbidden_phrases")
