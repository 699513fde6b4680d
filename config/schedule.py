"""The periodic jobs: one table. Each task only looks for work, so that running one twice is harmless."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django_q.models import Schedule


@dataclass(frozen=True)
class Job:
    """A task function and how often it runs."""

    name: str
    task: str
    minutes: int


SCHEDULE = (
    Job("roll up figures", "stats.tasks.roll_up", 1),
    Job("release blocks that expired", "blocklist.tasks.release_expired", 10),
    Job("seal the audit log", "accounts.tasks.seal_audit", 1),
    Job("verify the audit log", "accounts.tasks.verify_audit", 1440),
    Job("check DNS of sender domains", "domains.tasks.recheck", 10),
    Job("make partitions ahead", "sending.tasks.keep_partitions", 360),
    Job("send notices by email", "sending.tasks.send_notices", 1),
    Job("notice late reports", "sending.tasks.notice_late_reports", 10),
    Job("retire old mail", "sending.tasks.retire", 360),
    Job("forget ended limits", "accounts.tasks.forget_ended_limits", 60),
)


def install() -> None:
    """Make the task cluster's schedule equal to the table; a job keeps its next run when nothing changed."""
    with transaction.atomic():
        Schedule.objects.exclude(name__in=[job.name for job in SCHEDULE]).delete()
        for job in SCHEDULE:
            Schedule.objects.update_or_create(
                name=job.name,
                defaults={"func": job.task, "schedule_type": Schedule.MINUTES, "minutes": job.minutes, "repeats": -1},
            )
