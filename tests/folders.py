"""Folders for servers that tests start."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def data_folder() -> Iterator[Path]:
    """Give a folder that a server's unprivileged user can walk to, unlike pytest's own; all of it goes at the end."""
    with tempfile.TemporaryDirectory(prefix="ses-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
