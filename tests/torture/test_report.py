from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree

from tests.torture.report import FaultMade, Run, drawing, markdown
from tests.torture.verdict import Finding


def run(*, holds: bool) -> Run:
    return Run(
        began=datetime(2026, 11, 28, tzinfo=UTC),
        machine="2 cores",
        disk="a small disk",
        seconds=10.0,
        faults=[FaultMade(1.0, 2.0, "granian killed", 0.1, 0.2)],
        findings=[Finding("mails lost", "0" if holds else "1: a@torture.test", holds)],
        samples=[(0.0, 0, 0, 0), (10.0, 30, 28, 3)],
    )


def test_the_report_says_at_once_whether_a_promise_was_broken() -> None:
    assert "**Every promise was kept.**" in markdown(run(holds=True), picture="x.svg")
    told = markdown(run(holds=False), picture="x.svg")
    assert "NOT every promise" in told
    assert "| mails lost | 1: a@torture.test | **no** |" in told


def test_the_picture_is_well_formed_and_names_each_fault() -> None:
    titles = [
        element.text for element in ElementTree.fromstring(drawing(run(holds=True))).iter() if "title" in element.tag
    ]
    assert titles == ["granian killed"]
