"""Runs collectstatic when the static files changed, so that a second start loses no time."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command


def collect() -> bool:
    """Run collectstatic unless the sources are those of the last run; say whether it ran."""
    stamp = settings.STATIC_ROOT / ".sources"
    fingerprint = _fingerprint()
    if stamp.exists() and stamp.read_text() == fingerprint:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(fingerprint)
    return True


def _fingerprint() -> str:
    digest = hashlib.sha256()
    # Settings and storage decide the names, the finders' files the content.
    paths = sorted(Path(__file__).parent.glob("*.py"))
    for finder in finders.get_finders():
        paths += sorted(Path(storage.path(name)) for name, storage in finder.list(None))
    for path in paths:
        stat = path.stat()
        digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
