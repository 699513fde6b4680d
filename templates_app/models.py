"""Templates, their immutable versions, and the review of each."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy

from accounts.constraints import only_choices
from accounts.models import Account, User
from accounts.stored_texts import lines
from templates_app import finding_texts
from templates_app.screening import Finding


class Template(models.Model):
    """A template as its users know it; its content is in its versions."""

    class State(models.TextChoices):
        DRAFT = "draft", gettext_lazy("Draft")
        IN_REVIEW = "in_review", gettext_lazy("In review")
        APPROVED = "approved", gettext_lazy("Approved")
        REJECTED = "rejected", gettext_lazy("Rejected")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="templates")
    name = models.CharField(max_length=100)
    # The state of the latest version; moved by `review` alone.
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    # These two are versions of this template: the migration adds foreign keys of both columns, which Django has not.
    latest = models.ForeignKey("Version", null=True, on_delete=models.PROTECT, related_name="+")
    # What is sent is the last version that was approved.
    approved = models.ForeignKey("Version", null=True, on_delete=models.PROTECT, related_name="+")
    # Variable name -> whether it is sensitive, where that is not what `sensitive_names` makes of the name.
    sensitive = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    # The console neither lists nor offers it since then; programs that name it send it as before.
    archived_at = models.DateTimeField(null=True)

    @only_choices("template", state=State.values)
    class Meta:
        verbose_name = gettext_lazy("template")
        verbose_name_plural = gettext_lazy("templates")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(archived_at=None) | ~models.Q(state="in_review"),
                name="template_archived_is_not_in_review",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["account", "-id"], name="template_list")]

    def __str__(self) -> str:
        return self.name


class Version(models.Model):
    """One version of a template's content; the database refuses to change it."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    html = models.TextField(blank=True)
    text = models.TextField(blank=True)
    summary = models.CharField(max_length=200, blank=True)
    # SHA-256 of html and text, hexadecimal.
    digest = models.CharField(max_length=64)
    # Who wrote it; a program's key id where there is no user.
    author = models.CharField(max_length=254)
    author_user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = gettext_lazy("version")
        verbose_name_plural = gettext_lazy("versions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["template", "number"], name="version_number_once"),
            # What the template's `latest` and `approved` refer to.
            models.UniqueConstraint(fields=["id", "template"], name="version_of_template"),
            models.CheckConstraint(condition=~models.Q(html="", text=""), name="version_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} v{self.number}"


class Review(models.Model):
    """One review of one version."""

    class State(models.TextChoices):
        WAITING = "waiting", gettext_lazy("Waiting")
        APPROVED = "approved", gettext_lazy("Approved")
        REJECTED = "rejected", gettext_lazy("Rejected")
        WITHDRAWN = "withdrawn", gettext_lazy("Withdrawn")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="reviews")
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="reviews")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    # What screening found when it was submitted: a list of findings as `screening` writes them.
    findings = models.JSONField(default=list)
    submitted_at = models.DateTimeField(auto_now_add=True)
    submitted_by = models.CharField(max_length=254)
    claimed_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    claimed_until = models.DateTimeField(null=True)
    # The program rejected it, for its findings (decision 31).
    by_machine = models.BooleanField(default=False)
    # Who decided, if it was a person, and when, by the state. PROTECT: who decided a review stays known.
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    # As typed; the lines that are quick reasons in English, and so is all that the program says.
    reason = models.TextField(blank=True)

    @only_choices("review", state=State.values)
    class Meta:
        verbose_name = gettext_lazy("review")
        verbose_name_plural = gettext_lazy("reviews")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["template"], condition=models.Q(state="waiting"), name="review_one_open_per_template"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="rejected", reason=""), name="review_rejection_has_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["waiting", "withdrawn"], by_machine=False, decided_by=None, decided_at=None
                )
                | models.Q(
                    state__in=["approved", "rejected"],
                    by_machine=False,
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                )
                | models.Q(state="rejected", by_machine=True, decided_by=None, decided_at__isnull=False),
                name="review_decision_has_who_and_when",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["account", "submitted_at", "id"], condition=models.Q(state="waiting"), name="review_queue"
            ),
            models.Index(fields=["account", "-id"], name="review_list"),
        ]

    def __str__(self) -> str:
        return f"review {self.pk} of {self.version_id}"

    @property
    def translated_reason(self) -> str:
        """Return the reason in the active language, of what a person wrote the quick reasons."""
        return reason_text(self.reason, self.findings if self.by_machine else None)


def reason_text(reason: str, findings: list[dict[str, Any]] | None) -> str:
    """Return a stored reason in the active language; `findings` are those by which the program decided."""
    if findings is None:
        return lines(reason)
    return finding_texts.faults(Finding.from_json(finding) for finding in findings)


class Skeleton(models.Model):
    """An approved version, compiled: what `rendering` fills for each mail."""

    version = models.OneToOneField(Version, primary_key=True, on_delete=models.CASCADE, related_name="skeleton")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    # `compiled.Compiled` as JSON.
    parts = models.JSONField()
    compiled_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"skeleton of {self.version_id}"


class ForbiddenPhrase(models.Model):
    """A phrase that no template may hold, with its category; the list is the platform's."""

    category = models.CharField(max_length=60)
    phrase = models.CharField(max_length=100, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = gettext_lazy("forbidden phrase")
        verbose_name_plural = gettext_lazy("forbidden phrases")
        ordering: ClassVar = ["category", "phrase"]

    def __str__(self) -> str:
        return self.phrase
