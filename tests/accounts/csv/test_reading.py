"""accounts.csv.reading: any list becomes rows by its headings or its order, and what we write is read as it was."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from accounts.console import csv
from accounts.csv.reading import CsvColumn, Sheet, as_heading, read

COLUMNS = (CsvColumn("key", "id", "编号"), CsvColumn("day"), CsvColumn("note", "备注", single_line=False))
NOTES = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.text(
    st.sampled_from("=+-@＝\t\r\n\0; ,'\"a\u00a0\u200b"), max_size=12
)


def sheet(text: str, columns: Sequence[CsvColumn] = COLUMNS) -> Sheet:
    return read(text, columns, without_headings=3)


def rows(text: str) -> list[dict[str, str]]:
    return [dict(row.cells) for row in sheet(text).rows]


@given(st.lists(st.tuples(st.text("abc0", min_size=1, max_size=5), NOTES), max_size=5), st.booleans())
def test_any_text_that_we_write_is_read_as_it_was(notes: list[tuple[str, str]], headed: bool) -> None:
    lines = list(csv.lines(["day", "note", "id"] if headed else ["id", "day", "note"], []))
    body = csv.lines([], [["", note, key] if headed else [key, "", note] for key, note in notes])
    next(body)
    found = sheet("".join([*lines, *body]))
    assert found.unread == []
    assert [(row.cells["key"], row.cells["note"]) for row in found.rows] == notes


def test_headings_are_compared_without_what_makes_no_difference() -> None:
    assert {
        as_heading(text)
        for text in ("E-Mail", " e_mail: ", "Ｅ－ＭＡＩＬ", "\ufeffe mail", "eMail (UTF-8) *", "'e-mail*")
    } == {
        "email",
        "'email",
    }


def test_columns_may_stand_in_any_order_and_others_between_them() -> None:
    found = sheet("Day,Owner,编号\n2026-03-01,Ann,7\n")
    assert [dict(row.cells) for row in found.rows] == [{"key": "7", "day": "2026-03-01"}]
    assert (found.headings, found.ignored, found.silent) == (["Day", "编号"], ["Owner"], [1])


def test_of_two_columns_with_one_heading_the_first_is_read() -> None:
    assert rows("id,note,ID\n7,a,8\n") == [{"key": "7", "note": "a"}]


def test_of_two_columns_with_headings_of_one_the_one_is_read_whose_heading_is_named_first() -> None:
    who = CsvColumn("who", "mailbox, who, name")
    assert [row.cells for row in read("Name;Who;Mailbox\nAnn;Bee;Cid\n", [who], without_headings=1).rows] == [
        {"who": "Cid"}
    ]
    assert [row.cells for row in read("Name;Who\nAnn;Bee\n", [who], without_headings=1).rows] == [{"who": "Bee"}]


def test_titles_may_stand_above_the_headings_and_are_named() -> None:
    found = read("Table 1\n\nday;who\n1;ann\n", [CsvColumn("who"), CsvColumn("day")], without_headings=2)
    assert found.delimiter == ";"
    assert [(row.line, row.cells) for row in found.rows] == [(4, {"day": "1", "who": "ann"})]
    assert [(unread.line, unread.text) for unread in found.unread] == [(1, "Table 1")]
    assert found.silent == [2, 3]


def test_a_line_with_an_address_is_no_title_and_neither_is_a_long_text() -> None:
    for above in ("ann@x.test\n", "oops\n" * 6):
        assert [row.line for row in read(f"{above}who\nbob\n", [CsvColumn("who")], without_headings=1).rows][0] == 1


def test_without_headings_the_order_counts_also_behind_the_first_heading() -> None:
    both = [{"key": "7", "day": "2026-03-01", "note": ""}]
    assert rows("7;2026-03-01") == both
    assert rows("id\n7;2026-03-01") == both


def test_a_line_with_more_cells_than_headings_is_named_not_cut() -> None:
    found = sheet("id,note\n7,one, two\n8,a,,\n")
    assert [(line.line, line.text) for line in found.unread] == [(2, "7,one, two")]
    assert "3 cells, 2 are expected" in found.unread[0].reason
    assert [row.line for row in found.rows] == [3]


def test_only_a_column_of_one_line_is_trimmed() -> None:
    assert rows("id,note\n 7 , a \n") == [{"key": "7", "note": " a "}]


def test_nothing_else_in_the_product_reads_such_files() -> None:
    root = Path(__file__).parents[3]
    apps = ("accounts", "blocklist", "config", "domains", "sending", "stats", "templates_app")
    files = [file for app in apps for file in (root / app).rglob("*.py")]
    assert not [
        file for file in files if any(name in file.read_text() for name in ("csv.reader", "DictReader", "Sniffer"))
    ]
