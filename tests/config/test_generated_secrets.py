from __future__ import annotations

from pathlib import Path

from config import generated_secrets


def test_secrets_are_made_once_and_closed_to_others(tmp_path: Path) -> None:
    secret = generated_secrets.get_or_create(tmp_path, "key")
    assert len(secret) >= 48
    assert generated_secrets.get_or_create(tmp_path, "key") == secret
    assert (tmp_path / "secrets" / "key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
