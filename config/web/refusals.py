"""Answers to requests that reach no thread: in the form that each kind of client reads."""

from __future__ import annotations

import io
from enum import Enum

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.api import endpoint
from config import health
from config.web.answer import Answer
from config.web.environ import Environ
from sending.tracking.views import pixel, redirect

RETRY_SECONDS = 1


class Reason(Enum):
    """Why a request is refused: status, the API's code, and what is said."""

    TOO_LARGE = 413, "RequestSizeLimitExceeded", _("The request has more bytes than are allowed here.")
    TOO_SLOW = 408, "InternalError", _("The request arrived too slowly. Send it again.")
    BUSY = 503, "RequestLimitExceeded", _("Too many requests are waiting at the moment. Try again in a second.")
    TOO_MANY = 429, "RequestLimitExceeded", _("Too many requests from your address are waiting. Try again in a second.")
    NO_RESULT = (
        503,
        "InternalError",
        _("No result came in time. It may have been done all the same: look before you try again."),
    )
    FAULT = 500, "InternalError", _("Something went wrong on our side. Please try again.")

    def __init__(self, status: int, code: str, text: Promise) -> None:
        self.status, self.code, self.text = status, code, text


def refuse(reason: Reason, environ: Environ, pool: str) -> Answer:
    """Return the answer to a request that a pool does not get."""
    response = _response(reason, WSGIRequest({**environ, "wsgi.input": io.BytesIO()}), pool)
    if reason in {Reason.BUSY, Reason.TOO_MANY}:
        response["Retry-After"] = str(RETRY_SECONDS)
    if reason in {Reason.TOO_LARGE, Reason.TOO_SLOW, Reason.TOO_MANY}:
        # The rest of its body may still be on the way; and who has too many requests needs no more connections.
        response["Connection"] = "close"
    response["Content-Length"] = str(len(response.content))
    return Answer(response.status_code, list(response.items()), response.content)


def malformed(text: str) -> Answer:
    """Return the answer to a request whose head means nothing."""
    body = f"{text}\n".encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    return Answer(400, [*headers, ("Connection", "close")], body)


def _response(reason: Reason, request: WSGIRequest, pool: str) -> HttpResponse:
    if pool == "api":
        # The official SDKs read errors in answers of status 200 only.
        return endpoint.refusal_response(request, reason.code, reason.text)
    if pool == "health":
        # What a check waits for is the database.
        trouble = "database" if reason is Reason.NO_RESULT else "web"
        return health.unanswered(request, trouble)
    if pool == "tracking" and request.path.startswith("/t/o/"):
        # The reader sees no broken picture; only our figure is short of one.
        return pixel()
    if pool == "tracking" and request.path.startswith("/t/c/") and request.method in ("GET", "HEAD"):
        # Nor is anybody lost who follows a link: its token says where it leads.
        redirected = redirect(request.path.removeprefix("/t/c/"))
        if redirected:
            return redirected
    with translation.override(translation.get_language_from_request(request)):
        return HttpResponse(f"{reason.text}\n", status=reason.status, content_type="text/plain; charset=utf-8")
