"""Keyset paging: any depth costs the same, and new rows on top shift nothing."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet

M = TypeVar("M", bound=Model)
Order = Sequence[str]


@dataclass(frozen=True)
class KeysetPage(Generic[M]):
    """The rows of one page, and the cursors of its neighbours ("" where there is none)."""

    rows: list[M]
    newer: str
    older: str


def page(queryset: QuerySet[M], order: Order, *, after: str, before: str, size: int) -> KeysetPage[M]:
    """Return up to `size` rows after (or before) a cursor; a text that is no cursor means the first page.

    `order` names columns of the table without NULLs, the last one unique.
    """
    backwards = bool(before) and not after
    position = _read(queryset.model, order, before if backwards else after)
    if backwards and position is not None:
        found = list(_from(queryset, _reversed(order), position)[: size + 1])
        rows = found[:size][::-1]
        more_before, more_after = len(found) > size, True
    else:
        found = list(_from(queryset, order, position)[: size + 1])
        rows = found[:size]
        more_before, more_after = position is not None, len(found) > size
    if not rows:
        # The rows beyond the cursor are gone: show the first page rather than an empty list.
        return KeysetPage([], "", "") if position is None else page(queryset, order, after="", before="", size=size)
    return KeysetPage(
        rows,
        newer=cursor(rows[0], order) if more_before else "",
        older=cursor(rows[-1], order) if more_after else "",
    )


def walk(queryset: QuerySet[M], order: Order, *, chunk: int = 2000) -> Iterator[M]:
    """Yield every row in `order`, `chunk` at a time, without holding a database cursor open."""
    position: list[Any] | None = None
    while True:
        rows = list(_from(queryset, order, position)[:chunk])
        yield from rows
        if len(rows) < chunk:
            return
        position = [getattr(rows[-1], _column(name)) for name in order]


def cursor(row: Model, order: Order) -> str:
    """Return the row's place in `order` as URL-safe text."""
    values = [_field(type(row), name).value_to_string(row) for name in order]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()


def _read(model: type[Model], order: Order, text: str) -> list[Any] | None:
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(values, list) or len(values) != len(order):
            return None
        return [_storable(_field(model, name).to_python(value)) for name, value in zip(order, values, strict=True)]
    except (binascii.Error, ValueError, TypeError, OverflowError, ValidationError):
        return None


def _field(model: type[Model], name: str) -> Field[Any, Any]:
    field = model._meta.get_field(_column(name))
    assert isinstance(field, Field), f"{name} is no column of {model.__name__}"
    return field


def _storable(value: Any) -> Any:
    if value is None or (isinstance(value, int) and abs(value) >= 2**63):
        raise ValueError
    # The database stores neither NUL nor an unpaired surrogate; encoding raises ValueError for the latter.
    if isinstance(value, str) and b"\0" in value.encode():
        raise ValueError
    return value


def _from(queryset: QuerySet[M], order: Order, position: Sequence[Any] | None) -> QuerySet[M]:
    queryset = queryset.order_by(*order)
    if position is None:
        return queryset
    beyond = Q()
    equal: dict[str, Any] = {}
    for name, value in zip(order, position, strict=True):
        beyond |= Q(**equal, **{f"{_column(name)}__{'lt' if name.startswith('-') else 'gt'}": value})
        equal[_column(name)] = value
    first, value = order[0], position[0]
    # Once more for the first column alone, so that its index bounds the search.
    return queryset.filter(beyond, **{f"{_column(first)}__{'lte' if first.startswith('-') else 'gte'}": value})


def _reversed(order: Order) -> list[str]:
    return [name[1:] if name.startswith("-") else f"-{name}" for name in order]


def _column(name: str) -> str:
    return name.removeprefix("-")
