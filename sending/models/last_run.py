"""What the database keeps so that a data folder can tell whether it became older: see `sending.last_run`."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.functions import RandomUUID
from django.db import models


class DatabaseIdentity(models.Model):
    """One row: the name of this database, which its copies and backups share."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    name = models.UUIDField(db_default=RandomUUID())

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="database_identity_once")]

    def __str__(self) -> str:
        return str(self.name)


class DataFolder(models.Model):
    """A data folder (SES_DATA_DIR) from which delivery has run on this database."""

    id = models.UUIDField(primary_key=True)
    # Grows by one at each look; the folder keeps the last one that was committed.
    mark = models.BigIntegerField()
    marked_at = models.DateTimeField(db_default=models.functions.Now())

    def __str__(self) -> str:
        return f"{self.id} {self.mark}"
