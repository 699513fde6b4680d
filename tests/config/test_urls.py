"""config.urls: what a web process loads before it answers."""

from __future__ import annotations

import os
import subprocess
import sys

from pytest_django import Settings

PROGRAM = """
import sys, django
django.setup()
import config.urls
print([name for name in ("pandas", "numpy", "plotly") if name in sys.modules])
"""


def test_every_page_is_there_without_pandas_and_plotly(settings: Settings) -> None:
    """Together they would cost each web process a second at its start, and 60 MB for as long as it runs."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
