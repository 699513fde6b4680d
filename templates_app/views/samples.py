"""The samples to begin a template with, each as it looks."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, gettext, gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin

from accounts.console.views import ConsoleView
from templates_app.sample_templates import SAMPLES, html_of
from templates_app.views.preview import document


class Samples(ConsoleView):
    """All samples in one language: the one asked for, else the reader's."""

    right = "templates.edit"
    title = gettext_lazy("Sample templates")
    nav = "templates:list"
    template_name = "templates_app/samples.html"

    def parent(self) -> tuple[str, str]:
        return gettext("Email Template"), reverse("templates:list")

    def get(self, request: HttpRequest) -> HttpResponse:
        languages = dict(settings.LANGUAGES)
        asked = request.GET.get("language", "")
        chosen = asked if asked in languages else get_language()
        return self.page(samples=SAMPLES.values(), languages=languages, chosen=chosen if chosen in languages else "en")


@method_decorator(xframe_options_sameorigin, name="dispatch")
class SamplePreview(ConsoleView):
    """One sample as recipients would see it; the first in English unless another is asked for."""

    right = "templates.edit"

    def get(self, request: HttpRequest) -> HttpResponse:
        key = request.GET.get("sample", next(iter(SAMPLES)))
        try:
            html = html_of(key, request.GET.get("language", "en"))
        except KeyError:
            raise Http404 from None
        return document(html, request.GET)
