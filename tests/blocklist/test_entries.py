"""blocklist.entries: every line of a list is either taken or named with its fault."""

from __future__ import annotations

from datetime import date

import pytest
from django.conf import settings
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from accounts import erased_addresses
from accounts.csv.reading import as_heading
from accounts.csv.records import BREAK
from accounts.mail.addresses import key_of
from blocklist import entries
from blocklist.views.lists import COLUMNS

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
    assert [(entry.line, entry.code) for entry in parsed.rejected] == [
        (3, "invalid"),
        (4, "invalid"),
        (5, "invalid"),
        (6, "invalid"),
    ]
    assert "is not closed" in parsed.rejected[0].reason
    assert "“soon”" in parsed.rejected[2].reason
    assert "not later than today" in parsed.rejected[3].reason


def test_a_repeat_names_the_line_it_repeats():
    parsed = read("ann@example.com\nANN@EXAMPLE.COM")
    assert parsed.rejected == [entries.RejectedLine(2, "ANN@EXAMPLE.COM", "repeat", "Already in line 1.")]


def test_the_delimiter_is_that_of_the_file_not_of_its_first_line():
    assert read("email\na@x.test;2027-05-01\nb@x.test;2027-06-01\n").entries == [
        entries.BlockEntry(2, key_of("a@x.test"), date(2027, 5, 1)),
        entries.BlockEntry(3, key_of("b@x.test"), date(2027, 6, 1)),
    ]
    assert read("a@x.test\nb@x.test\t2027-06-01\tasked, twice; by phone\n").entries[1].reason == (
        "asked, twice; by phone"
    )
    assert [entry.reason for entry in read("Reason;E-mail\nhe, she;a@x.test\nit, they;b@x.test").entries] == [
        "he, she",
        "it, they",
    ]
    assert read("sep=;\na@x.test;2027-05-01").entries[0].expires == date(2027, 5, 1)


@pytest.mark.parametrize(
    "heading",
    [
        "Reason,Address,Blocked since,Expires",
        "reason,address,created_at,expires_at",
        "原因,地址,屏蔽时间,有效期至",
        "备注,邮箱,创建时间,过期时间",
        "\u200bREASON , E-Mail:,,Expiry_Date",
        "NOTE,ＥＭＡＩＬ,since,Blocked until",
    ],
)
def test_columns_are_found_by_their_headings_in_both_languages(heading):
    parsed = read(f"{heading}\nasked,a@x.test,2026-01-01,2027-05-01\n")
    assert parsed.entries == [entries.BlockEntry(2, key_of("a@x.test"), date(2027, 5, 1), "asked")]
    assert parsed.sheet.silent == [1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("EmailAddress,Reason,LastUpdateTime\na@x.test,BOUNCE,2026-01-01T00:00:00Z\n", "BOUNCE"),
        (
            '"EmailAddress","SuppressionReason","Origin","CreatedAt"\n"a@x.test","HardBounce","Recipient","2026"\n',
            "HardBounce",
        ),
        ('status,reason,email,created\n5.1.1,"550 5.1.1 no, never",a@x.test,1443651125\n', "550 5.1.1 no, never"),
        ('address,code,error,created_at\na@x.test,550,"No, sorry","Fri, 21 Oct 2026 11:02:55 UTC"\n', "No, sorry"),
        ('Name,Address,Email\nAnn,"1 High St, York",a@x.test\n', ""),
        ('Email Address,First Name,Address,NOTES\na@x.test,Ann,"1 High St, York",x\n', "x"),
        ('\ufeff"sep=;"\r\nE-Mail-Adresse;Vorname;Note\r\na@x.test;Ann;x\r\n', "x"),
        ("a@x.test,COMPLAINT\n", "COMPLAINT"),
        ("序号,收件邮箱,退信原因\n1,a@x.test,用户不存在\n", "用户不存在"),
    ],
)
def test_what_other_services_and_programs_write_is_read(text, reason):
    parsed = read(text)
    assert [(entry.address.text, entry.expires, entry.reason) for entry in parsed.entries] == [
        ("a@x.test", None, reason)
    ]
    assert parsed.rejected == []


def test_the_headings_of_the_page_are_headings_of_the_file_in_every_language():
    columns = {column.name: column for column in entries.COLUMNS}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for column in COLUMNS["custom"]:
                if column.name in columns:
                    assert as_heading(str(column.label)) in columns[column.name].headings


def test_without_a_heading_line_the_columns_are_address_expiry_and_reason():
    assert read("a@x.test,2027-05-01,asked\nb@x.test,,\n").entries == [
        entries.BlockEntry(1, key_of("a@x.test"), date(2027, 5, 1), "asked"),
        entries.BlockEntry(2, key_of("b@x.test")),
    ]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2027-05-01", date(2027, 5, 1)),
        ("2027-05-01T00:00:00.000+00:00", date(2027, 5, 1)),
        ("2027-05-01 00:00", date(2027, 5, 1)),
        ("2027/5/1", date(2027, 5, 1)),
        ("2027/5/1 0:00", date(2027, 5, 1)),
        ("2027.05.01", date(2027, 5, 1)),
        ("2027年5月1日", date(2027, 5, 1)),
        ("20270501", date(2027, 5, 1)),
        # Never earlier than it says: a block ends when a day of UTC begins.
        ("2027-05-01T08:00:00+08:00", date(2027, 5, 1)),
        ("2027-05-01T09:00:00+08:00", date(2027, 5, 2)),
        ("2027-05-01T23:59:59.999Z", date(2027, 5, 2)),
        ("2027-05-01T01:00:00+08:00", date(2027, 5, 1)),
        ("2027/5/1 8:00", date(2027, 5, 2)),
        ("2027/05/01 08:00:30", date(2027, 5, 2)),
        ("2027-05-01 00:00:00 UTC", date(2027, 5, 1)),
        ("never", None),
        ("NULL", None),
        ("永久有效", None),
    ],
)
def test_days_are_read_as_we_and_spreadsheets_write_them(written, day):
    assert read(f"a@x.test,{written}").entries[0].expires == day


