"""Whether the database is older than the last run: restores, copies, crashes, and several folders."""

from __future__ import annotations

import itertools
import json
import resource
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sending import holds, last_run
from sending.last_run import LastRun
from sending.models import DatabaseIdentity, DataFolder, HoldPeriod, QueueItem
from tests import factories

pytestmark = pytest.mark.django_db

_births = itertools.count(1)


class Births:
    """Stands for a file system that knows when each file was made."""

    def __init__(self) -> None:
        self.known: dict[int, str] = {}

    def __call__(self, path: Path) -> str:
        return self.known.setdefault(path.stat().st_ino, f"{next(_births)}.0")


@pytest.fixture
def births() -> Births:
    return Births()


@pytest.fixture
def machine(tmp_path: Path, births: Births) -> Callable[[str], LastRun]:
    """Return a process with the data folder of this name."""

    def start(name: str = "var") -> LastRun:
        return LastRun(tmp_path / name, live_seconds=0.01, birth=births)

    return start


def waits() -> None:
    message = factories.message(factories.account())
    QueueItem.objects.create(message=message.pk, account=message.account, recipient_domain="a.test")


def marks() -> dict[str, int]:
    return {str(folder): mark for folder, mark in DataFolder.objects.values_list("id", "mark")}


def restore(backup: dict[str, int]) -> None:
    """Bring back what the database knew of data folders when `backup` was made."""
    DataFolder.objects.exclude(pk__in=backup).delete()
    for folder, mark in backup.items():
        DataFolder.objects.filter(pk=folder).update(mark=mark)
    HoldPeriod.objects.all().delete()


def test_a_first_run_is_no_restore_whatever_waits(machine: Callable[..., LastRun]) -> None:
    waits()
    assert machine().look() == ""
    assert not holds.current()


def test_runs_one_after_the_other_and_side_by_side_are_no_restore(machine: Callable[..., LastRun]) -> None:
    waits()
    one, two = machine(), machine()
    assert [process.look() for process in (one, two, two, one, machine(), one)] == [""] * 6
    assert not holds.current()


def test_an_older_database_puts_everything_on_hold_and_says_both_times(machine: Callable[..., LastRun]) -> None:
    process = machine()
    process.look()
    backup = marks()
    process.look()
    restore(backup)
    reason = machine().look()
    assert reason.startswith("The database is older than the last run: what it holds ends at 2")
    assert reason.count(" UTC") == 2
    assert {period.kind for period in holds.current()} == set(holds.Kind.values)
    assert {period.sentence for period in holds.current()} == {reason}


def test_a_backup_that_was_on_hold_says_the_restore_all_the_same(machine: Callable[..., LastRun]) -> None:
    process = machine()
    process.look()
    backup = marks()
    process.look()
    restore(backup)
    holds.hold(holds.COMMAND_LINE, kinds=[holds.Kind.DELIVERY], reason="Trial")
    reason = machine().look()
    assert {period.sentence for period in holds.current()} == {reason}
    assert len(holds.current()) == 3


def test_a_restore_is_held_once_and_a_second_one_again(machine: Callable[..., LastRun]) -> None:
    process = machine()
    process.look()
    backup = marks()
    process.look()
    restore(backup)
    assert machine().look()
    holds.release(holds.COMMAND_LINE, kinds=holds.Kind)
    assert machine().look() == ""
    restore(backup)
    assert machine().look()


def test_a_running_process_sees_the_database_going_back_under_it(machine: Callable[..., LastRun]) -> None:
    process = machine()
    process.look()
    backup = marks()
    process.look()
    restore(backup)
    assert process.look()


def test_another_machine_that_went_on_with_the_restored_database_does_not_hide_it(
    machine: Callable[..., LastRun],
) -> None:
    one, two = machine("one"), machine("two")
    one.look()
    two.look()
    backup = marks()
    for _ in range(5):
        one.look()
    restore(backup)
    for _ in range(20):
        assert two.look() == ""
    assert machine("one").look()


def test_a_backup_from_before_the_first_run_is_older_too(machine: Callable[..., LastRun]) -> None:
    machine().look()
    restore({})
    assert "knows nothing of it" in machine().look()


def test_a_new_database_is_no_restore(machine: Callable[..., LastRun]) -> None:
    machine().look()
    DatabaseIdentity.objects.all().delete()
    restore({})
    waits()
    assert machine().look() == ""


