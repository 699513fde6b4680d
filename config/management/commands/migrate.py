"""Bring the database to this version's schema."""

from django.core.management.commands import migrate

from config.schema_changes import SchemaChanges


class Command(migrate.Command):
    """Django's command; a label that changed is not reported as a missing migration."""

    autodetector = SchemaChanges
