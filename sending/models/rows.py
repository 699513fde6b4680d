"""Rows by name: columns come from dataclasses and models, so that no list of columns is written by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models
from django.db.backends.utils import CursorWrapper

Row = TypeVar("Row")

# The type of jsonb columns; Django leaves their text unread on a bare cursor.
_JSONB = 3802


def names_of(row: type) -> tuple[str, ...]:
    """Return the names of a dataclass's fields, in order."""
    return tuple(field.name for field in fields(row))


def selected(row: type, table: str, **expressions: str) -> str:
    """Return a SELECT list that brings a dataclass's fields: from `table`, or by the expression given for one."""
    return ", ".join(
        f"{expressions[name]} AS {_quoted(name)}" if name in expressions else f"{table}.{_quoted(name)}"
        for name in names_of(row)
    )


def fetch(cursor: CursorWrapper, row: type[Row]) -> list[Row]:
    """Return what a query brought, each row as a `row`, found by the names of its columns."""
    columns = [(column.name, column.type_code == _JSONB) for column in cursor.description]
    return [
        row(
            **{
                name: json.loads(value) if is_json else value
                for (name, is_json), value in zip(columns, values, strict=True)
            }
        )
        for values in cursor.fetchall()
    ]


def arrays(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return the rows column by column; values that are no scalars become JSON."""
    return {name: [_parameter(row[name]) for row in rows] for name in rows[0]}


def parameters(row: object) -> dict[str, Any]:
    """Return a dataclass's values as parameters of a query, by name."""
    return {name: _parameter(getattr(row, name)) for name in names_of(type(row))}


def insert(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, which all name the same columns, in one statement; columns not named get the model's defaults.

    Never by COPY: a process that is stopped in the midst of one keeps the transaction's locks for as long as it
    sleeps, since PostgreSQL's idle_in_transaction_session_timeout does not count the time a COPY waits for its client.
    """
    if not rows:
        return
    columns = arrays(rows)
    names = tuple(columns)
    given = ", ".join(f"%s::{array_type(model, name)}[]" for name in names)
    source = f"FROM unnest({given}) AS entry({', '.join(map(_quoted, names))})"
    statement = insert_select(model, source, {name: f"entry.{_quoted(name)}" for name in names})
    with connection.cursor() as cursor:
        cursor.execute(statement, list(columns.values()))


def insert_select(model: type[models.Model], source: str, values: Mapping[str, str]) -> str:
    """Return INSERT … SELECT: each column's value as SQL, by name; columns not named get the model's defaults."""
    every = {**values, **{name: text for name, text in _defaults(model).items() if name not in values}}
    columns = ", ".join(map(_quoted, every))
    return f"INSERT INTO {_quoted(model._meta.db_table)} ({columns}) SELECT {', '.join(every.values())} {source}"


@cache
def array_type(model: type[models.Model], name: str) -> str:
    """Return a column's type without its length: a cast to the length would cut the text short in silence."""
    return re.sub(r"\(\d+\)", "", model._meta.get_field(name).db_type(connection) or "")


@cache
def _defaults(model: type[models.Model]) -> dict[str, str]:
    """Return the columns that have neither NULL nor a default of the database's, with the model's default as SQL."""
    found: dict[str, str] = {}
    for field in model._meta.concrete_fields:
        if field.null or field.has_db_default() or not (field.has_default() or field.blank):
            continue
        default = _parameter(field.get_default())
        if default is not None:
            found[field.attname] = "'" + default + "'" if isinstance(default, str) else str(default).lower()
    return found


def _quoted(name: str) -> str:
    return f'"{name}"'


def _parameter(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(dict(value) if isinstance(value, Mapping) else value)
    return value
