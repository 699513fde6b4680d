"""What a load balancer and a monitoring system ask: /healthz, and /metrics in Prometheus text format 0.0.4."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from sending import holds

# What was on hold is not overdue: it is due from the release on.
_FIGURES = f"""
SELECT count(*) FILTER (WHERE worker = ''), count(*) FILTER (WHERE worker <> ''),
       CASE WHEN count(*) FILTER (WHERE worker = '') > 0 AND {holds.not_on_hold(holds.Kind.DELIVERY)}
       THEN extract(epoch FROM now() - greatest(
           min(available_at) FILTER (WHERE worker = ''),
           (SELECT max(ended_at) FROM sending_holdperiod WHERE kind = '{holds.Kind.DELIVERY.value}')
       )) ELSE 0 END
FROM (SELECT worker, available_at FROM sending_queueitem LIMIT 100000) AS part
"""  # noqa: S608
_REPORTS = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM sending_inboundreport WHERE state = 'waiting' LIMIT 100000) AS part),
       (SELECT count(*) FROM (SELECT 1 FROM sending_inboundreport WHERE state = 'aside' LIMIT 100000) AS part),
       coalesce(extract(epoch FROM now() - (SELECT min(waiting_since) FROM sending_inboundreport
                                            WHERE state = 'waiting')), 0)
"""


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while email can be accepted, on hold or not, else 503 with the reasons."""
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
    return JsonResponse({"ok": not troubles, "troubles": troubles, **on_hold}, status=503 if troubles else 200)


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
        cursor.execute(_REPORTS)
        reports, aside, longest = cursor.fetchone()
    on_hold = {period.kind for period in holds.current()}
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
        "# HELP ses_reports_waiting Bounce and spam reports that wait to be read.",
        "# TYPE ses_reports_waiting gauge",
        f"ses_reports_waiting {reports}",
        "# HELP ses_reports_waiting_seconds How long the oldest of them has waited.",
        "# TYPE ses_reports_waiting_seconds gauge",
        f"ses_reports_waiting_seconds {max(0.0, float(longest)):.3f}",
        "# HELP ses_reports_aside Reports that were set aside: read them again after a fix.",
        "# TYPE ses_reports_aside gauge",
        f"ses_reports_aside {aside}",
        "# HELP ses_on_hold Whether this kind of work is on hold: 1, or 0.",
        "# TYPE ses_on_hold gauge",
        *(f'ses_on_hold{{kind="{kind}"}} {int(kind in on_hold)}' for kind in holds.Kind.values),
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
