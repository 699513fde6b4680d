"""Templates that are no longer used are put away: the console neither lists nor offers them.

What programs may do stays: a template that a program sends is not taken from it by a click.
"""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.caller import Caller
from accounts.errors import Refused
from templates_app import review, states
from templates_app.models import Template


def archive(caller: Caller, *, template: Template) -> None:
    """Put a template away, whatever its state; Refused while it waits for its review."""
    caller.require("templates.edit")
    with transaction.atomic():
        template = states.locked(caller, template)
        if template.archived_at:
            raise Refused("OperationDenied", _("This template is archived already."))
        if template.state == Template.State.IN_REVIEW:
            raise Refused("OperationDenied", _("This template is in review. Withdraw it before you archive it."))
        template.archived_at = timezone.now()
        template.save(update_fields=["archived_at"])
        audit.log(caller, "templates.archive", f"template {template.pk} {template.name}")


def restore(caller: Caller, *, template: Template) -> None:
    """Bring a template back, in the state it had."""
    caller.require("templates.edit")
    with transaction.atomic():
        template = states.locked(caller, template)
        if template.archived_at is None:
            raise Refused("OperationDenied", _("This template is not archived."))
        template.archived_at = None
        template.save(update_fields=["archived_at"])
        audit.log(caller, "templates.restore", f"template {template.pk} {template.name}")


def duplicate(caller: Caller, *, template: Template) -> Template:
    """Make a draft with the latest content of a template, its sensitive variables too."""
    with transaction.atomic():
        template = states.locked(caller, template)
        if template.latest is None:
            raise Refused("InvalidParameterValue.TemplateContentIsNULL", _("Enter a body first."))
        version = template.latest
        return review.create(
            caller,
            name=_copy_name(template.name),
            html=version.html,
            text=version.text,
            summary=version.summary,
            copy_of=template,
        )


def _copy_name(name: str) -> str:
    """Return the name with a word after it that says copy, as long as a name may be."""
    spare = len(_("%(name)s (copy)") % {"name": ""})
    limit: int = settings.RULES.template_name_max_characters
    return _("%(name)s (copy)") % {"name": name[: limit - spare].rstrip()}
