"""Constraints of the database that follow from a model's choices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db.models import CheckConstraint, Q

Meta = TypeVar("Meta", bound=type[Any])


def only_choices(prefix: str, /, **values: Sequence[str | int]) -> Callable[[Meta], Meta]:
    """Add to a model's Meta, for each field, the constraint `<prefix>_<field>_known`: it holds one of the values.

    A decorator, because it sees the choices that are nested in the model, and Meta's own body does not. A choice
    added or taken away changes the constraint, so that `makemigrations` writes a migration for it.
    """

    def add(meta: Meta) -> Meta:
        known = [
            CheckConstraint(condition=Q((f"{field}__in", list(allowed))), name=f"{prefix}_{field}_known")
            for field, allowed in values.items()
        ]
        meta.constraints = [*getattr(meta, "constraints", ()), *known]
        return meta

    return add
