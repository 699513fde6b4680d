from __future__ import annotations

from typing import Any

from django.db import models
from django.db.migrations.state import ModelState, ProjectState

from accounts.constraints import only_choices
from config.management.commands import makemigrations, migrate
from config.schema_changes import SchemaChanges


def state(*, values: str = "ab", label: str = "State", **options: Any) -> ProjectState:
    """Return a project of one model with one column of choices."""

    class Meta:
        pass

    made = ProjectState()
    field = models.CharField(label, max_length=1, choices=[(value, f"{label} {value}") for value in values])
    fields = [("id", models.BigAutoField(primary_key=True)), ("state", field)]
    constraints = only_choices("thing", state=list(values))(Meta).constraints
    made.add_model(ModelState("shop", "Thing", fields, {**options, "constraints": constraints}))
    return made


def operations(old: ProjectState, new: ProjectState) -> list[str]:
    changes = SchemaChanges(old, new)._detect_changes()
    return [type(operation).__name__ for migration in changes.get("shop", []) for operation in migration.operations]


def test_a_label_asks_for_no_migration() -> None:
    assert operations(state(), state(label="Stand", verbose_name="thing", verbose_name_plural="things")) == []


def test_a_choice_that_is_added_changes_the_constraint_alone() -> None:
    assert operations(state(), state(values="abc")) == ["RemoveConstraint", "AddConstraint"]


def test_other_changes_are_found() -> None:
    assert operations(state(), state(ordering=["id"])) == ["AlterModelOptions"]
    assert operations(ProjectState(), state()) == ["CreateModel"]


def test_a_migration_is_written_without_labels() -> None:
    (migration,) = SchemaChanges(ProjectState(), state())._detect_changes()["shop"]
    field = dict(migration.operations[0].fields)["state"]
    assert (field.choices, field.verbose_name) == (None, None)


def test_the_states_it_compares_stay_as_they_are() -> None:
    old = state()
    SchemaChanges(old, state())
    assert old.models["shop", "thing"].fields["state"].choices == [("a", "State a"), ("b", "State b")]


def test_the_commands_use_it() -> None:
    assert makemigrations.Command.autodetector is migrate.Command.autodetector is SchemaChanges
