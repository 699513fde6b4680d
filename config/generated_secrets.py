"""Secrets made on the first start and kept beside the data for later ones."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def get_or_create(data_dir: Path, name: str) -> str:
    """Return the random text kept in `data_dir/secrets/<name>`, made on first use, mode 0600."""
    folder = data_dir / "secrets"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    if not path.exists():
        draft = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            # A link never replaces a file: of two first starts at once, one wins and both read its key.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
