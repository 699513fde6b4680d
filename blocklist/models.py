"""Addresses that get no mail, and why."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.constraints import only_choices
from accounts.erased_addresses import PREFIX
from accounts.models import Account


class BlockedAddress(models.Model):
    """One block. All kinds are in one table, so that one query by address answers for a whole batch."""

    class Kind(models.TextChoices):
        # The platform's, for all accounts: the mailbox does not exist. `account` is the one whose mail bounced.
        INVALID = "invalid", gettext_lazy("Invalid address")
        # The recipient unsubscribed from, complained about, or blocked one sender domain.
        REJECT = "reject", pgettext_lazy("blocklist", "Reject")
        # The account's own list.
        CUSTOM = "custom", gettext_lazy("Custom")

    class Cause(models.TextChoices):
        BOUNCED = "bounced", gettext_lazy("Hard bounce")
        UNSUBSCRIBED = "unsubscribed", gettext_lazy("Unsubscribed")
        COMPLAINED = "complained", gettext_lazy("Reported as spam")
        # Their server answered that they have blocked the sender.
        REFUSED = "refused", gettext_lazy("Blocked by the recipient")
        ENTERED = "entered", gettext_lazy("Entered by hand")
        IMPORTED = "imported", gettext_lazy("Imported")

    class Status(models.TextChoices):
        """Whether the block is over: follows from `expires_at` alone, and is not stored."""

        ACTIVE = "active", gettext_lazy("In force")
        EXPIRED = "expired", gettext_lazy("Expired")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False, related_name="+")
    kind = models.CharField(max_length=7, choices=Kind)
    cause = models.CharField(max_length=12, choices=Cause)
    # The text of an `accounts.mail.addresses.AddressKey`, or what stands for it once its person's data was erased.
    address = models.CharField(max_length=254, db_collation="C")
    # The sender domain of a reject; empty for the other kinds.
    sender_domain = models.CharField(max_length=253, blank=True, db_collation="C")
    # The SMTP response, or what an operator entered.
    reason = models.CharField(max_length=500, blank=True)
    # The mail that caused it (sending's Message.id), where there was one.
    message = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # Empty: for ever.
    expires_at = models.DateTimeField(null=True)

    @only_choices("block", kind=Kind.values, cause=Cause.values)
    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["address"], condition=Q(kind="invalid"), name="block_invalid_once"),
            models.UniqueConstraint(
                fields=["address", "account", "sender_domain"], condition=Q(kind="reject"), name="block_reject_once"
            ),
            models.UniqueConstraint(
                fields=["address", "account"], condition=Q(kind="custom"), name="block_custom_once"
            ),
            models.CheckConstraint(condition=Q(kind="reject") ^ Q(sender_domain=""), name="block_reject_names_domain"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["address"], name="block_look_up"),
            models.Index(fields=["address"], condition=Q(address__startswith=PREFIX), name="block_erased"),
            models.Index(fields=["account", "kind", "-id"], name="block_list"),
            models.Index(F("expires_at"), condition=Q(expires_at__isnull=False), name="block_releases"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.address}"


class Exemption(models.Model):
    """A whitelisted address: the platform's block of it does not bind this account."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=254, db_collation="C")
    reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["address", "account"], name="exemption_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["account", "-id"], name="exemption_list")]

    def __str__(self) -> str:
        return self.address
