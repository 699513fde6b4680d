"""Tenants and the people and programs that act for them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy, override, pgettext_lazy

from accounts.constraints import only_choices
from accounts.mail.addresses import key_or_text
from accounts.roles import Role
from accounts.secrets import EncryptedField
from accounts.stored_texts import filled


class Account(models.Model):
    """A tenant. `app_id` is the number that message ids and callbacks carry."""

    class Status(models.TextChoices):
        ACTIVE = "active", gettext_lazy("Active")
        SUSPENDED = "suspended", gettext_lazy("Suspended")

    name = models.CharField(gettext_lazy("name"), max_length=100)
    app_id = models.BigIntegerField(gettext_lazy("app ID"), unique=True)
    status = models.CharField(gettext_lazy("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    status_reason = models.CharField(gettext_lazy("reason of the status"), max_length=500, blank=True)
    # Empty: the rule of the platform.
    mails_per_second = models.PositiveIntegerField(gettext_lazy("emails per second"), null=True, blank=True)
    created_at = models.DateTimeField(gettext_lazy("created"), auto_now_add=True)

    @only_choices("account", status=Status.values)
    class Meta:
        verbose_name = gettext_lazy("account")
        verbose_name_plural = gettext_lazy("accounts")
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("name"), name="account_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name

    def has_member(self, role: Role) -> bool:
        """Say whether a member who can log in has the role."""
        return self.memberships.filter(role=role, user__is_active=True).exists()


class UserManager(BaseUserManager["User"]):
    """Makes users; the email address is the login."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        """Create a user with a hashed password; without one the user cannot log in."""
        user = self.model(email=key_or_text(email).text, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> User:
        """Create a member of the platform staff."""
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})


class User(AbstractBaseUser, PermissionsMixin):
    """A person; the membership in the account that is looked at says what they may do."""

    email = models.EmailField(gettext_lazy("email address"), unique=True)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=100, blank=True)
    time_zone = models.CharField(gettext_lazy("time zone"), max_length=50, default="UTC")
    # Of the emails to this person; empty until the first login or choice.
    language = models.CharField(max_length=10, blank=True)
    # Kinds of notices that this person wants no email about.
    muted_notices = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField(gettext_lazy("active"), default=True)
    is_staff = models.BooleanField(gettext_lazy("platform staff"), default=False)
    # Somebody else made the password: until the user has chosen one, there is no other page.
    must_change_password = models.BooleanField(default=False)
    created_at = models.DateTimeField(gettext_lazy("created"), auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = gettext_lazy("user")
        verbose_name_plural = gettext_lazy("users")
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_any_case"),
        ]

    def __str__(self) -> str:
        return self.email


class Membership(models.Model):
    """A user's role in an account."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)

    @only_choices("membership", role=Role.values)
    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "user"], name="membership_one_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.account_id}"


