"""Pages with one form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.console.views import ConsoleView
from accounts.errors import Forbidden, Refused


def show_refusal(form: forms.Form, refusal: Refused) -> None:
    """Put a refusal at the field it names, or above a form that has no such field."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)


class FormPage(ConsoleView):
    """Shows a form and does one act with it; a refusal is shown at its field, status 422, and nothing typed is lost."""

    template_name = "console/form.html"
    form_class: type[forms.Form]
    submit_label: str | Promise = gettext_lazy("Save")
    # Shown above the fields.
    intro: str | Promise = ""
    # Shown in a toast on the next page.
    success: str | Promise = ""

    def act(self, form: Any) -> str:
        """Do it with `form.cleaned_data` and return the URL to go to."""
        raise NotImplementedError

    def initial(self) -> dict[str, Any]:
        """Return what the empty form starts with."""
        return {}

    def form_kwargs(self) -> dict[str, Any]:
        """Return further arguments of the form class, such as the caller whose rows it offers."""
        return {}

    def cancel_url(self) -> str:
        """Return where the Cancel link leads; "" for no link."""
        parent = self.parent()
        return parent[1] if parent else ""

    def context(self, form: Any) -> dict[str, Any]:
        """Return what the template gets; pages add to it."""
        return {
            "form": form,
            "submit_label": self.submit_label,
            "intro": self.intro,
            "cancel_url": self.cancel_url(),
        }

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.render(self.context(self.form_class(initial=self.initial(), **self.form_kwargs())))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.form_class(request.POST, request.FILES, initial=self.initial(), **self.form_kwargs())
        if form.is_valid():
            try:
                target = self.act(form)
            except Forbidden:
                raise
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                if self.success:
                    messages.success(request, str(self.success))
                return HttpResponseRedirect(target)
        return self.render(self.context(form), status=422)
