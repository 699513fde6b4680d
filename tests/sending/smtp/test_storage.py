"""Mails on their way in take a bounded room, in memory and on disk, and give it back."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from sending.smtp import storage
from sending.smtp.storage import MAX_IN_MEMORY, Storage, StorageFull


def room(folder: Path, **caps: int) -> Storage:
    return Storage(folder, **{"max_memory": 1 << 20, "max_bytes": 1 << 24, "min_free_percent": 0, **caps})


@pytest.mark.parametrize("size", [0, 1, MAX_IN_MEMORY, MAX_IN_MEMORY + 1, 3 * MAX_IN_MEMORY])
def test_what_was_written_is_read_and_gives_its_room_back(tmp_path: Path, size: int) -> None:
    stored, text = room(tmp_path), bytes(index % 251 for index in range(size))
    with stored.mail_data() as body:
        for at in range(0, size, 10_000):
            body.write(text[at : at + 10_000])
        assert body.read() == body.read() == text
        assert body.head(5) == text[:5]
        assert stored.used == body.size == size
        assert stored.memory == (size if size <= MAX_IN_MEMORY else 0)
    assert (stored.used, stored.memory) == (0, 0)
    body.close()
    assert (stored.used, stored.memory) == (0, 0)


def test_a_file_has_no_name_that_could_be_left_behind(tmp_path: Path) -> None:
    with room(tmp_path).mail_data() as body:
        body.write(b"x" * (MAX_IN_MEMORY + 1))
        assert not list(tmp_path.iterdir())


def test_when_the_memory_for_all_is_used_small_mails_go_to_files_too(tmp_path: Path) -> None:
    stored = room(tmp_path, max_memory=1_000)
    bodies = [stored.mail_data() for _ in range(5)]
    for body in bodies:
        body.write(b"x" * 400)
    assert stored.memory == 800
    assert stored.used == 2_000
    assert [body.read() for body in bodies] == [b"x" * 400] * 5
    for body in bodies:
        body.close()
    assert (stored.used, stored.memory) == (0, 0)


def test_beyond_the_room_for_all_nothing_more_is_taken_until_some_is_free(tmp_path: Path) -> None:
    stored = room(tmp_path, max_bytes=1_000)
    first, second = stored.mail_data(), stored.mail_data()
    first.write(b"x" * 900)
    with pytest.raises(StorageFull):
        second.write(b"x" * 101)
    second.close()
    assert stored.used == 900
    first.write(b"x" * 100)
    assert stored.is_full()
    first.close()
    assert not stored.is_full()


def test_a_disk_that_is_almost_full_takes_no_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = room(tmp_path, min_free_percent=2)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage._replace(total=10_000, free=199))
    assert stored.is_full()
    with pytest.raises(StorageFull), stored.mail_data() as body:
        body.write(b"x" * (MAX_IN_MEMORY + 1))
    assert (stored.used, stored.memory) == (0, 0)


def test_a_write_that_fails_is_a_full_disk_and_gives_the_room_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        def write(self, chunk: Any) -> int:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            """Nothing is open."""

    monkeypatch.setattr(storage.tempfile, "TemporaryFile", lambda **_: Full())
    stored = room(tmp_path)
    body = stored.mail_data()
    with pytest.raises(StorageFull):
        body.write(b"x" * (MAX_IN_MEMORY + 1))
    body.close()
    assert (stored.used, stored.memory) == (0, 0)


def test_a_folder_that_was_removed_is_made_again(tmp_path: Path) -> None:
    stored = room(tmp_path / "var" / "incoming")
    assert not stored.is_full()
    shutil.rmtree(tmp_path / "var")
    assert not stored.is_full()
    with stored.mail_data() as body:
        shutil.rmtree(tmp_path / "var")
        body.write(b"x" * (MAX_IN_MEMORY + 1))
        assert body.size == MAX_IN_MEMORY + 1


def test_a_folder_that_cannot_be_used_takes_no_mail_and_raises_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    stored = room(tmp_path / "file" / "incoming")
    assert stored.is_full()
    with pytest.raises(StorageFull), stored.mail_data() as body:
        body.write(b"x" * (MAX_IN_MEMORY + 1))
    assert (stored.used, stored.memory) == (0, 0)
