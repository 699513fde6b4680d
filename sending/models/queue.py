"""Mail that waits, and the attempts that were made."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy

from accounts.constraints import only_choices
from accounts.models import Account
from sending.models.ids import TimeOrderedId


class QueueItem(models.Model):
    """A message that waits or is being delivered: the small hot table beside the log."""

    # The Message's id; no foreign key, the queue must not slow down with the log.
    message = models.BigIntegerField(primary_key=True)
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    recipient_domain = models.CharField(max_length=253, db_collation="C")
    # When it may be claimed: its next attempt, or, while a worker holds it, the end of the lease.
    available_at = models.DateTimeField(db_default=models.functions.Now())
    # Grows at each claim; a worker whose number is stale may not write.
    fence = models.BigIntegerField(default=0)
    # Attempts that ended.
    attempts = models.PositiveIntegerField(default=0)
    # The worker that holds it; empty while it waits.
    worker = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = gettext_lazy("queue item")
        verbose_name_plural = gettext_lazy("queue items")
        indexes: ClassVar = [models.Index(fields=["available_at", "message"], name="queue_next")]

    def __str__(self) -> str:
        return str(self.message)


class Attempt(models.Model):
    """One attempt to deliver a message, with the SMTP conversation. Partitioned by id, a day each."""

    class Outcome(models.TextChoices):
        DELIVERED = "delivered"
        DEFERRED = "deferred"
        BOUNCED = "bounced"
        DROPPED = "dropped"

    id = TimeOrderedId()
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    message = models.BigIntegerField()
    number = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    # "mx.example.com [192.0.2.1]:25"; empty when none was reached.
    host = models.CharField(max_length=300, blank=True)
    # "TLSv1.3", or empty for clear text.
    tls = models.CharField(max_length=20, blank=True)
    # What became of the mail: `smtp.replies.OutcomeKind`.
    outcome = models.CharField(max_length=9, choices=Outcome)
    # 0 when there was no reply at all.
    reply_code = models.PositiveSmallIntegerField(default=0)
    enhanced_code = models.CharField(max_length=11, blank=True)
    # Class of the reply, as `replies` names them; empty when delivered.
    bounce_class = models.CharField(max_length=30, blank=True)
    reply = models.TextField(blank=True)
    # Lines "C: …" and "S: …"; the mail's own text is left out.
    conversation = models.TextField(blank=True)
    next_attempt_at = models.DateTimeField(null=True)

    @only_choices("attempt", outcome=Outcome.values)
    class Meta:
        indexes: ClassVar = [models.Index(fields=["message", "id"], name="attempt_by_message")]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.message}"
