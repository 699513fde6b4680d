"""Which changes need a migration: those of the schema, not those of texts that people read."""

from __future__ import annotations

from typing import Any

from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.state import ProjectState
from django.db.models import Field

# Labels are reworded and translated all the time; they stand in no row and no column.
FIELD_TEXTS = frozenset({"choices", "verbose_name", "help_text"})
MODEL_TEXTS = frozenset({"verbose_name", "verbose_name_plural"})


class SchemaChanges(MigrationAutodetector):
    """Django's autodetector, which neither compares nor writes labels.

    Which values a column takes is in its constraint (`accounts.constraints.only_choices`), and that is compared.
    """

    def __init__(self, from_state: ProjectState, to_state: ProjectState, questioner: Any = None) -> None:
        super().__init__(without_texts(from_state), without_texts(to_state), questioner)


def without_texts(state: ProjectState) -> ProjectState:
    """Return a copy of `state` whose models and fields have no labels."""
    copy = state.clone()
    for model in copy.models.values():
        model.options = {name: value for name, value in model.options.items() if name not in MODEL_TEXTS}
        model.fields = {name: _plain(field) for name, field in model.fields.items()}
    return copy


def _plain(field: Field[Any, Any]) -> Field[Any, Any]:
    _, _, arguments, options = field.deconstruct()
    return type(field)(*arguments, **{name: value for name, value in options.items() if name not in FIELD_TEXTS})
