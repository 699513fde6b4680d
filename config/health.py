"""What a load balancer asks, and a monitoring system: /healthz and /metrics.

Strangers learn from /healthz whether email can be accepted and nothing more; for them there is no /metrics.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from config import metrics as figures
from config import monitoring

METRICS = "/metrics"


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while email can be accepted, on hold or not, else 503; to who holds the token with the details."""
    troubles = []
    on_hold: dict[str, list[str]] = {}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM sending_queueitem LIMIT 1")
            cursor.execute("SELECT kind FROM sending_holdperiod WHERE ended_at IS NULL ORDER BY kind")
            if kinds := [kind for (kind,) in cursor.fetchall()]:
                on_hold = {"on_hold": kinds}
            cursor.execute("SHOW transaction_read_only")
            # After a failover the old primary still answers, but takes no email.
            if cursor.fetchone()[0] == "on":
                troubles.append("database")
    except Error:
        troubles.append("database")
    if _is_disk_full():
        troubles.append("disk")
    return _health(request, troubles, on_hold)


def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the figures in Prometheus text format 0.0.4; 404 to strangers, whatever they do."""
    return _metrics(request) if _is_authorised(request) else _not_found()


@require_safe
def _metrics(request: HttpRequest) -> HttpResponse:
    return HttpResponse(figures.text(), content_type="text/plain; version=0.0.4; charset=utf-8")


def unanswered(request: HttpRequest, trouble: str) -> HttpResponse:
    """Return the answer to a check that no thread has answered."""
    if request.path_info == METRICS and not _is_authorised(request):
        return _not_found()
    return _health(request, [trouble], {})


def _health(request: HttpRequest, troubles: Sequence[str], on_hold: dict[str, Any]) -> HttpResponse:
    details = {"troubles": troubles, **on_hold} if _is_authorised(request) else {}
    return JsonResponse({"ok": not troubles, **details}, status=503 if troubles else 200)


def _is_authorised(request: HttpRequest) -> bool:
    return monitoring.is_authorised(request.headers.get("Authorization", ""))


def _not_found() -> HttpResponse:
    return HttpResponse("Not found\n", status=404, content_type="text/plain; charset=utf-8")


def _is_disk_full() -> bool:
    """Say so before the disk is full."""
    try:
        disk = shutil.disk_usage(settings.DATA_DIR)
    except OSError:
        return True
    return disk.free * 100 < disk.total * settings.RULES.min_free_disk_percent


class HealthMiddleware:
    """Answers both before anything else looks at a request: machines ask by IP address, and without TLS."""

    paths = {"/healthz": healthz, METRICS: metrics}

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or hand on."""
        view = self.paths.get(request.path_info)
        return view(request) if view else self._get_response(request)
