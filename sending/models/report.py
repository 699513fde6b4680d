"""What came in at the report port."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
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
        REPLY = "reply", gettext_lazy("Automatic reply")
        UNKNOWN = "unknown", gettext_lazy("Not understood")

    id = TimeOrderedId()
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+")
    # The message its envelope token names; empty when the token is none of ours.
    message = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=7, choices=Kind)
    summary = models.CharField(max_length=500, blank=True)
    raw = models.BinaryField()
    # Empty while it waits to be read: a mail taken at the port is stored first.
    read_at = models.DateTimeField(null=True)

    @only_choices("report", kind=Kind.values)
    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["account", "-id"], name="report_list"),
            models.Index(fields=["id"], condition=models.Q(read_at=None), name="report_unread"),
            models.Index(fields=["message"], name="report_by_message"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.message}"
