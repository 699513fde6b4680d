"""Which variables of one template are sensitive."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from accounts.console.forms import FormPage
from accounts.scoping import get_visible_or_404
from templates_app import marking, sensitive_names
from templates_app.forms import SensitiveForm
from templates_app.models import Template


class SensitiveVariables(FormPage):
    """A box for each variable of the template."""

    right = "templates.edit"
    nav = "templates:list"
    title = gettext_lazy("Sensitive variables")
    form_class = SensitiveForm
    intro = gettext_lazy(
        "Tick the variables whose value gives access, such as one-time codes and reset links. Pages and exports never "
        "show it, and once the email is delivered, bounced or dropped only a hash of it is kept. This takes effect for "
        "emails accepted from now on; the template stays approved."
    )
    success = gettext_lazy("Saved.")

    @cached_property
    def template(self) -> Template:
        """The caller's template, or 404."""
        rows = Template.objects.select_related("latest", "approved")
        return get_visible_or_404(rows, self.caller, pk=self.kwargs["pk"])

    def parent(self) -> tuple[str, str]:
        return self.template.name, reverse("templates:detail", args=[self.template.pk])

    def form_kwargs(self) -> dict[str, Any]:
        return {"names": marking.variables_of(self.template)}

    def initial(self) -> dict[str, Any]:
        return {"names": sensitive_names.among(marking.variables_of(self.template), self.template.sensitive)}

    def act(self, form: SensitiveForm) -> str:
        marking.mark_sensitive(self.caller, template=self.template, names=form.cleaned_data["names"])
        return reverse("templates:detail", args=[self.template.pk])

    def page_title(self) -> str:
        return gettext("Sensitive variables")
