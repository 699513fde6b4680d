"""The states of a template, and how it moves between them."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.caller import Caller
from accounts.errors import Refused
from templates_app.models import Template

State = Template.State

# act -> (states it may start from, state it ends in)
TRANSITIONS: dict[str, tuple[frozenset[str], str]] = {
    "revise": (frozenset({State.DRAFT, State.IN_REVIEW, State.REJECTED, State.APPROVED}), State.DRAFT),
    "submit": (frozenset({State.DRAFT}), State.IN_REVIEW),
    "withdraw": (frozenset({State.IN_REVIEW}), State.DRAFT),
    "approve": (frozenset({State.IN_REVIEW}), State.APPROVED),
    "reject": (frozenset({State.IN_REVIEW}), State.REJECTED),
}
# Why an act is refused on a template in another state.
NOT_NOW = {
    "submit": gettext_lazy("Only a draft can be submitted. The status of this template: %(state)s."),
    "withdraw": gettext_lazy("Only a template in review can be withdrawn. The status of this template: %(state)s."),
    "approve": gettext_lazy("Only a template in review can be approved. The status of this template: %(state)s."),
    "reject": gettext_lazy("Only a template in review can be rejected. The status of this template: %(state)s."),
}


def locked(caller: Caller, template: Template) -> Template:
    """Return the template as it is now, locked, so that acts on one template do not overlap."""
    locked = (
        Template.objects.select_for_update(of=("self",), no_key=True)
        .select_related("latest", "account")
        .filter(pk=template.pk, account=caller.account)
        .first()
    )
    if locked is None:
        raise Refused("InvalidParameterValue.TemplateNotExist", _("This account has no such template."))
    return locked


def move(template: Template, act: str, **fields: object) -> None:
    """Move the template by the table above and store the fields; Refused from a state that the act does not allow.

    A template that is archived does not move.
    """
    before, after = TRANSITIONS[act]
    movable = Template.objects.filter(pk=template.pk, state__in=before, archived_at=None)
    if movable.update(state=after, **fields) != 1:
        if template.archived_at:
            raise Refused("OperationDenied", _("This template is archived. Restore it before you change it."))
        raise Refused("OperationDenied", str(NOT_NOW[act]) % {"state": template.get_state_display().lower()})
    template.refresh_from_db()
