"""The views of "/" (the API for programs, the overview for people) and of /favicon.ico."""

from __future__ import annotations

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
from django.views.decorators.csrf import csrf_exempt

from accounts.api.calls import is_call
from accounts.api.endpoint import Endpoint
from config.actions import ACTIONS

_api = Endpoint.as_view(actions=ACTIONS)


@csrf_exempt  # Calls are signed; people only read here.
def root(request: HttpRequest) -> HttpResponseBase:
    """Hand the request to the API when it is a call, else to the page that `stats` has at its root."""
    if is_call(request.META):
        return _api(request)
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        return HttpResponsePermanentRedirect(f"https://{request.get_host()}{request.get_full_path()}")
    page = resolve("/", "stats.urls")
    return page.func(request, *page.args, **page.kwargs)


def favicon(request: HttpRequest) -> HttpResponse:
    """Lead to the console's icon from pages that name none, such as the admin site."""
    return HttpResponseRedirect(static("img/mark.svg"))
