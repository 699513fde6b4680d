"""The API for programs and the overview for people, both at "/", and /favicon.ico."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.templatetags.static import static
from django.urls import resolve

from accounts.api.calls import is_call
from accounts.api.endpoint import Endpoint
from config.actions import ACTIONS

_api = Endpoint.as_view(actions=ACTIONS)


class ApiMiddleware:
    """Answers the calls of the API before anything reads their Host: whatever it is, their signature covers it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a call, or hand on."""
        if request.path_info == "/" and is_call(request.META):
            return resolve("/").func(request)
        return self._get_response(request)


def root(request: HttpRequest) -> HttpResponseBase:
    """Hand the request to the API when it is a call, else to the page that `stats` has at its root."""
    if is_call(request.META):
        return _api(request)
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        return HttpResponsePermanentRedirect(
            f"https://{settings.SECURE_SSL_HOST or request.get_host()}{request.get_full_path()}"
        )
    page = resolve("/", "stats.urls")
    return page.func(request, *page.args, **page.kwargs)


def favicon(request: HttpRequest) -> HttpResponse:
    """Lead to the console's icon from pages that name none, such as the admin site."""
    return HttpResponseRedirect(static("img/mark.svg"))
