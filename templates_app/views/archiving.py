"""Put templates away, one or many, bring them back, or make a draft like one."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from accounts.caller import Caller
from accounts.console.act_page import ActPage
from accounts.console.bulk import BulkAction, BulkPage
from accounts.scoping import get_visible_or_404, visible
from templates_app import archiving, review
from templates_app.models import Template


def _submit(caller: Caller, template: Template) -> str:
    submitted = review.submit(caller, template=template)
    return gettext("Rejected by the automatic review: its page says what to fix.") if submitted.by_machine else ""


def _withdraw(caller: Caller, template: Template) -> None:
    review.withdraw(caller, template=template)


class _TemplateAct(ActPage):
    right = "templates.edit"
    nav = "templates:list"

    def template(self) -> Template:
        """Return the caller's template, or 404."""
        return get_visible_or_404(Template.objects.all(), self.caller, pk=self.kwargs["pk"])


ARCHIVE = BulkAction(
    "archive",
    gettext_lazy("Archive"),
    lambda caller, template: archiving.archive(caller, template=template),
    gettext_lazy("Archive these templates?"),
    gettext_lazy("The console no longer lists or offers them; programs can still send them."),
    icon="archive",
)
RESTORE = BulkAction(
    "restore",
    gettext_lazy("Restore"),
    lambda caller, template: archiving.restore(caller, template=template),
    gettext_lazy("Restore these templates?"),
    icon="archive-off",
)
SUBMIT = BulkAction(
    "submit",
    gettext_lazy("Submit for review"),
    _submit,
    gettext_lazy("Submit these templates for review?"),
    icon="send",
)
WITHDRAW = BulkAction(
    "withdraw",
    gettext_lazy("Withdraw"),
    _withdraw,
    gettext_lazy("Withdraw these templates from review?"),
    icon="arrow-back-up",
)


class BulkTemplates(BulkPage):
    """Archive, restore, submit or withdraw many templates."""

    right = "templates.edit"
    nav = "templates:list"
    actions = (SUBMIT, WITHDRAW, ARCHIVE, RESTORE)

    def rows(self) -> QuerySet[Template]:
        return visible(Template.objects.all(), self.caller)


class ArchiveTemplate(_TemplateAct):
    """Put it away."""

    def act(self, **kwargs: Any) -> str:
        template = self.template()
        archiving.archive(self.caller, template=template)
        self.say(gettext("Archived. Under Status, Archived, the list shows it."))
        return reverse("templates:detail", args=[template.pk])


class RestoreTemplate(_TemplateAct):
    """Bring it back."""

    def act(self, **kwargs: Any) -> str:
        template = self.template()
        archiving.restore(self.caller, template=template)
        self.say(gettext("Restored."))
        return reverse("templates:detail", args=[template.pk])


class DuplicateTemplate(_TemplateAct):
    """Make a draft like it, and lead to its editor."""

    def act(self, **kwargs: Any) -> str:
        made = archiving.duplicate(self.caller, template=self.template())
        self.say(gettext("This is the copy, a draft. The original has not changed."))
        return reverse("templates:edit", args=[made.pk])
