"""The address "/": the API for programs, the overview for people."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.urls import resolve
from django.views.decorators.csrf import csrf_exempt

from accounts.api.endpoint import Endpoint, is_call
from config.actions import ACTIONS

_api = Endpoint.as_view(actions=ACTIONS)


@csrf_exempt  # Calls are signed; people only read here.
def root(request: HttpRequest) -> HttpResponseBase:
    """Hand the request to the API when it is a call, else to the page that `stats` has at its root."""
    if is_call(request):
        return _api(request)
    page = resolve("/", "stats.urls")
    return page.func(request, *page.args, **page.kwargs)
