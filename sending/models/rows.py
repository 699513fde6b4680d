"""Rows by name: columns come from dataclasses and models, so that no list of columns is written by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models
from django.db.backends.utils import CursorWrapper

Row = TypeVar("Row")

# The type of jsonb columns; Django leaves their text unread on a bare cursor.
_JSONB = 3802
# What a column of JSON holds in Python.
_NESTED = (list, tuple, Mapping)


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
    names = [column.name for column in cursor.description]
    nested = [column.name for column in cursor.description if column.type_code == _JSONB]
    found = []
    for values in cursor.fetchall():
        by_name = dict(zip(names, values, strict=True))
        for name in nested:
            by_name[name] = json.loads(by_name[name])
        found.append(row(**by_name))
    return found


def values_of(row: Any) -> dict[str, Any]:
    """Return a dataclass's values by name."""
    return {name: getattr(row, name) for name in names_of(type(row))}


def parameters(row: Any) -> dict[str, Any]:
    """Return a dataclass's values as parameters of a query, by name; lists and mappings as JSON."""
    return {name: as_json(value) if isinstance(value, _NESTED) else value for name, value in values_of(row).items()}


def as_json(value: Any) -> str:
    """Return JSON as `recordset` takes it: moments in ISO 8601, bytes in PostgreSQL's hex."""
    return json.dumps(value, default=_unusual)


def recordset(name: str, columns: Mapping[str, str], *, parameter: str = "%s") -> str:
    """Return a FROM item of rows that one parameter brings as a JSON list of objects; `columns` are name -> type.

    JSON costs the client a third of what arrays would: the standard library writes it in C.
    """
    listed = ", ".join(f"{_quoted(column)} {type_}" for column, type_ in columns.items())
    return f"json_to_recordset({parameter}) AS {name}({listed})"


def types_of(model: type[models.Model], names: Iterable[str]) -> dict[str, str]:
    """Return the types of a model's columns, without their lengths: a cast to the length would cut a text short."""
    return {name: re.sub(r"\(\d+\)", "", model._meta.get_field(name).db_type(connection) or "") for name in names}


def insert(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, which all name the same columns, in one statement; columns not named get the model's defaults.

    Never by COPY: a process that is stopped in the midst of one keeps the transaction's locks for as long as it
    sleeps, since PostgreSQL's idle_in_transaction_session_timeout does not count the time a COPY waits for its client.
    """
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_insert(model, tuple(rows[0])), [as_json(rows)])


@cache
def _insert(model: type[models.Model], names: tuple[str, ...]) -> str:
    source = f"FROM {recordset('entry', types_of(model, names))}"
    return insert_select(model, source, {name: f"entry.{_quoted(name)}" for name in names})


def insert_select(model: type[models.Model], source: str, values: Mapping[str, str]) -> str:
    """Return INSERT … SELECT: each column's value as SQL, by name; columns not named get the model's defaults."""
    every = {**values, **{name: text for name, text in _defaults(model).items() if name not in values}}
    columns = ", ".join(map(_quoted, every))
    return f"INSERT INTO {_quoted(model._meta.db_table)} ({columns}) SELECT {', '.join(every.values())} {source}"


@cache
def _defaults(model: type[models.Model]) -> dict[str, str]:
    """Return the columns that have neither NULL nor a default of the database's, with the model's default as SQL."""
    found: dict[str, str] = {}
    for field in model._meta.concrete_fields:
        if field.null or field.has_db_default() or not (field.has_default() or field.blank):
            continue
        default = field.get_default()
        if default is not None:
            text = default if isinstance(default, str) else as_json(default)
            found[field.attname] = text if isinstance(default, int) else f"'{text}'"
    return found


def _quoted(name: str) -> str:
    return f'"{name}"'


def _unusual(value: Any) -> str | dict[str, Any]:
    match value:
        case datetime():
            return value.isoformat()
        case bytes():
            return f"\\x{value.hex()}"
        case Mapping():
            return dict(value)
    raise TypeError(f"{type(value).__name__} has no place in a row.")
