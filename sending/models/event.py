"""What happened to messages: the only source of every figure."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy

from accounts.constraints import only_choices
from accounts.models import Account
from sending.models.ids import TimeOrderedId


class EventKind(models.IntegerChoices):
    """The kinds of event; 1 to 8 are the callback's `eventid` (webhook.md 3)."""

    DELIVERED = 1, gettext_lazy("Delivered")
    DROPPED = 2, gettext_lazy("Dropped")
    BOUNCE = 3, gettext_lazy("Bounced")
    OPEN = 4, gettext_lazy("Opened")
    CLICK = 5, gettext_lazy("Clicked")
    SPAMREPORT = 6, gettext_lazy("Reported as spam")
    UNSUBSCRIBE = 7, gettext_lazy("Unsubscribed")
    DEFERRED = 8, gettext_lazy("Deferred")
    # Ours, without a callback: the platform took the mail, or would not take it for this recipient.
    ACCEPTED = 9, gettext_lazy("Accepted")
    REFUSED = 10, gettext_lazy("Refused")


class BounceType(models.TextChoices):
    """Hard means: this address is dead. The words are the callback's."""

    HARD = "hard_bounce", gettext_lazy("Hard")
    SOFT = "soft_bounce", gettext_lazy("Soft")


class Event(models.Model):
    """One thing that happened to one message at `ids.time_of(id)`. Partitioned by id, a day each."""

    id = TimeOrderedId()
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    kind = models.PositiveSmallIntegerField(choices=EventKind)
    message = models.BigIntegerField()
    # The message's, kept here so that figures and exports read one table.
    sender_domain = models.CharField(max_length=253, db_collation="C")
    recipient_domain = models.CharField(max_length=253, db_collation="C")
    recipient = models.CharField(max_length=254, db_collation="C")
    from_address = models.CharField(max_length=254)
    # The receiver's words or ours: why it was deferred, bounced or dropped.
    reason = models.TextField(blank=True)
    bounce_type = models.CharField(max_length=11, choices=BounceType, blank=True)
    bounce_class = models.CharField(max_length=30, blank=True)
    # The clicked address.
    link = models.TextField(blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    # True when a program, not a person, opened or clicked.
    machine = models.BooleanField(default=False)

    @only_choices("event", kind=EventKind.values, bounce_type=["", *BounceType.values])
    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["account", "kind", "-id"], name="event_list"),
            models.Index(fields=["message", "id"], name="event_by_message"),
        ]

    def __str__(self) -> str:
        return f"{EventKind(self.kind).label} {self.message}"
