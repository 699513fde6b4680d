"""The anchor's file: it goes forward only, and a log that lost it does not overwrite it."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts import audit_anchor
from accounts.audit_anchor import Anchor

FIRST, SECOND = Anchor(1, b"1" * 32), Anchor(2, b"2" * 32)


def test_it_is_kept_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "anchor"
    assert audit_anchor.read(path) is None
    audit_anchor.advance(path, FIRST, holds=lambda anchor: False)
    assert audit_anchor.read(path) == FIRST
    audit_anchor.advance(path, SECOND, holds=lambda anchor: anchor == FIRST)
    assert audit_anchor.read(path) == SECOND


def test_it_never_goes_back(tmp_path: Path) -> None:
    path = tmp_path / "anchor"
    audit_anchor.advance(path, SECOND, holds=lambda anchor: True)
    audit_anchor.advance(path, FIRST, holds=lambda anchor: True)
    assert audit_anchor.read(path) == SECOND


def test_a_log_that_lost_it_leaves_it_as_it_is(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "anchor"
    audit_anchor.advance(path, FIRST, holds=lambda anchor: True)
    audit_anchor.advance(path, SECOND, holds=lambda anchor: False)
    assert audit_anchor.read(path) == FIRST
    assert "run verify_audit" in caplog.text


@pytest.mark.parametrize("text", ["", "1", "1:", "x:00", "0:" + "00" * 32, "1:" + "00" * 31, "1:" + "zz" * 32])
def test_a_file_that_holds_something_else_is_not_taken_for_one(text: str, tmp_path: Path) -> None:
    path = tmp_path / "anchor"
    path.write_text(text)
    with pytest.raises(ValueError, match=r".+"):
        audit_anchor.read(path)
    audit_anchor.advance(path, FIRST, holds=lambda anchor: True)
    assert path.read_text() == text


def test_a_folder_that_is_missing_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    audit_anchor.advance(tmp_path / "away" / "anchor", FIRST, holds=lambda anchor: True)
    assert "could not be kept" in caplog.text


def test_without_a_place_none_is_kept() -> None:
    audit_anchor.advance(None, FIRST, holds=lambda anchor: True)
    assert audit_anchor.read(None) is None
