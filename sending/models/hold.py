"""When work was on hold for the whole platform."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy

from accounts.constraints import only_choices
from accounts.stored_texts import filled


class HoldPeriod(models.Model):
    """A time in which one kind of work was on hold; while `ended_at` is empty it is on hold now."""

    class Kind(models.TextChoices):
        DELIVERY = "delivery", gettext_lazy("Delivery")
        CALLBACKS = "callbacks", gettext_lazy("Callbacks")
        REPORTS = "reports", gettext_lazy("Reading of reports")

    kind = models.CharField(max_length=9, choices=Kind)
    # The sentence in English, its values as %(name)s; it is translated when it is shown.
    reason = models.TextField(blank=True)
    values = models.JSONField(default=dict)
    began_at = models.DateTimeField(db_default=models.functions.Now())
    # Texts, not foreign keys: a command and the service itself do it too.
    begun_by = models.CharField(max_length=254)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=254, blank=True)

    @only_choices("hold", kind=Kind.values)
    class Meta:
        indexes: ClassVar = [models.Index(fields=["kind", "ended_at"], name="hold_by_end")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind"], condition=models.Q(ended_at=None), name="hold_open_once"),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("began_at")),
                name="hold_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} from {self.began_at} to {self.ended_at}"

    @property
    def sentence(self) -> str:
        """Return why, in the active language; "" when nobody said."""
        return filled(self.reason, self.values) if self.reason else ""