def test_a_folder_that_works_with_two_databases_remembers_both(machine: Callable[..., LastRun]) -> None:
    waits()
    machine().look()
    first, of_first = DatabaseIdentity.objects.get().name, marks()
    DatabaseIdentity.objects.all().delete()
    DataFolder.objects.all().delete()
    machine().look()
    DatabaseIdentity.objects.update(name=first)
    DataFolder.objects.update(mark=next(iter(of_first.values())))
    assert machine().look() == ""


def test_a_crash_between_the_commit_and_the_file_is_no_restore(machine: Callable[..., LastRun], tmp_path: Path) -> None:
    waits()
    machine().look()
    (file,) = (tmp_path / "var" / "last_run").glob("*.json")
    before = file.read_text()
    machine().look()
    file.write_text(before)
    assert machine().look() == ""


def test_the_file_never_knows_more_than_the_database(machine: Callable[..., LastRun], tmp_path: Path) -> None:
    process = machine()
    for _ in range(3):
        process.look()
        (file,) = (tmp_path / "var" / "last_run").glob("*.json")
        assert json.loads(file.read_text())["mark"] == next(iter(marks().values()))


def test_a_new_folder_on_a_database_that_ran_elsewhere_is_held_while_mail_waits(
    machine: Callable[..., LastRun],
) -> None:
    machine("old").look()
    waits()
    assert "is new, or a copy" in machine("new").look()
    assert holds.is_on_hold(holds.Kind.DELIVERY)


def test_a_new_folder_is_not_held_when_nothing_waits(machine: Callable[..., LastRun]) -> None:
    machine("old").look()
    assert machine("new").look() == ""


def test_a_new_folder_beside_one_that_runs_is_one_more_machine(
    machine: Callable[..., LastRun], tmp_path: Path, births: Births, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = machine("old")
    running.look()
    waits()
    # Whenever the new one waits for a sign of life, the old one gives it.
    monkeypatch.setattr(last_run.time, "sleep", lambda seconds: running.look())
    assert LastRun(tmp_path / "new", live_seconds=600, birth=births).look() == ""
    assert len(marks()) == 2


def test_a_copied_folder_is_another_folder(machine: Callable[..., LastRun], tmp_path: Path) -> None:
    machine("var").look()
    waits()
    shutil.copytree(tmp_path / "var", tmp_path / "copy")
    assert "is new, or a copy" in machine("copy").look()
    holds.release(holds.COMMAND_LINE, kinds=holds.Kind)
    assert [machine(name).look() for name in ("copy", "var", "copy", "var")] == [""] * 4
    assert len(marks()) == 2


def test_where_the_file_system_knows_no_birth_a_folder_stays_itself(tmp_path: Path) -> None:
    waits()
    for _ in range(2):
        assert LastRun(tmp_path, live_seconds=0.01, birth=lambda path: "").look() == ""


def test_a_file_that_cannot_be_read_counts_as_no_memory(machine: Callable[..., LastRun], tmp_path: Path) -> None:
    machine().look()
    waits()
    (file,) = (tmp_path / "var" / "last_run").glob("*.json")
    file.write_text("")
    assert "is new, or a copy" in machine().look()


@pytest.mark.parametrize("damaged", [b"", b"\0" * 36, b"no name", b"\xff\xfe"])
def test_a_folder_whose_name_a_power_cut_damaged_gets_a_new_one(
    machine: Callable[..., LastRun], tmp_path: Path, damaged: bytes
) -> None:
    assert machine().look() == ""
    (tmp_path / "var/last_run/name").write_bytes(damaged)
    assert machine().look() == ""
    assert machine().look() == ""
    assert sorted(marks().values()) == [1, 2]


def test_a_full_disk_stops_nothing_and_leaves_no_drafts(tmp_path: Path) -> None:
    run = LastRun(tmp_path / "var")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        said = [run.look() for _ in range(3)]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert said == ["", "", ""]
    assert list((tmp_path / "var/last_run").iterdir()) == []
    assert run.look() == ""
    assert list(marks().values()) == [1]


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("no folder")
    assert LastRun(tmp_path / "var", live_seconds=0.01).look() == ""
    assert not holds.current()


def test_the_real_birth_of_a_file_is_not_that_of_its_copy(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("x")
    born = last_run.birth_of(tmp_path / "one")
    shutil.copy2(tmp_path / "one", tmp_path / "two")
    assert last_run.birth_of(tmp_path / "one") == born
    # Where the file system does not say, both are unknown.
    assert born == "" or last_run.birth_of(tmp_path / "two") != born
