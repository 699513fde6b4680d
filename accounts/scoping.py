"""What a caller may see: every read starts here."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404

from accounts.caller import Caller

M = TypeVar("M", bound=Model)


def visible(queryset: QuerySet[M], caller: Caller) -> QuerySet[M]:
    """Return the rows of the caller's account; the table has its own `account_id`, no join is made."""
    return queryset.filter(account_id=caller.account.pk)


def get_visible_or_404(queryset: QuerySet[M], caller: Caller, **lookup: object) -> M:
    """Return the one row; another account's row and no row are the same 404."""
    row = visible(queryset, caller).filter(**lookup).first()
    if row is None:
        raise Http404
    return row
