"""Role -> rights: one dict; every act asks it through `Caller.require`."""

from __future__ import annotations

from functools import reduce

from django.db import models
from django.utils.translation import gettext, gettext_lazy


class Role(models.TextChoices):
    """What a member may be in an account."""

    OPERATOR = "operator", gettext_lazy("Operator")
    REVIEWER = "reviewer", gettext_lazy("Reviewer")
    ANALYST = "analyst", gettext_lazy("Analyst")
    ADMIN = "admin", gettext_lazy("Admin")


VIEW = frozenset(
    {
        "overview.view",
        "domains.view",
        "templates.view",
        "messages.view",
        "statistics.view",
        "blocklist.view",
    }
)

RIGHTS: dict[str, frozenset[str]] = {
    Role.OPERATOR: VIEW
    | {
        "domains.edit",
        "addresses.edit",
        "templates.edit",
        "messages.send",
        "simulator.view",
        "blocklist.edit",
        "exports.make",
    },
    Role.REVIEWER: frozenset({"overview.view", "templates.view", "templates.review"}),
    Role.ANALYST: VIEW | {"exports.make"},
    Role.ADMIN: VIEW
    | {
        "domains.edit",
        "addresses.edit",
        "templates.edit",
        "messages.send",
        "simulator.view",
        "blocklist.edit",
        "exports.make",
        "users.manage",
        "keys.manage",
        "audit.view",
        "account.edit",
        "recipients.erase",
    },
}

# Platform staff see every account and may do everything, review included.
STAFF_RIGHTS = frozenset().union(*RIGHTS.values()) | {"platform.manage"}


def holders(right: str) -> str:
    """Return the names of the roles that hold `right`, for the sentence that says whom to ask."""
    names = [str(Role(role).label) for role, rights in RIGHTS.items() if right in rights]
    return reduce(lambda first, last: gettext("%(first)s or %(last)s") % {"first": first, "last": last}, names or [""])
