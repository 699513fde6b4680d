"""The tests' own database, for programs that a test starts."""

from __future__ import annotations

from urllib.parse import quote

from django.db import connection


def database_url() -> str:
    """Return the URL of the database that this test runs on."""
    at = connection.settings_dict
    user, password = (quote(at[key], safe="") for key in ("USER", "PASSWORD"))
    # A socket's folder stands where the path does.
    place = f"/{at['HOST']}" if str(at["HOST"]).startswith("/") else f"{at['HOST']}:{at['PORT'] or 5432}"
    return f"postgres://{user}:{password}@{place}/{at['NAME']}"