class ApiKey(models.Model):
    """A SecretId/SecretKey pair; the key is encrypted because signatures need it in plain."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    secret_id = models.CharField(max_length=64, unique=True)
    secret_key = EncryptedField()
    # Action names; empty means all.
    actions = models.JSONField(default=list, blank=True)
    # Addresses and networks allowed to use it; empty means any.
    networks = models.JSONField(default=list, blank=True)
    enabled = models.BooleanField(default=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = gettext_lazy("API key")
        verbose_name_plural = gettext_lazy("API keys")
        indexes: ClassVar = [models.Index(fields=["account", "-id"], name="api_key_list")]

    def __str__(self) -> str:
        return self.secret_id


class AuditEntry(models.Model):
    """One act. The database refuses to change or delete an entry."""

    class Channel(models.TextChoices):
        CONSOLE = "console"
        API = "api"
        SMTP = "smtp"
        TASK = "task"

    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, db_index=False, related_name="+")
    at = models.DateTimeField(db_default=models.functions.Now())
    # A text, not a foreign key: it stays when the user or the API key is deleted.
    actor = models.CharField(max_length=254)
    channel = models.CharField(max_length=10, choices=Channel)
    ip = models.CharField(max_length=45, blank=True)
    # Dotted: "templates.approve".
    act = models.CharField(max_length=60)
    target = models.CharField(max_length=300)
    details = models.JSONField(default=dict)
    # HMAC of the other columns, see `accounts.audit_record`.
    mac = models.BinaryField(max_length=32)

    @only_choices("audit", channel=Channel.values)
    class Meta:
        verbose_name = gettext_lazy("audit entry")
        verbose_name_plural = gettext_lazy("audit entries")
        indexes: ClassVar = [models.Index(fields=["account", "-id"], name="audit_list")]

    def __str__(self) -> str:
        return f"{self.at} {self.actor} {self.act} {self.target}"


class UnsealedEntry(models.Model):
    """An entry that waits for its seal; written with it, gone with the seal."""

    # A number, not a foreign key: it stays when the entry is removed, so that the entry is missed.
    entry_id = models.BigIntegerField(primary_key=True)

    def __str__(self) -> str:
        return str(self.entry_id)


class AuditSeal(models.Model):
    """One link of the chain that shows whether entries were removed; the database refuses to change it."""

    number = models.BigIntegerField(primary_key=True)
    # A number, not a foreign key: it stays when the entry is removed, so that the entry is missed.
    entry_id = models.BigIntegerField(unique=True)
    # HMAC of number, entry and the hash before, see `accounts.audit_record`.
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.number}: {self.entry_id}"


class AuditVerification(models.Model):
    """One run of the nightly verification of the audit log, whose entries it read up to `last_seal`."""

    at = models.DateTimeField(db_default=models.functions.Now())
    last_seal = models.BigIntegerField()
    # False: a long log; the next run goes on behind `last_seal`.
    complete = models.BooleanField()
    # A AuditFault of `accounts.audit_verification`; empty when all that was read holds.
    fault = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return f"{self.at} {self.last_seal} {self.fault}"


class Allowance(models.Model):
    """How much of a limit is used up in one window; see `accounts.quota`."""

    key = models.CharField(max_length=400, db_collation="C")
    window = models.BigIntegerField()
    used = models.BigIntegerField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "window"], name="allowance_window")]
        indexes: ClassVar = [models.Index(fields=["ends_at"], name="allowance_end")]

    def __str__(self) -> str:
        return f"{self.key} {self.used}"


class Notice(models.Model):
    """Something the people of an account should know, until one of them closes it."""

    class Level(models.TextChoices):
        INFO = "info", gettext_lazy("Information")
        WARNING = "warning", gettext_lazy("Warning")
        DANGER = "danger", gettext_lazy("Problem")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="notices")
    level = models.CharField(max_length=10, choices=Level)
    # The sentence in English, its values as %(name)s; it is translated when it is shown.
    text = models.CharField(max_length=500)
    # By name: text or number as it is, a list of lines where each may be a sentence of the product.
    values = models.JSONField(default=dict)
    # Where to fix it: a path of the console.
    link = models.CharField(max_length=300, blank=True)
    # What it is about; a second notice of the same subject replaces the first.
    subject = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    @only_choices("notice", level=Level.values)
    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "subject"], condition=models.Q(closed_at=None), name="notice_open_once"
            )
        ]

    def __str__(self) -> str:
        with override("en"):
            return self.sentence

    @property
    def sentence(self) -> str:
        """Return what it says, in the active language."""
        return filled(self.text, self.values)


class NoticeMail(models.Model):
    """The email to one person about one notice; see `accounts.notice_mails`."""

    class Kind(models.TextChoices):
        TEMPLATES = "templates", gettext_lazy("A template of mine was approved or rejected")
        DOMAINS = "domains", gettext_lazy("The DNS records of a sender domain changed, or it can no longer send")
        AUDIT = "audit", gettext_lazy("The audit log was changed")

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="mails")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    # When it is tried next; empty when there is nothing (more) to do.
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    # When the last one went.
    sent_at = models.DateTimeField(null=True)

    @only_choices("notice_mail", kind=Kind.values)
    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["notice", "user"], name="notice_mail_once")]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="notice_mail_due")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.notice_id}"
