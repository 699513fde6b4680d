"""How long a transaction may sit idle before PostgreSQL ends it: half a lease where others wait for its rows.

A server that hangs inside a transaction keeps its rows locked, and whoever needs them waits. So web, delivery, the
report port and its reader, and the simulator run under this limit. Commands and tasks do not: their transactions are as
long as their work, and a slow machine may let them sit idle for longer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections


def limit_process() -> None:
    """Put the limit on every connection that any thread of this process opens from now on."""
    database = connections.settings[DEFAULT_DB_ALIAS]
    database["OPTIONS"] = _limited(database["OPTIONS"])


def limit_thread() -> None:
    """Put the limit on every connection that this thread opens from now on."""
    connection.settings_dict = {
        **connection.settings_dict,
        "OPTIONS": _limited(connection.settings_dict["OPTIONS"]),
    }


def _limited(options: Mapping[str, Any]) -> dict[str, Any]:
    milliseconds = max(1000, settings.RULES.lease_seconds * 500)
    # On connecting, and not by SET: it is there before the first transaction and costs no round trip.
    limit = f"-c idle_in_transaction_session_timeout={milliseconds}"
    return {**options, "options": f"{options.get('options', '')} {limit}".strip()}
