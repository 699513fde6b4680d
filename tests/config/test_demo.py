"""The demo account: made once, its logins kept where nobody else reads them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from config import demo


@pytest.mark.django_db
def test_the_logins_are_made_once_and_closed_to_others(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR = tmp_path
    # Of its history, which takes its time, others speak.
    monkeypatch.setattr(demo, "HISTORY_DAYS", 1)
    made = demo.make()
    assert (tmp_path / "demo.json").stat().st_mode & 0o777 == 0o600
    assert demo.make() == made
