"""The task cluster: `manage.py run_tasks` is django-q2's qcluster, which starts only once the database answers."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.db import Error, connection
from django_q.management.commands import qcluster

logger = logging.getLogger(__name__)

MAX_PAUSE_SECONDS = 5.0


class Command(qcluster.Command):  # type: ignore[misc] # django-q2 has no types
    """Does the periodic jobs until SIGTERM; a database that is away later is waited for by the cluster itself."""

    help = "Do the periodic jobs."

    def handle(self, *args: Any, **options: Any) -> None:
        """Wait for the database, then run the cluster."""
        pause = 0.5
        while not _answers():
            time.sleep(pause)
            pause = min(2 * pause, MAX_PAUSE_SECONDS)
        super().handle(*args, **options)


def _answers() -> bool:
    try:
        connection.ensure_connection()
    except Error as error:
        logger.warning("tasks wait, the database does not answer: %s", str(error).strip().partition("\n")[0])
        return False
    # The cluster forks, and its processes open their own.
    connection.close()
    return True
