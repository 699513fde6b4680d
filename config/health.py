"""What a load balancer and a monitoring system ask: /healthz, and /metrics in Prometheus text format 0.0.4."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

_FIGURES = """
SELECT count(*) FILTER (WHERE worker = ''), count(*) FILTER (WHERE worker <> ''),
       coalesce(extract(epoch FROM now() - min(available_at) FILTER (WHERE worker = '')), 0)
FROM (SELECT worker, available_at FROM sending_queueitem LIMIT 100000) AS part
"""


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while email can be accepted, else 503 with the reasons."""
    troubles = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM sending_queueitem LIMIT 1")
            cursor.execute("SHOW transaction_read_only")
            # After a failover the old primary still answers, but takes no email.
            if cursor.fetchone()[0] == "on":
                troubles.append("database")
    except Error:
        troubles.append("database")
    if _is_disk_full():
        troubles.append("disk")
    return JsonResponse({"ok": not troubles, "troubles": troubles}, status=503 if troubles else 200)


def _is_disk_full() -> bool:
    """Say so before the disk is full."""
    try:
        disk = shutil.disk_usage(settings.DATA_DIR)
    except OSError:
        return True
    return disk.free * 100 < disk.total * settings.RULES.min_free_disk_percent


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the queue's figures, counted up to 100,000 waiting emails."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES)
        waiting, held, oldest = cursor.fetchone()
    lines = [
        "# HELP ses_queue_waiting Emails that wait for an attempt.",
        "# TYPE ses_queue_waiting gauge",
        f"ses_queue_waiting {waiting}",
        "# HELP ses_queue_held Emails that a delivery process has claimed.",
        "# TYPE ses_queue_held gauge",
        f"ses_queue_held {held}",
        "# HELP ses_queue_overdue_seconds How long the oldest due email is overdue.",
        "# TYPE ses_queue_overdue_seconds gauge",
        f"ses_queue_overdue_seconds {max(0.0, float(oldest)):.3f}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; version=0.0.4; charset=utf-8")


class HealthMiddleware:
    """Answers both before anything else looks at a request: machines ask by IP address, and without TLS."""

    paths = {"/healthz": healthz, "/metrics": metrics}

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or hand on."""
        view = self.paths.get(request.path_info)
        return view(request) if view else self._get_response(request)
