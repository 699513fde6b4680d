"""What came in at the report port."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy

from accounts.constraints import only_choices
from accounts.models import Account
from sending.models.ids import TimeOrderedId


class InboundReport(models.Model):
    """A mail that came in at the report port, kept raw with what was made of it."""

    class Kind(models.TextChoices):
        BOUNCE = "dsn", gettext_lazy("Bounce report")
        DELAY = "delay", gettext_lazy("Delay report")
        COMPLAINT = "arf", gettext_lazy("Spam report")
        OPT_OUT = "optout", gettext_lazy("Unsubscription")
        REPLY = "reply", gettext_lazy("Automatic reply")
        UNKNOWN = "unknown", gettext_lazy("Not understood")

    class State(models.TextChoices):
        WAITING = "waiting", gettext_lazy("Waiting to be read")
        READ = "read", gettext_lazy("Read")
        # The mail itself cannot be read; after a fix of the reader it may be read again.
        ASIDE = "aside", gettext_lazy("Set aside")

    id = TimeOrderedId()
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+")
    # The message its envelope token names; empty when the token is none of ours.
    message = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=7, choices=Kind)
    summary = models.CharField(max_length=500, blank=True)
    # Empty once it was read and the days of content are over.
    raw = models.BinaryField()
    # A mail taken at the port is stored first, and waits.
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    # When it was read or set aside.
    read_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(db_default=Now())
    # When it is tried next, how often that failed, and how often the parser ended over it.
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveIntegerField(default=0)
    parser_ends = models.PositiveIntegerField(default=0)

    @only_choices("report", kind=Kind.values, state=State.values)
    class Meta:
        verbose_name = gettext_lazy("inbound report")
        verbose_name_plural = gettext_lazy("inbound reports")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state="waiting", read_at=None)
                | models.Q(state__in=["read", "aside"], read_at__isnull=False),
                name="report_waits_until_read",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "-id"], name="report_list"),
            models.Index(fields=["due_at", "id"], condition=models.Q(state="waiting"), name="report_due"),
            models.Index(fields=["id"], condition=models.Q(state="aside"), name="report_aside"),
            models.Index(fields=["id"], condition=models.Q(state="read") & ~models.Q(raw=b""), name="report_with_raw"),
            models.Index(fields=["message"], name="report_by_message"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.message}"


class PostmasterMail(models.Model):
    """A mail to the postmaster of one of our domains (RFC 5321 4.5.1), kept for the platform's staff to read."""

    id = TimeOrderedId()
    mail_from = models.CharField(max_length=320, blank=True)
    recipient = models.CharField(max_length=320)
    subject = models.CharField(max_length=300, blank=True)
    raw = models.BinaryField()

    class Meta:
        verbose_name = gettext_lazy("postmaster email")
        verbose_name_plural = gettext_lazy("postmaster emails")

    def __str__(self) -> str:
        return f"{self.recipient} {self.subject}"
