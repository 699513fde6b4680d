"""A template's HTML as recipients see it, under a Content-Security-Policy that lets it load and run nothing."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.views.decorators.clickjacking import xframe_options_sameorigin

from accounts.console.views import ConsoleView
from accounts.scoping import get_visible_or_404
from templates_app import rendering
from templates_app.forms import TemplateForm
from templates_app.models import Version

# No script, no frame, no request: images only where the mail carries them itself.
POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox"
)
# Sample values in addresses: `?value.name=Ada`.
VALUE = "value."


def samples(names: frozenset[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return a value for every variable: the one given as `value.<name>`, else its name in brackets."""
    return {name: str(given.get(f"{VALUE}{name}") or f"[{name}]")[:1_000] for name in names}


def document(html: str, given: Mapping[str, str]) -> HttpResponse:
    """Return a filled template as a document of its own."""
    compiled = rendering.compile(html, "")
    filled = rendering.fill_html(compiled, samples(compiled.names, given), link=None, pixel="", footer="")
    response = HttpResponse(filled, content_type="text/html; charset=utf-8")
    response["Content-Security-Policy"] = POLICY
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response


@method_decorator(xframe_options_sameorigin, name="dispatch")
class VersionPreview(ConsoleView):
    """One version's HTML."""

    right = "templates.view"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = get_visible_or_404(Version.objects.all(), self.caller, pk=pk)
        return document(version.html, request.GET)


@method_decorator(xframe_options_sameorigin, name="dispatch")
class UnsavedPreview(ConsoleView):
    """The HTML that stands in the editor, sent there by the editor's form."""

    right = "templates.edit"
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        html, text = TemplateForm(request.POST).bodies
        return document(html, request.GET) if html else _plain(text)


def _plain(text: str) -> HttpResponse:
    response = HttpResponse(text or gettext("Nothing to show yet."), content_type="text/plain; charset=utf-8")
    response["Content-Security-Policy"] = POLICY
    return response
