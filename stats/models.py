"""Roll-ups: a few wide tables, one counter column per kind, recomputed from events and never incremented."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models import Account


class Counters(models.Model):
    """The columns that every roll-up has; each is the number of events."""

    # Requests of the chart are accepted + refused.
    accepted = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    delivered = models.BigIntegerField(default=0)
    deferred = models.BigIntegerField(default=0)
    bounced_hard = models.BigIntegerField(default=0)
    bounced_soft = models.BigIntegerField(default=0)
    dropped = models.BigIntegerField(default=0)
    opened = models.BigIntegerField(default=0)
    opened_by_machine = models.BigIntegerField(default=0)
    clicked = models.BigIntegerField(default=0)
    clicked_by_machine = models.BigIntegerField(default=0)
    complained = models.BigIntegerField(default=0)
    unsubscribed = models.BigIntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.accepted} accepted"


class MinuteVolume(Counters):
    """Account x sender domain x minute."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    sender_domain = models.CharField(max_length=253, db_collation="C")
    minute = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "minute", "sender_domain"], name="minute_volume_once")
        ]


class HourVolume(Counters):
    """Account x sender domain x hour."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    sender_domain = models.CharField(max_length=253, db_collation="C")
    hour = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "hour", "sender_domain"], name="hour_volume_once")
        ]


class DayVolume(Counters):
    """Account x sender domain x recipient domain x day (UTC): the sum of its settled and its open row."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    sender_domain = models.CharField(max_length=253, db_collation="C")
    recipient_domain = models.CharField(max_length=253, db_collation="C")
    day = models.DateField()
    # Settled rows hold the events before `RollUpState.rolled_to`; open ones, the newest, are counted anew each time.
    settled = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "day", "sender_domain", "recipient_domain", "settled"], name="day_volume_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "recipient_domain", "day"], name="day_volume_by_recipient"),
            models.Index(fields=["id"], condition=models.Q(settled=False), name="day_volume_open"),
        ]


class RollUpState(models.Model):
    """How far the roll-ups have come: one row."""

    # Events with smaller ids are in the figures for good: the edge of a minute.
    rolled_to = models.BigIntegerField(default=0)
    # Every event that was committed by then is in the figures.
    rolled_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"to {self.rolled_to}"
