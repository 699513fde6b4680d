"""What was accepted: a submission, and one message for each of its recipients."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy

from accounts.constraints import only_choices
from accounts.models import Account
from sending.models.ids import TimeOrderedId, time_of


class Submission(models.Model):
    """One accepted request: what every recipient's mail is made from."""

    class Channel(models.TextChoices):
        API = "api", "API"
        SMTP = "smtp", "SMTP"
        CONSOLE = "console", gettext_lazy("Console")
        TASK = "task", gettext_lazy("Service")

    class TriggerType(models.IntegerChoices):
        BULK = 0
        TRIGGERED = 1

    id = TimeOrderedId()
    # The indexes of lists begin with it: one more by itself would only cost writes.
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False, related_name="+")
    # The id the client got: "qcloudses-30-<appId>-date-<time>-<suffix>".
    message_id = models.CharField(max_length=100, unique=True, db_collation="C")
    channel = models.CharField(max_length=7, choices=Channel)
    # Who submitted it: an address, or a key id.
    submitted_by = models.CharField(max_length=254)
    sender_domain = models.CharField(max_length=253, db_collation="C")
    from_address = models.CharField(max_length=254)
    from_name = models.CharField(max_length=100, blank=True)
    # Full value of the From header where the client gave its own; else empty.
    header_from = models.CharField(max_length=400, blank=True)
    reply_to = models.CharField(max_length=400, blank=True)
    subject = models.TextField()
    to = models.JSONField(default=list)
    cc = models.JSONField(default=list)
    bcc = models.JSONField(default=list)
    template = models.BigIntegerField()
    version = models.BigIntegerField()
    # Variable name -> text.
    variables = models.JSONField(default=dict)
    # Names of the sensitive ones: "" while their value stands above, then its keyed hash (sending.sensitive).
    sensitive = models.JSONField(default=dict)
    # Whether the days of content are over: variables, extra headers and files are gone.
    is_content_erased = models.BooleanField(default=False)
    # RFC 5322 Message-ID with its angle brackets: the same in every copy and at every attempt.
    header_message_id = models.CharField(max_length=300)
    # Extra headers, name -> value.
    headers = models.JSONField(default=dict)
    # "0" none, else the language of the unsubscribe link.
    unsubscribe = models.CharField(max_length=2, default="0")
    trigger_type = models.PositiveSmallIntegerField(choices=TriggerType, default=TriggerType.BULK)

    @only_choices("submission", channel=Channel.values, trigger_type=TriggerType.values)
    class Meta:
        verbose_name = gettext_lazy("submission")
        verbose_name_plural = gettext_lazy("submissions")
        indexes: ClassVar = [
            models.Index(fields=["account", "-id"], name="submission_list"),
            models.Index(fields=["id"], condition=models.Q(is_content_erased=False), name="submission_with_content"),
        ]

    def __str__(self) -> str:
        return self.message_id


class Attachment(models.Model):
    """A file of a submission."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=255)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.name


class DeliverStatus(models.IntegerChoices):
    """Where a message stands; the numbers are the API's."""

    QUEUED = 0, gettext_lazy("Queued")
    DELIVERED = 1, gettext_lazy("Delivered")
    DROPPED = 2, gettext_lazy("Dropped")
    BOUNCED = 3, gettext_lazy("Bounced")
    DEFERRED = 8, gettext_lazy("Deferred")


class Message(models.Model):
    """One recipient's mail. The table is partitioned by id, a day each."""

    id = TimeOrderedId()
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="messages"
    )
    message_id = models.CharField(max_length=100, db_collation="C")
    from_address = models.CharField(max_length=254)
    sender_domain = models.CharField(max_length=253, db_collation="C")
    # As servers take it; its `AddressKey` is the same in lower case.
    recipient = models.CharField(max_length=254, db_collation="C")
    recipient_domain = models.CharField(max_length=253, db_collation="C")
    subject = models.CharField(max_length=200)
    template = models.BigIntegerField()
    # The platform's verdict in the API's numbers: 0 processed, 1007 blocklist, 1013 unsubscribed, …
    send_status = models.PositiveSmallIntegerField(default=0)
    deliver_status = models.PositiveSmallIntegerField(choices=DeliverStatus, default=DeliverStatus.QUEUED)
    # The receiver's last words, or why we dropped it.
    deliver_message = models.TextField(blank=True)
    delivered_at = models.DateTimeField(null=True)
    # What each gate found at acceptance, in figures and codes: [{"gate", "passed", "value", "limit"}, …].
    trace = models.JSONField(default=list)
    opened_at = models.DateTimeField(null=True)
    clicked_at = models.DateTimeField(null=True)
    unsubscribed_at = models.DateTimeField(null=True)
    complained_at = models.DateTimeField(null=True)

    @only_choices("message", deliver_status=DeliverStatus.values)
    class Meta:
        verbose_name = gettext_lazy("message")
        verbose_name_plural = gettext_lazy("messages")
        indexes: ClassVar = [
            models.Index(fields=["account", "-id"], name="message_list"),
            models.Index("account", Lower("recipient"), F("id").desc(), name="message_by_recipient"),
            models.Index(fields=["message_id"], name="message_by_message_id"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} to {self.recipient}"

    @property
    def accepted_at(self) -> datetime:
        """Return when the mail was accepted (it stands in the id)."""
        return time_of(self.pk)
