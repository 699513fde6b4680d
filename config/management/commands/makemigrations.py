"""Write migrations for changes of the schema."""

from django.core.management.commands import makemigrations

from config.schema_changes import SchemaChanges


class Command(makemigrations.Command):
    """Django's command; a label that changed asks for no migration."""

    autodetector = SchemaChanges
