"""Bring the database to this version's schema."""

from typing import Any

from django.conf import settings
from django.core.management.commands import migrate

from config import database_roles
from config.schema_changes import SchemaChanges


class Command(migrate.Command):
    """Django's command, run as the owner of the tables; a label that changed is not reported as a missing migration."""

    autodetector = SchemaChanges

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, and give the application's role what it needs of the tables that are there now."""
        with database_roles.owner():
            super().handle(*args, **options)
            if settings.OWNER_DATABASE is not None:
                database_roles.settle(settings.DATABASES["default"]["USER"])
