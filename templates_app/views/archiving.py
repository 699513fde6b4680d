"""Put a template away, bring it back, or make a draft like it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from accounts.console.act_page import ActPage
from accounts.scoping import get_visible_or_404
from templates_app import archiving
from templates_app.models import Template


class _TemplateAct(ActPage):
    right = "templates.edit"
    nav = "templates:list"

    def template(self) -> Template:
        """Return the caller's template, or 404."""
        return get_visible_or_404(Template.objects.all(), self.caller, pk=self.kwargs["pk"])


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
