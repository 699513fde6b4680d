"""The front around an application that answers once a file is there: `granian tests.config.web.held_site:application`."""

from __future__ import annotations

import os
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup(set_prefix=False)

from typing import Any  # noqa: E402

from django.http import HttpResponse  # noqa: E402

from config.web.application import Front  # noqa: E402


def site(environ: dict[str, Any], start_response: Any) -> HttpResponse:
    """Answer when told to."""
    folder = Path(os.environ["HELD_FOLDER"])
    (folder / "entered").touch()
    while not (folder / "released").exists():
        time.sleep(0.01)
    start_response("200 OK", [])
    return HttpResponse(b"to the end")


application = Front(site)
