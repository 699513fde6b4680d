"""What accepting a mail is measured by: check one HMAC, insert and commit one row, answer."""

from __future__ import annotations

import hmac

from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponseForbidden, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import path

KEY = b"bench"


def take(request: HttpRequest) -> HttpResponseBase:
    """Store the body when its signature is right."""
    signature = hmac.new(KEY, request.body, "sha256").hexdigest()
    if not hmac.compare_digest(signature, request.headers.get("X-Signature", "")):
        return HttpResponseForbidden()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_bare (body) VALUES (%s) RETURNING id", [request.body])
        number = cursor.fetchone()[0]
    return JsonResponse({"Response": {"MessageId": number}})


urlpatterns = [path("", take)]
application = get_wsgi_application()
