"""The soak's busy loops: one on each core, and none outlives who started it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.soak.busy_cores import busy_cores, cores
from tests.waiting import until

STARTER = """
from tests.soak.busy_cores import busy_cores
with busy_cores() as loops:
    print(*[loop.pid for loop in loops], flush=True)
    input()
"""


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_each_core_has_a_loop_of_its_own_until_the_block_ends() -> None:
    kept: list[subprocess.Popen[bytes]] = []

    def interrupted() -> None:
        with busy_cores() as loops:
            kept.extend(loops)
            until(lambda: [os.sched_getaffinity(loop.pid) for loop in loops] == [{core} for core in cores()])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(kept) == len(cores())
    assert all(loop.returncode is not None for loop in kept)


def test_the_loops_end_when_who_started_them_is_killed() -> None:
    command = [sys.executable, "-c", STARTER]
    starter = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert starter.stdout
    pids = [int(pid) for pid in starter.stdout.readline().split()]
    assert len(pids) == len(cores())
    starter.kill()
    starter.communicate()
    until(lambda: not any(is_running(pid) for pid in pids), "the loops to end")
