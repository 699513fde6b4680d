"""Writing a template, with the screening beside it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from accounts.console.forms import FormPage
from accounts.console.views import ConsoleView
from accounts.scoping import get_visible_or_404
from templates_app import diff, forbidden_phrases, presentation, queries, review, screening
from templates_app.forms import TemplateForm
from templates_app.models import Template, Version
from templates_app.sample_templates import SAMPLES, html_of
from templates_app.views.pages import say_submitted

SUBMIT = "submit"


def screened(html: str, text: str) -> dict[str, Any]:
    """Return what the screening panel shows of these bodies."""
    findings = screening.screen(html, text, forbidden_phrases.current(), queries.limits())
    parts = [] if findings[0].rule == "size" else screening.read(html, text)
    return {
        "rows": presentation.located(findings, html, text, parts),
        "passes": screening.passes(findings),
        "empty": not html.strip() and not text.strip(),
        "parts": [(part.where, presentation.marked(part, findings)) for part in parts if part.text],
    }


class ScreeningPanel(ConsoleView):
    """The panel alone, asked for while somebody types."""

    right = "templates.edit"
    template_name = "templates_app/_screening.html"
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        return self.render(screened(*TemplateForm(request.POST).bodies))


class _Editor(FormPage):
    right = "templates.edit"
    nav = "templates:list"
    template_name = "templates_app/editor.html"
    form_class = TemplateForm

    def context(self, form: TemplateForm) -> dict[str, Any]:
        return super().context(form) | screened(*form.bodies)

    def content(self, form: TemplateForm) -> dict[str, Any]:
        """Return the form's fields as `review.create` and `review.revise` take them."""
        return {name: form.cleaned_data[name] for name in ("name", "html", "text", "summary")}

    def act(self, form: TemplateForm) -> str:
        # One transaction: when the submission is refused, the version is not stored either.
        with transaction.atomic():
            template = self.write(form)
            if self.request.POST.get("then") == SUBMIT:
                say_submitted(self.request, review.submit(self.caller, template=template))
            else:
                self.success = gettext("Draft saved.")
        return reverse("templates:detail", args=[template.pk])

    def write(self, form: TemplateForm) -> Template:
        """Create or revise the template and return it."""
        raise NotImplementedError


class CreateTemplate(_Editor):
    """A new template."""

    title = gettext_lazy("Create template")

    def parent(self) -> tuple[str, str]:
        return gettext("Email Template"), reverse("templates:list")

    def initial(self) -> dict[str, Any]:
        """Return the sample asked for, if there is one."""
        key, language = (self.request.GET.get(name, "") for name in ("sample", "language"))
        try:
            html = html_of(key, language)
        except KeyError:
            return {}
        sample = SAMPLES[key]
        return {"name": sample.name, "summary": sample.summary, "html": html}

    def write(self, form: TemplateForm) -> Template:
        return review.create(self.caller, **self.content(form))


class EditTemplate(_Editor):
    """The next version of a template; one that somebody else saved meanwhile is shown beside what was typed."""

    # What somebody else saved while this was written.
    theirs: Version | None = None

    @cached_property
    def template(self) -> Template:
        """The caller's template, or 404."""
        return get_visible_or_404(Template.objects.select_related("latest"), self.caller, pk=self.kwargs["pk"])

    def page_title(self) -> str:
        return gettext("Edit %(name)s") % {"name": self.template.name}

    def initial(self) -> dict[str, Any]:
        latest = self.template.latest
        return TemplateForm.initial_for(self.template, latest) if latest else {}

    def parent(self) -> tuple[str, str]:
        return self.template.name, reverse("templates:detail", args=[self.template.pk])

    def base(self) -> int | None:
        """Return the number of the version that the text in the form was written from; None when it is not said."""
        posted = self.request.POST.get("base", "")
        if self.theirs:
            # Its writer sees it now: saving again is a choice.
            return self.theirs.number
        if self.request.method == "POST":
            return int(posted) if posted.isdecimal() and len(posted) < 10 else None
        return self.template.latest.number if self.template.latest else None

    def context(self, form: TemplateForm) -> dict[str, Any]:
        context = super().context(form) | {"template": self.template, "base": self.base(), "theirs": self.theirs}
        if self.theirs:
            context["changes"] = diff.difference((self.theirs.html, self.theirs.text), form.bodies)
        return context

    def write(self, form: TemplateForm) -> Template:
        try:
            review.revise(self.caller, template=self.template, base=self.base(), **self.content(form))
        except review.EditedMeanwhile as refusal:
            self.theirs = refusal.version
            raise
        return self.template
