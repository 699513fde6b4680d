"""Sender domains, the DNS records they need, and sender addresses."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy

from accounts.constraints import only_choices
from accounts.models import Account
from accounts.secrets import EncryptedField


class SenderDomain(models.Model):
    """A domain of an account; mail is sent from it while it is verified."""

    class State(models.TextChoices):
        PENDING = "pending", gettext_lazy("Pending verification")
        VERIFIED = "verified", gettext_lazy("Verified")
        # Was verified; its records fail now and it may still send for the days of grace.
        FAILING = "failing", gettext_lazy("Records missing")
        FAILED = "failed", gettext_lazy("Verification lost")

    class DkimOption(models.IntegerChoices):
        RSA_1024 = 0, gettext_lazy("1024 bit")
        RSA_2048 = 1, gettext_lazy("2048 bit")

    # The states in which mail may be sent.
    SENDING = frozenset({State.VERIFIED, State.FAILING})

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="sender_domains")
    # Lower case, A-labels (IDNA).
    name = models.CharField(max_length=253, unique=True, db_collation="C")
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    dkim_option = models.PositiveSmallIntegerField(choices=DkimOption, default=DkimOption.RSA_2048)
    dkim_selector = models.CharField(max_length=63)
    # PKCS#8 PEM.
    dkim_private_key = EncryptedField()
    # Base64 of the SubjectPublicKeyInfo, as it stands in p=.
    dkim_public_key = models.TextField()
    reputation_level = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    verified_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    # Since when its records fail; empty while they pass, or never did.
    failing_since = models.DateTimeField(null=True)

    @only_choices("domain", state=State.values, dkim_option=DkimOption.values)
    class Meta:
        verbose_name = gettext_lazy("sender domain")
        verbose_name_plural = gettext_lazy("sender domains")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(name=Lower("name")), name="domain_lower"),
            models.CheckConstraint(
                condition=models.Q(failing_since=None, state__in=["pending", "verified"])
                | models.Q(failing_since__isnull=False, state__in=["failing", "failed"]),
                name="domain_failing_has_since",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["account", "-id"], name="domain_list")]

    def __str__(self) -> str:
        return self.name

    @property
    def may_send(self) -> bool:
        """Say whether mail may be sent from this domain now."""
        return self.state in self.SENDING


class DnsRecord(models.Model):
    """One record the domain needs: its expected value, and what DNS returned at the last check."""

    class Kind(models.TextChoices):
        MX = "mx", "MX"
        SPF = "spf", "SPF"
        DKIM = "dkim", "DKIM"
        DMARC = "dmarc", "DMARC"

    class Type(models.TextChoices):
        MX = "MX", "MX"
        TXT = "TXT", "TXT"

    class State(models.TextChoices):
        UNCHECKED = "unchecked", gettext_lazy("Not checked yet")
        PASSED = "passed", gettext_lazy("Passed")
        MISSING = "missing", gettext_lazy("Not found")
        WRONG = "wrong", gettext_lazy("Other value")
        UNREACHABLE = "unreachable", gettext_lazy("Could not be checked")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    domain = models.ForeignKey(SenderDomain, on_delete=models.CASCADE, related_name="records")
    kind = models.CharField(max_length=5, choices=Kind)
    type = models.CharField(max_length=5, choices=Type)
    # Full name without the final dot.
    host = models.CharField(max_length=253)
    # What to enter: since the first check, with what the domain's present record says.
    expected = models.TextField()
    seen = models.TextField(blank=True)
    state = models.CharField(max_length=11, choices=State, default=State.UNCHECKED)
    # Why it does not pass, or what to know though it does: a code of `reasons`, see `records.RecordVerdict`.
    reason = models.CharField(max_length=500, blank=True)
    # The look-ups of the last check: `dns_answers.Step` as dicts.
    steps = models.JSONField(default=list, blank=True)
    checked_at = models.DateTimeField(null=True)

    @only_choices("record", kind=Kind.values, type=Type.values, state=State.values)
    class Meta:
        verbose_name = gettext_lazy("DNS record")
        verbose_name_plural = gettext_lazy("DNS records")
        constraints: ClassVar = [models.UniqueConstraint(fields=["domain", "kind"], name="record_once")]

    def __str__(self) -> str:
        return f"{self.type} {self.host}"


class SenderAddress(models.Model):
    """An address mail may be sent from."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="sender_addresses")
    domain = models.ForeignKey(SenderDomain, on_delete=models.PROTECT, related_name="addresses")
    # The domain in lower-case A-labels; unique whatever the case of the local part.
    address = models.CharField(max_length=254)
    name = models.CharField(gettext_lazy("sender name"), max_length=100, blank=True)
    # An argon2 hash; empty means no SMTP login.
    smtp_password = models.CharField(max_length=128, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = gettext_lazy("sender address")
        verbose_name_plural = gettext_lazy("sender addresses")
        constraints: ClassVar = [models.UniqueConstraint(Lower("address"), name="address_once")]
        indexes: ClassVar = [models.Index(fields=["account", "-id"], name="address_list")]

    def __str__(self) -> str:
        return self.address
