"""accounts.csv.records: records as the standard has them, and what is broken spoils its line alone."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.csv.records import BREAK, DELIMITERS, MAX_QUOTED, directive, first_marks, records

# Texts full of what matters to the reader.
BROKEN = st.text(st.sampled_from(',;\t"" \r\nab@'), max_size=60)
CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.text(
    st.sampled_from(',;\t" \r\n\0a'), max_size=8
)


def cells(text: str, delimiter: str = ",", **fields: object) -> list[tuple[str, ...]]:
    return [record.cells for record in records(text, delimiter, **fields)]  # type: ignore[arg-type]


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=5), st.sampled_from(DELIMITERS))
def test_what_the_standard_library_writes_is_read_as_it_was(rows: list[list[str]], delimiter: str) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(rows)
    assert cells(file.getvalue(), delimiter) == [tuple(row) for row in rows]


@given(BROKEN, st.sampled_from(DELIMITERS), st.sets(st.integers(0, 2)))
@example('"a\nb\n"c\nd', ",", set())
@example('"""\n"', ",", set())
def test_every_line_is_in_one_record(text: str, delimiter: str, single_line: set[int]) -> None:
    found = list(records(text, delimiter, single_line=single_line))
    lines = [line for record in found for line in range(record.line, record.last + 1)]
    whole = BREAK.split(text)
    assert lines == list(range(1, len(whole) + (whole[-1] != "")))
    assert [line for record in found for line in BREAK.split(record.text)] == whole[: len(lines)]
    assert all(record.line == record.last for record in found if record.open_quote)


def test_a_mark_that_is_never_closed_spoils_its_line_and_no_other() -> None:
    found = list(records('a@x.test\n"b@x.test\nc@x.test\n"d@x.test",x\n', ","))
    assert [(record.line, record.cells, record.open_quote) for record in found] == [
        (1, ("a@x.test",), False),
        (2, (), True),
        (3, ("c@x.test",), False),
        (4, ("d@x.test", "x"), False),
    ]


def test_a_column_of_one_line_ends_with_its_line() -> None:
    text = '"a@x.test\nb@x.test"\n"c@x.test","two\nlines"\n'
    assert [record.open_quote for record in records(text, ",")] == [False, False]
    found = list(records(text, ",", single_line={0}))
    assert [(record.line, record.last, record.open_quote) for record in found] == [
        (1, 1, True),
        (2, 2, False),
        (3, 4, False),
    ]
    assert found[2].cells == ("c@x.test", "two\nlines")


def test_a_cell_that_never_ends_is_given_up() -> None:
    found = list(records('"' + "x\n" * MAX_QUOTED + '"', ","))
    assert [record.open_quote for record in found[:2]] == [True, False]
    assert len(found) == MAX_QUOTED + 1


def test_blanks_around_quotation_marks_are_no_part_of_the_cell() -> None:
    assert cells(' "a" , "b" \r\n', ",") == [("a", "b")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_any_system_ends_them(end: str) -> None:
    assert [(record.line, record.cells) for record in records(f"a{end}{end}b", ",")] == [
        (1, ("a",)),
        (2, ("",)),
        (3, ("b",)),
    ]


def test_each_line_votes_for_the_mark_that_stands_first() -> None:
    assert first_marks('email\na@x.test;b, c\n"a;b",c;d\nx\ty\n') == {";": 1, ",": 1, "\t": 1}


def test_a_first_line_may_name_the_delimiter() -> None:
    assert [directive(text) for text in ("sep=;\r\na", '"sep=;"\na', "SEP=\t", "sep=;x", "a")] == [
        ";",
        ";",
        "\t",
        "",
        "",
    ]
