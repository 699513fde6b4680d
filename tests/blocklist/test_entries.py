"""blocklist.entries: every line of a list is either taken or named with its fault."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.mail.addresses import key_of
from blocklist import entries

TODAY = date(2026, 3, 1)


def read(text):
    return entries.parse(text, today=TODAY)


def test_a_paste_of_bare_addresses_is_a_list():
    assert [entry.address.text for entry in read("Ann@example.com\n\n bob@example.com \n").entries] == [
        "ann@example.com",
        "bob@example.com",
    ]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_columns_may_be_parted_as_spreadsheets_do(mark):
    parsed = read(f"\ufeffEmail{mark}Expires\r\nann@example.com{mark}2026-04-01\r\nbob@example.com{mark}\r\n")
    assert parsed.entries == [
        entries.BlockEntry(2, key_of("ann@example.com"), date(2026, 4, 1)),
        entries.BlockEntry(3, key_of("bob@example.com"), None),
    ]


def test_what_programs_write_around_an_address_is_no_part_of_it():
    lines = [
        '\ufeff"Ann@example.com" , "2026-04-01"',
        ' "bob@example.com",',
        "\u00a0cid@example.com ",
        "Dan@EXAMPLE.com.,",
    ]
    assert [(entry.address.text, entry.expires) for entry in read("\r\n".join(lines)).entries] == [
        ("ann@example.com", date(2026, 4, 1)),
        ("bob@example.com", None),
        ("cid@example.com", None),
        ("dan@example.com", None),
    ]


def test_the_line_of_the_file_is_named_not_the_number_of_the_row():
    parsed = read('ann@example.com\n\n"bad\nname",x\nbob@example.com,soon\ncid@example.com,2026-03-01')
    assert [(entry.line, entry.code) for entry in parsed.rejected] == [(4, "invalid"), (5, "invalid"), (6, "invalid")]
    assert "“soon”" in parsed.rejected[1].reason
    assert "not later than today" in parsed.rejected[2].reason


def test_a_repeat_names_the_line_it_repeats():
    parsed = read("ann@example.com\nANN@EXAMPLE.COM")
    assert parsed.rejected == [entries.RejectedLine(2, "ANN@EXAMPLE.COM", "repeat", "Already in line 1.")]


def test_an_endless_cell_spoils_the_rest_not_what_came_before():
    parsed = read("ann@example.com\n" + '"' + "x" * 200_000)
    assert len(parsed.entries) == 1
    assert "cannot be read" in parsed.rejected[0].reason


def test_files_of_spreadsheets_are_decoded():
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert entries.decode("ann@bücher.example".encode(encoding)) == "ann@bücher.example"


def test_a_file_in_another_encoding_is_refused_with_its_line():
    with pytest.raises(ValueError, match="Line 2"):
        entries.decode("ann@example.com\nann@bücher.example".encode("latin-1"))


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader_and_no_line_is_counted_twice(text):
    parsed = read(text)
    addresses = [entry.address.text for entry in parsed.entries]
    assert len(addresses) == len(set(addresses))
