"""What the simulator received: mail that would have left the machine."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F
from django.db.models.functions import Lower

from accounts.constraints import only_choices
from accounts.models import Account
from sending.models.ids import TimeOrderedId


class SimulatedMail(models.Model):
    """One mail the simulator's MX took, byte for byte."""

    id = TimeOrderedId()
    # The account of the sender domain; empty when no account has it.
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+")
    mail_from = models.CharField(max_length=320)
    recipient = models.CharField(max_length=320, db_collation="C")
    subject = models.CharField(max_length=300, blank=True)
    helo = models.CharField(max_length=255, blank=True)
    # What the scenario of the local part did: "delivered", "dsn", "complaint", …
    scenario = models.CharField(max_length=20)
    raw = models.BinaryField()
    # When its reader acts next, and how often that failed; empty when there is nothing (more) to do.
    act_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["act_at"], condition=models.Q(act_at__isnull=False), name="simulated_to_act"),
            models.Index(fields=["account", "-id"], name="simulated_list"),
            models.Index("account", Lower("recipient"), F("id").desc(), name="simulated_by_recipient"),
        ]

    def __str__(self) -> str:
        return f"{self.recipient} {self.subject}"


class SimulatedRecord(models.Model):
    """One record of the simulator's DNS zone."""

    class Type(models.TextChoices):
        A = "A"
        MX = "MX", "MX"
        TXT = "TXT", "TXT"

    name = models.CharField(max_length=253, db_collation="C")
    type = models.CharField(max_length=5, choices=Type)
    # Zone-file form without quotes: "5 mx.ses.test", "v=spf1 …".
    value = models.TextField()

    @only_choices("simulated_record", type=Type.values)
    class Meta:
        indexes: ClassVar = [models.Index(fields=["name", "type"], name="simulated_record")]

    def __str__(self) -> str:
        return f"{self.name} {self.type} {self.value}"
