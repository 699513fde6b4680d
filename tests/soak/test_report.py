"""The soak's report: what pytest's last lines say, and the page made from them."""

from __future__ import annotations

import re

import pytest

from tests.soak import report

SETTING = report.Setting(day="2026-11-28", arguments=(), niceness=7, share=0.174, cores=2, python="3.11.7", load=0.25)
GREEN = """
============================= slowest 10 durations =============================
61.20s call     tests/sending/test_storm.py::test_what_was_promised_arrives_whatever_is_killed
5.10s setup    tests/config/test_wheel.py::test_it_holds_nothing_else[a | b]
================== 2310 passed in 512.30s (0:08:32) ==================
"""
RED = """
=========================== short test summary info ============================
FAILED tests/a/test_b.py::test_c[one] - assert 1 == 2
FAILED tests/a/test_b.py::test_c[two] - assert 1 == 2
ERROR tests/a/test_d.py::test_e - OSError
2 failed, 7 passed, 1 error in 3.00s
"""


def test_a_green_run_is_read() -> None:
    run = report.read(GREEN, exit_code=0, seconds=520)
    assert run.is_green
    assert run.closing == "2310 passed in 512.30s"
    assert run.slowest == (
        (61.2, "tests/sending/test_storm.py::test_what_was_promised_arrives_whatever_is_killed"),
        (5.1, "tests/config/test_wheel.py::test_it_holds_nothing_else"),
    )


def test_a_red_run_is_read_with_what_failed() -> None:
    run = report.read(RED, exit_code=1, seconds=4)
    assert not run.is_green
    assert run.counts == {"failed": 2, "passed": 7, "error": 1}
    assert run.failed == ("tests/a/test_b.py::test_c", "tests/a/test_d.py::test_e")


@pytest.mark.parametrize(
    ("output", "exit_code"),
    [
        ("", 0),
        ("tests/a.py ..F", -9),
        ("no tests ran in 0.01s", 5),
        ("===== 3 passed in 1.00s =====", 1),
        ("3 passed, 1 skipped in 1.00s", 0),
        ("3 passed, 1 warning in 1.00s", 0),
    ],
)
def test_a_run_that_was_cut_off_or_left_something_out_is_not_green(output: str, exit_code: int) -> None:
    assert not report.read(output, exit_code=exit_code, seconds=1).is_green


def test_what_a_test_printed_is_not_taken_for_the_closing_line() -> None:
    printed = "9 passed in 9.00s\n...\n2 failed, 1 passed in 3.00s\n"
    assert report.read(printed, exit_code=1, seconds=1).counts == {"failed": 2, "passed": 1}


def test_the_page_has_a_line_for_each_run_and_names_what_failed() -> None:
    runs = [report.read(GREEN, exit_code=0, seconds=520), report.read(RED, exit_code=1, seconds=4)]
    page = report.page(SETTING, runs)
    assert "**1 of 2 runs passed.**" in page
    assert "| 1 | passed | 8.7 | 2310 passed in 512.30s |" in page
    assert "| 2 | failed | 0.1 | 2 failed, 7 passed, 1 error in 3.00s |" in page
    assert "- `tests/a/test_b.py::test_c` in run 2" in page
    assert "17% of a core" in page
    # Every line of a table has as many cells as its head.
    for table in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1
