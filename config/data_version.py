"""Whether this version made the database: by the migrations that were run, and by its columns."""

from __future__ import annotations

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

OURS = frozenset({"accounts", "blocklist", "config", "domains", "sending", "stats", "templates_app"})


def foreign_to(connection: BaseDatabaseWrapper) -> list[str]:
    """Return what in the database does not come from this version; nothing when it is new, ours, or an older release's.

    These are migrations that this version does not have, as "accounts.0002_name". Where each one was run, they are
    columns that are missing, as "accounts_account.name": the migration was another when it was run.
    """
    applied = {key for key in MigrationRecorder(connection).applied_migrations() if key[0] in OURS}
    known = {key for key in MigrationLoader(None).disk_migrations if key[0] in OURS}
    if unknown := sorted(applied - known):
        return [".".join(key) for key in unknown]
    return _missing_columns(connection) if applied == known else []


def _missing_columns(connection: BaseDatabaseWrapper) -> list[str]:
    wanted = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for field in model._meta.local_concrete_fields
        if field.column
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = ANY (current_schemas(false)) AND table_name = ANY (%s)",
            [sorted({table for table, _ in wanted})],
        )
        return [".".join(key) for key in sorted(wanted - set(cursor.fetchall()))]
