"""Which variables of a template are sensitive, as its authors decide: for the mails that are accepted after it."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from accounts import audit
from accounts.caller import Caller
from templates_app import sensitive_names, states
from templates_app.models import Template
from templates_app.variables import names_in


def variables_of(template: Template) -> list[str]:
    """Return the names of the variables of the latest and the approved version, sorted."""
    versions = [version for version in (template.latest, template.approved) if version]
    return sorted({name for version in versions for name in names_in(f"{version.html}\n{version.text}")})


def mark_sensitive(caller: Caller, *, template: Template, names: Collection[str]) -> None:
    """Let exactly `names` among the template's variables be sensitive; the content and its approval stay."""
    caller.require("templates.edit")
    with transaction.atomic():
        template = states.locked(caller, template)
        variables = variables_of(template)
        others = {name: chosen for name, chosen in template.sensitive.items() if name not in variables}
        template.sensitive = others | sensitive_names.choices(variables, names)
        template.save(update_fields=["sensitive"])
        marked = ", ".join(sensitive_names.among(variables, template.sensitive))
        audit.log(caller, "templates.mark_sensitive", f"template {template.pk} {template.name}", sensitive=marked)
