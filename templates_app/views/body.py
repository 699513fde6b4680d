"""The card of one version's body that two pages share: tabs, marked texts, sample values."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from templates_app import diff, forbidden_phrases, presentation, queries, rendering, screening
from templates_app.models import Version
from templates_app.screening import Finding
from templates_app.views.preview import VALUE, samples

WIDTHS = ("600", "320")


def findings(version: Version) -> list[Finding]:
    """Return what screening finds in the version today."""
    return screening.screen(version.html, version.text, forbidden_phrases.current(), queries.limits())


def context(request: HttpRequest, version: Version, found: list[Finding], *, base: Version | None) -> dict[str, Any]:
    """Return the context of the body's card; `base` is the version to compare with."""
    tabs = {"reading": gettext("Counted text"), "text": gettext("Text part")}
    if version.html:
        tabs = {"preview": gettext("Preview")} | tabs | {"source": gettext("Source")}
    if base:
        tabs["changes"] = gettext("Changes")
    view = request.GET.get("view", "")
    view = view if view in tabs else next(iter(tabs))
    compiled = rendering.compile(version.html, version.text)
    values = samples(compiled.names, request.GET)
    given = {name: value for name, value in request.GET.items() if name.startswith(VALUE) and value}
    return {
        "tabs": tabs,
        "shown_view": view,
        "width": request.GET["width"] if request.GET.get("width") in WIDTHS else WIDTHS[0],
        "widths": WIDTHS,
        "variables": [(name, request.GET.get(f"{VALUE}{name}", "")) for name in sorted(compiled.names)],
        "value_prefix": VALUE,
        "preview_url": f"{reverse('templates:preview', args=[version.pk])}?{urlencode(given)}",
        **_content(view, version, found, base, compiled, values),
    }


def _content(
    view: str,
    version: Version,
    found: list[Finding],
    base: Version | None,
    compiled: rendering.Compiled,
    values: dict[str, str],
) -> dict[str, Any]:
    if view == "reading":
        parts = screening.read(version.html, version.text)
        return {"parts": [(part.where, presentation.marked(part, found)) for part in parts if part.text]}
    if view == "text":
        return {"plain": rendering.fill_text(compiled, values, footer=""), "plain_made": not version.text}
    if view == "source":
        return {"source": presentation.marked_source(version.html, found)}
    if view == "changes" and base:
        return {"changes": diff.difference((base.html, base.text), (version.html, version.text)), "base": base}
    return {}