@pytest.mark.parametrize(
    "written",
    [
        "5/1/2027",
        "01.05.2027",
        "2027-13-01",
        "9999-12-31T23:00:00Z",
        "soon",
        "0001-1-0",
        "2027/5/1 25:00",
        "9999/12/31 8:00",
    ],
)
def test_a_day_that_could_be_another_is_refused(written):
    assert "is not of the form YYYY-MM-DD" in read(f"a@x.test,{written}").rejected[0].reason


def test_an_entry_that_the_file_calls_expired_is_history():
    text = "address,state,expires_at\na@x.test,expired,2026-01-01\nb@x.test,active,2026-01-01\n"
    parsed = read(text)
    assert [entry.address.text for entry in parsed.entries] == ["a@x.test"]
    assert "not later than today" in parsed.rejected[0].reason


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\u200b", "ZERO WIDTH SPACE (U+200B)"),
        ("\u200d", "ZERO WIDTH JOINER (U+200D)"),
        ("\ufeff", "ZERO WIDTH NO-BREAK SPACE (U+FEFF)"),
        ("\u202e", "RIGHT-TO-LEFT OVERRIDE (U+202E)"),
        ("\u2066", "LEFT-TO-RIGHT ISOLATE (U+2066)"),
        ("\u200f", "RIGHT-TO-LEFT MARK (U+200F)"),
        ("\u00a0", "NO-BREAK SPACE (U+00A0)"),
        ("\u3000", "IDEOGRAPHIC SPACE (U+3000)"),
        ("\u00ad", "SOFT HYPHEN (U+00AD)"),
        ("\x07", "U+0007"),
    ],
)
def test_what_cannot_be_seen_is_named(character, name):
    rejected = read(f"a{character}nn@x.test\n").rejected[0]
    assert name in rejected.reason
    assert rejected.text == f"a⟨U+{ord(character):04X}⟩nn@x.test"
    assert name in read(f"a@x.test,2027-{character}05-01\n").rejected[0].reason


def test_what_stands_for_an_erased_address_is_refused_by_its_name():
    assert entries.ERASED == erased_addresses.PREFIX
    rejected = read("address,reason\nerased:00ff,\na@x.test,\n").rejected
    assert [(line.line, line.reason[:30]) for line in rejected] == [(2, "This stands for an erased addr")]


def test_an_apostrophe_that_guards_a_cell_is_no_part_of_it():
    parsed = read("address,reason\n'+tag@x.test,'=1+1\no'neil@x.test,'twas\n")
    assert [(entry.address.text, entry.reason) for entry in parsed.entries] == [
        ("+tag@x.test", "=1+1"),
        ("o'neil@x.test", "'twas"),
    ]


BROKEN = """email;expires
"ann@x.test;2027-05-01
bob@x.test;2027-05-01
cid@x.test;2027-05-01;asked; then not
"dan@x.test";"2027-05-01"

eve@x.test;"2027-05-01
"fay@x.test" x;
nobody
gus@x.test
"""


def test_every_line_of_a_broken_file_is_accounted_for():
    parsed = read(BROKEN)
    assert [(entry.line, entry.address.text) for entry in parsed.entries] == [
        (3, "bob@x.test"),
        (5, "dan@x.test"),
        (10, "gus@x.test"),
    ]
    assert [(rejected.line, rejected.text) for rejected in parsed.rejected] == [
        (2, '"ann@x.test;2027-05-01'),
        (4, "cid@x.test;2027-05-01;asked; then not"),
        (7, 'eve@x.test;"2027-05-01'),
        (8, '"fay@x.test" x;'),
        (9, "nobody"),
    ]
    assert "4 cells, 3 are expected" in parsed.rejected[1].reason
    assert parsed.sheet.silent == [1, 6]


def test_an_endless_cell_spoils_its_line_not_what_comes_after():
    parsed = read("ann@example.com\n" + '"' + "x" * 200_000 + "\nbob@example.com\n")
    assert [entry.line for entry in parsed.entries] == [1, 3]
    assert [rejected.line for rejected in parsed.rejected] == [2]


LINES = st.lists(
    st.sampled_from(
        [
            *(
                "ann@x.test",
                "bob@x.test,2027-05-01",
                "cid@x.test;2027-05-01;x",
                '"dan@x.test"',
                '"eve@x.test',
                "",
                " , ",
            ),
            *('fay@x.test,2027-05-01,"two', 'lines"', "nobody", "email,reason", "a\u200bb@x.test", '"""', "a\tb\tc\td"),
        ]
    )
    | st.text(st.sampled_from('",;\t =@a.'), max_size=12),
    max_size=12,
)


@given(LINES, st.sampled_from(["\n", "\r\n", "\r"]))
def test_no_line_is_lost_and_none_is_counted_twice(lines, end):
    text = end.join(lines)
    parsed = read(text)
    spans = {row.line: range(row.line, row.last + 1) for row in parsed.sheet.rows}
    told = [*(entry.line for entry in parsed.entries), *(rejected.line for rejected in parsed.rejected)]
    covered = [line for first in told for line in spans.get(first, [first])]
    whole = BREAK.split(text)
    assert sorted([*covered, *parsed.sheet.silent]) == list(range(1, len(whole) + (whole[-1] != "")))


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader_and_no_line_is_counted_twice(text):
    parsed = read(text)
    addresses = [entry.address.text for entry in parsed.entries]
    assert len(addresses) == len(set(addresses))
