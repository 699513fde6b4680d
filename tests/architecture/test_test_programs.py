"""`.ci/test-programs`: nobody's system is changed without a yes, but CI's."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
RECORDER = '#!/bin/sh\necho "$@" >>"$APT_LOG"\n'


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """An environment without Chromium, whose package manager writes down what it is asked for."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("bash", "env", "id", "sh"):
        found = shutil.which(name)
        assert found
        (programs / name).symlink_to(found)
    for name, text in (("apt-get", RECORDER), ("sudo", '#!/bin/sh\nexec "$@"\n')):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    return {"PATH": str(programs), "APT_LOG": str(tmp_path / "apt.log")}


def run(machine: dict[str, str], stdin: int = subprocess.DEVNULL, **changed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / ".ci" / "test-programs"], env={**machine, **changed}, stdin=stdin, capture_output=True, text=True
    )


def asked_for(machine: dict[str, str]) -> str:
    log = Path(machine["APT_LOG"])
    return log.read_text() if log.exists() else ""


def answer(machine: dict[str, str], text: bytes) -> subprocess.CompletedProcess[str]:
    """Run at a terminal where somebody types `text`."""
    ours, theirs = os.openpty()
    try:
        os.write(ours, text)
        return run(machine, theirs)
    finally:
        os.close(ours)
        os.close(theirs)


def test_ci_installs_at_once(machine: dict[str, str]) -> None:
    assert run(machine, CI="true").returncode == 0
    assert "install -y -q --no-install-recommends chromium" in asked_for(machine)


def test_without_a_terminal_it_prints_the_line_to_run_and_fails(machine: dict[str, str]) -> None:
    done = run(machine)
    assert done.returncode == 1
    assert "apt-get install --no-install-recommends chromium" in done.stderr
    assert asked_for(machine) == ""


@pytest.mark.parametrize("text", [b"\n", b"n\n", b"no\n"])
def test_at_a_terminal_it_installs_nothing_without_a_yes(machine: dict[str, str], text: bytes) -> None:
    assert answer(machine, text).returncode == 1
    assert asked_for(machine) == ""


def test_at_a_terminal_it_installs_after_a_yes(machine: dict[str, str]) -> None:
    done = answer(machine, b"y\n")
    assert done.returncode == 0, done.stderr
    assert "install -y" in asked_for(machine)


def test_without_a_package_manager_that_it_knows_it_names_what_is_needed(machine: dict[str, str]) -> None:
    (Path(machine["PATH"]) / "apt-get").unlink()
    done = run(machine, CI="true")
    assert done.returncode == 1
    assert "your system's package manager" in done.stderr
