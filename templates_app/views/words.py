"""The list of forbidden phrases."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import Http404
from django.urls import reverse

from accounts.console.acts import ActPage
from accounts.console.forms import FormPage
from templates_app import words
from templates_app.forms import WordForm
from templates_app.models import ForbiddenWord


class Words(FormPage):
    """The phrases by category, and a form to add one."""

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

    def act(self, form: WordForm) -> str:
        word = words.add(self.caller, **form.cleaned_data)
        self.success = f"“{word.phrase}” is on the list from now on."
        return reverse("templates:words")


class Remove(ActPage):
    """Take a phrase off the list."""

    right = words.CHANGE
    nav = "templates:review_queue"

    def act(self, **kwargs: Any) -> str:
        word = ForbiddenWord.objects.filter(**kwargs).first()
        if word is None:
            raise Http404
        words.remove(self.caller, word=word)
        self.say(f"“{word.phrase}” is off the list.")
        return reverse("templates:words")
