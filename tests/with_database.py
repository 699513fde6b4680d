"""Run a Python program with the tests' settings and their PostgreSQL: `python -m tests.with_database manage.py …`."""

from __future__ import annotations

import os
import runpy
import sys


def main() -> None:
    """Start the database, run the program named by the arguments in this process, stop the database."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    from django.conf import settings

    from config import embedded_pg

    server = (
        None if os.environ.get("DATABASE_URL") else embedded_pg.EmbeddedServer(settings.TEST_DATA_DIR, durable=False)
    )
    if server:
        server.start()
    try:
        sys.argv = sys.argv[1:]
        runpy.run_path(sys.argv[0], run_name="__main__")
    finally:
        if server:
            server.stop()


if __name__ == "__main__":
    main()
