"""The operations of `sending`'s migrations that Django does not have.

Migrations import this for ever, so what stands here keeps its name and its meaning; it lies beside the migrations
and not among them, because Django takes every module there for a migration. It uses none of our modules, and only
migrations use it: how partitions are made from day to day is in `models.partitions`, which may change freely.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations


class CreatePartitionedModel(migrations.CreateModel):
    """CreateModel whose table is partitioned by range of `id`, with a default partition."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Create the table and its default partition."""
        plain = schema_editor.sql_create_table
        schema_editor.sql_create_table = f"{plain} PARTITION BY RANGE (id)"
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        finally:
            schema_editor.sql_create_table = plain
        table = to_state.apps.get_model(app_label, self.name)._meta.db_table
        schema_editor.execute(f"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT")
