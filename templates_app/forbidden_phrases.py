"""The platform's forbidden phrases: one list for every account."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import audit
from accounts.caller import Caller
from accounts.errors import Refused
from templates_app.models import ForbiddenPhrase
from templates_app.phrase_matching import Phrase, fold

# Reviewers read the list; it holds for every account, so only the platform's staff change it.
CHANGE = "platform.manage"


def current() -> list[Phrase]:
    """Return the phrases in force."""
    return [Phrase(*row) for row in ForbiddenPhrase.objects.values_list("category", "phrase")]


def listed() -> QuerySet[ForbiddenPhrase]:
    """Return the rows of the list, by category."""
    return ForbiddenPhrase.objects.all()


def add(caller: Caller, *, category: str, phrase: str) -> ForbiddenPhrase:
    """Put a phrase on the list; Refused when it is too short or on the list already, in any letter case."""
    caller.require(CHANGE)
    phrase, category = " ".join(phrase.split()), " ".join(category.split())
    if not category or len(category) > 60 or not category.isprintable():
        raise Refused("InvalidParameterValue", _("Enter a category of 1 to 60 characters."), field="category")
    if len(fold(phrase)) < 2 or len(phrase) > 100 or not phrase.isprintable():
        raise Refused("InvalidParameterValue", _("Enter a phrase of 2 to 100 characters."), field="phrase")
    with transaction.atomic():
        if any(fold(phrase) == fold(known.text) for known in current()):
            raise Refused(
                "InvalidParameterValue", _("“%(phrase)s” is already on the list.") % {"phrase": phrase}, field="phrase"
            )
        row = ForbiddenPhrase.objects.create(category=category, phrase=phrase)
        audit.log(caller, "templates.add_phrase", phrase, category=category)
    return row


def remove(caller: Caller, *, row: ForbiddenPhrase) -> None:
    """Take a phrase off the list; templates in review keep the findings they were submitted with."""
    caller.require(CHANGE)
    with transaction.atomic():
        row.delete()
        audit.log(caller, "templates.remove_phrase", row.phrase, category=row.category)
