from __future__ import annotations

import csv as reader
import io
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from accounts.console import csv

CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
TRIGGERS = "=+-@\t\r\n\0"


@given(CELLS)
def test_no_cell_begins_like_a_formula(text: str) -> None:
    assert str(csv.guard(text))[:1] not in set(TRIGGERS)


def test_a_heading_is_guarded_as_any_cell() -> None:
    assert "".join(csv.lines(["=a"], [])) == "\ufeff'=a\r\n"


@given(st.lists(st.lists(CELLS.filter(lambda text: "\0" not in text), min_size=2, max_size=2), max_size=5))
def test_what_is_written_is_read_back(rows: list[list[str]]) -> None:
    text = "".join(csv.lines(["a", "b"], rows))
    assert text.startswith(csv.BOM)
    read = list(reader.reader(io.StringIO(text.removeprefix(csv.BOM), newline="")))
    assert read == [["a", "b"], *[[csv.guard(cell) for cell in row] for row in rows]]


def test_numbers_stay_numbers_and_nothing_stays_empty() -> None:
    assert [csv.guard(value) for value in (-5, 0.25, None, True, False)] == [-5, 0.25, "", "true", "false"]
    assert "".join(csv.lines(["a"], [[Decimal("-2.50")], [-0.5], [-1]])) == "\ufeffa\r\n-2.50\r\n-0.5\r\n-1\r\n"


def test_a_day_is_written_as_the_standard_has_it() -> None:
    assert csv.guard(date(2026, 3, 1)) == "2026-03-01"


def test_times_are_utc_with_milliseconds() -> None:
    moment = datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    assert csv.guard(moment) == "2026-03-01T00:00:00.123+00:00"


def test_lines_end_as_the_standard_says() -> None:
    assert "".join(csv.lines(["a"], [["x"]])) == "\ufeffa\r\nx\r\n"


def test_rows_are_written_as_they_come() -> None:
    asked = []

    def rows():  # type: ignore[no-untyped-def]
        for number in range(3):
            asked.append(number)
            yield [number]

    pieces = csv.lines(["a"], rows())
    assert next(pieces) == "\ufeffa\r\n"
    assert asked == []
    assert next(pieces) == "0\r\n"
    assert asked == [0]


def test_the_file_has_a_name_that_says_what_and_when() -> None:
    header = csv.response("bounced", ["a"], [])["Content-Disposition"]
    assert header.startswith('attachment; filename="ses_bounced_')
    assert header.endswith('_UTC.csv"')
    assert datetime.now(UTC).strftime("%Y") in header
