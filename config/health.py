"""What a load balancer and a monitoring system ask: /healthz, and /metrics in Prometheus text format 0.0.4."""

from __future__ import annotations

import shutil

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from sending import holds

# Below this share of free space the service says so before the disk is full.
FREE_SHARE = 0.02

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
    except DatabaseError:
        troubles.append("database")
    disk = shutil.disk_usage(settings.DATA_DIR)
    if disk.free < disk.total * FREE_SHARE:
        troubles.append("disk")
    return JsonResponse({"ok": not troubles, "troubles": troubles, **on_hold}, status=503 if troubles else 200)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the queue's figures, counted up to 100,000 waiting emails."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES)
        waiting, held, oldest = cursor.fetchone()
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
        "# HELP ses_on_hold Whether this kind of work is on hold: 1, or 0.",
        "# TYPE ses_on_hold gauge",
        *(f'ses_on_hold{{kind="{kind}"}} {int(kind in on_hold)}' for kind in holds.Kind.values),
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; version=0.0.4; charset=utf-8")
