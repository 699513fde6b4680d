"""The list of forbidden phrases."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.console.forms import FormPage
from templates_app import words
from templates_app.forms import WordForm


class Words(FormPage):
    """The phrases by category, forms to add and remove one."""

    right = "templates.review"
    title = "Forbidden phrases"
    nav = "templates:review_queue"
    template_name = "templates_app/words.html"
    form_class = WordForm
    submit_label = "Add phrase"

    def context(self, form: WordForm) -> dict[str, Any]:
        self.parent = ("Review Queue", reverse(self.nav))
        groups = groupby(words.listed(), key=lambda word: word.category)
        return super().context(form) | {
            "categories": [(category, list(phrases)) for category, phrases in groups],
            "may_change": self.caller.may(words.CHANGE),
        }

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if "remove" not in request.POST:
            return super().post(request, **kwargs)
        self.caller.require(words.CHANGE)
        wanted = request.POST["remove"]
        word = words.listed().filter(pk=wanted).first() if wanted.isdecimal() and len(wanted) < 19 else None
        if word:
            words.remove(self.caller, word=word)
            messages.success(request, f"“{word.phrase}” is off the list.")
        return HttpResponseRedirect(reverse("templates:words"))

    def act(self, form: WordForm) -> str:
        word = words.add(self.caller, **form.cleaned_data)
        self.success = f"“{word.phrase}” is on the list from now on."
        return reverse("templates:words")
