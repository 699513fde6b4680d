"""The figures of /metrics, in Prometheus text format 0.0.4: what somebody needs who is woken at night.

Each is cheap however long the queue and the log are: counts end at 100,000, sums come from the roll-ups.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection

from config.schedule import SCHEDULE
from sending import holds
from sending.models.ids import SEQUENCE_BITS

MAX_COUNTED = 100_000

# What was on hold is not overdue: it is due from the release on.
_QUEUE = f"""
SELECT count(*) FILTER (WHERE worker = ''), count(*) FILTER (WHERE worker <> ''),
       CASE WHEN count(*) FILTER (WHERE worker = '') > 0 AND {holds.not_on_hold(holds.Kind.DELIVERY)}
       THEN extract(epoch FROM now() - greatest(
           min(available_at) FILTER (WHERE worker = ''),
           (SELECT max(ended_at) FROM sending_holdperiod WHERE kind = '{holds.Kind.DELIVERY.value}')
       )) ELSE 0 END,
       extract(epoch FROM now()) - (SELECT min(message) >> {SEQUENCE_BITS} FROM sending_queueitem) / 1000.0
FROM (SELECT worker, available_at FROM sending_queueitem LIMIT {MAX_COUNTED}) AS part
"""  # noqa: S608
_REPORTS = f"""
SELECT (SELECT count(*) FROM
           (SELECT 1 FROM sending_inboundreport WHERE state = 'waiting' LIMIT {MAX_COUNTED}) AS part),
       (SELECT count(*) FROM
           (SELECT 1 FROM sending_inboundreport WHERE state = 'aside' LIMIT {MAX_COUNTED}) AS part),
       extract(epoch FROM now() - (SELECT min(waiting_since) FROM sending_inboundreport WHERE state = 'waiting'))
"""  # noqa: S608
OUTCOMES = ("accepted", "refused", "delivered", "deferred", "bounced_hard", "bounced_soft", "dropped", "complained")
# Account by account, which is how the roll-up is indexed.
_LAST_HOUR = f"""
SELECT {", ".join(f"coalesce(sum(v.{name}), 0)" for name in OUTCOMES)}
FROM accounts_account AS a JOIN stats_minutevolume AS v ON v.account_id = a.id
     AND v.minute >= date_trunc('minute', now()) - interval '1 hour'
"""  # noqa: S608
_ROLLED = "SELECT extract(epoch FROM now() - max(rolled_at)) FROM stats_rollupstate"
# django-q2 keeps the last few hundred runs: of a daily task there may be none.
_RUNS = """
SELECT func, extract(epoch FROM max(stopped) FILTER (WHERE success)),
       (array_agg(success ORDER BY stopped DESC))[1]
FROM django_q_task WHERE func = ANY(%s) GROUP BY func
"""
_DUE = "SELECT func, extract(epoch FROM now() - next_run) FROM django_q_schedule"


@dataclass(frozen=True)
class Gauge:
    """One figure: a value for each value of its label, or one value under "" when it has no label."""

    name: str
    help: str
    values: Mapping[str, float | None] = field(default_factory=dict)
    label: str = ""

    def lines(self) -> Iterator[str]:
        """Return the figure's lines; what is not known is left out."""
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} gauge"
        for key, value in self.values.items():
            if value is not None:
                labels = f'{{{self.label}="{key}"}}' if self.label else ""
                yield f"{self.name}{labels} {_number(value)}"


def text() -> str:
    """Return all figures as they are now."""
    gauges = [*_queue(), *_reports(), _on_hold(), *_last_hour(), *_tasks(), _disk()]
    return "".join(f"{line}\n" for gauge in gauges for line in gauge.lines())


def _queue() -> list[Gauge]:
    waiting, held, overdue, oldest = _row(_QUEUE)
    return [
        Gauge("ses_queue_waiting", "Emails that wait for an attempt.", {"": waiting}),
        Gauge("ses_queue_held", "Emails that a delivery process has claimed.", {"": held}),
        Gauge("ses_queue_overdue_seconds", "How long the oldest due email is overdue.", {"": _seconds(overdue)}),
        Gauge(
            "ses_queue_oldest_seconds",
            "How long ago the oldest email in the queue was accepted.",
            {"": _seconds(oldest)},
        ),
    ]


def _reports() -> list[Gauge]:
    waiting, aside, longest = _row(_REPORTS)
    return [
        Gauge("ses_reports_waiting", "Bounce and spam reports that wait to be read.", {"": waiting}),
        Gauge("ses_reports_waiting_seconds", "How long the oldest of them has waited.", {"": _seconds(longest)}),
        Gauge("ses_reports_aside", "Reports that were set aside: read them again after a fix.", {"": aside}),
    ]


def _on_hold() -> Gauge:
    kinds = {period.kind for period in holds.current()}
    values = {kind: int(kind in kinds) for kind in holds.Kind.values}
    return Gauge("ses_on_hold", "Whether this kind of work is on hold: 1, or 0.", values, "kind")


def _last_hour() -> list[Gauge]:
    values = dict(zip(OUTCOMES, _row(_LAST_HOUR), strict=True))
    (behind,) = _row(_ROLLED)
    return [
        Gauge("ses_last_hour_events", "What happened to emails in the last hour.", values, "outcome"),
        Gauge("ses_figures_behind_seconds", "How old the figures of roll-ups are.", {"": behind}),
    ]


def _tasks() -> list[Gauge]:
    functions = {job.task: job.name for job in SCHEDULE}
    succeeded: dict[str, float | None] = {}
    is_good: dict[str, float | None] = {}
    overdue: dict[str, float | None] = {}
    with connection.cursor() as cursor:
        cursor.execute(_RUNS, [list(functions)])
        for function, at, good in cursor.fetchall():
            succeeded[functions[function]], is_good[functions[function]] = at, int(good)
        cursor.execute(_DUE)
        for function, late in cursor.fetchall():
            if function in functions:
                overdue[functions[function]] = _seconds(late)
    return [
        Gauge("ses_task_overdue_seconds", "How late a periodic task is.", overdue, "task"),
        Gauge("ses_task_last_run_succeeded", "Whether its last known run succeeded: 1, or 0.", is_good, "task"),
        Gauge("ses_task_last_success_timestamp_seconds", "When it last succeeded, if known.", succeeded, "task"),
    ]


def _disk() -> Gauge:
    try:
        disk = shutil.disk_usage(settings.DATA_DIR)
        free: float | None = disk.free / disk.total
    except OSError:
        free = None
    return Gauge("ses_disk_free_ratio", "Share of the disk under SES_DATA_DIR that is free.", {"": free})


def _row(statement: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row: tuple[Any, ...] = cursor.fetchone()
    return row


def _seconds(value: Any) -> float:
    """Return a time that has passed; none that waits has waited for 0 s."""
    return max(0.0, float(value or 0))


def _number(value: Any) -> str:
    return str(value) if isinstance(value, int) else f"{float(value):.3f}"
