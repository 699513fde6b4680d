"""The error pages; they use no database, because its failure may be the error."""

from __future__ import annotations

import sys
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.console.appearance import theme_of
from accounts.console.views import safe_back
from accounts.database_faults import is_database_away

RETRY_SECONDS = 30


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the 400 page."""
    return _page(request, "400.html", 400, _("Bad request"))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the 403 page outside the console."""
    return _page(request, "403.html", 403, _("Not allowed"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the page for a form without its token; a part of a page is told to get another one."""
    if "HX-Request" in request.headers:
        return HttpResponse(status=401)
    return _page(request, "403_csrf.html", 403, _("Form not accepted"), back=safe_back(request, ""))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the 404 page: the same for what does not exist and for what belongs to another account."""
    return _page(request, "404.html", 404, _("Page not found"))


def server_error(request: HttpRequest) -> HttpResponse:
    """Return the 500 page, or the 503 page when the error is that the database is away or takes no writes."""
    error = sys.exc_info()[1]
    if error is None or not is_database_away(error):
        return _page(request, "500.html", 500, _("Server error"))
    response = _page(request, "503.html", 503, _("Database not available"))
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _page(request: HttpRequest, template: str, status: int, title: str | Promise, **more: str) -> HttpResponse:
    context: dict[str, Any] = {"theme": theme_of(request), "title": title, **more}
    # The error may have come before the middleware set the language.
    with translation.override(translation.get_language_from_request(request)):
        return HttpResponse(render_to_string(template, context), status=status)
