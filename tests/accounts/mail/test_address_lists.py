"""Lists of addresses as people paste them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.mail.address_lists import MAX_SHOWN, read_list
from accounts.mail.addresses import parse_bare

ANN, BOB = "ann@x.test", "bob@y.test"
BOTH = [ANN, BOB]


def addresses(text: str) -> list[str]:
    found = read_list(text)
    assert found.faults == []
    assert found.repeated == []
    return [listed.mailbox.address for listed in found.addresses]


@pytest.mark.parametrize(
    "text",
    [
        "ann@x.test,bob@y.test",
        "ann@x.test, bob@y.test",
        "ann@x.test;bob@y.test;",
        "ann@x.test ; bob@y.test",
        "ann@x.test\nbob@y.test",
        "ann@x.test\r\n\r\nbob@y.test\r\n",
        "ann@x.test\rbob@y.test",
        "ann@x.test\tbob@y.test",
        ",,ann@x.test,, ;\n;bob@y.test,",
        # As a Chinese keyboard writes them.
        "ann@x.test，bob@y.test",
        "ann@x.test；bob@y.test",
        "ann@x.test、bob@y.test",
        "Ann <ann@x.test>, Bob <bob@y.test>",
        "Ann<ann@x.test>;<bob@y.test>",
        "Ann Bee < ann@x.test >\n'Bob' <bob@y.test>",
        '"Bee, Ann" <ann@x.test>, "Cy; Bob" <bob@y.test>',
        '"Bee \\"the bee\\", Ann" <ann@x.test>, bob@y.test',
        '"Bee, Ann" <ann@x.test>; Bob <bob@y.test>',
        # As Outlook writes names.
        "Bee, Ann <ann@x.test>; Cy, Bob <bob@y.test>",
        "Bee, Ann <ann@x.test>; bob@y.test",
        "李安 <ann@x.test>；王，波 <bob@y.test>",
        "ann@x.test <ann@x.test>, 'bob@y.test' <bob@y.test>",
        '"ann@x.test" <ann@x.test>, "Bob (bob@old.test)" <bob@y.test>',
        "ann@x.test., bob@y.test.",
        "Ann <ann@x.test>, bob@y.test; ",
    ],
)
def test_what_people_paste_is_read(text: str) -> None:
    assert addresses(text) == BOTH


@pytest.mark.parametrize(
    ("text", "line", "named", "said"),
    [
        ("ann", 1, "ann", "needs a name, an @ and a domain"),
        ("ann@x.test\nbob@", 2, "bob@", "needs a name, an @ and a domain"),
        ("\n\nann@x.test, bob@y@z.test", 3, "bob@y@z.test", "character that is not allowed"),
        ("ann@x.test bob@y.test", 1, "ann@x.test bob@y.test", "Separate them by a comma"),
        ("Ann <ann@x.test> Bob <bob@y.test>", 1, "Ann <ann@x.test> Bob <bob@y.test>", "Separate them by a comma"),
        ("bob@y.test <ann@x.test>", 1, "bob@y.test <ann@x.test>", "Separate them by a comma"),
        ("Bee, Ann <ann@x.test>", 1, "Bee", "A name with a comma belongs in quotation marks"),
        ("Ann <ann@x.test", 1, "Ann <ann@x.test", "as Ann <ann@example.com>"),
        ("Ann ann@x.test>", 1, "Ann ann@x.test>", "as Ann <ann@example.com>"),
        ("Ann <>", 1, "Ann <>", "needs a name, an @ and a domain"),
        ('"Ann <ann@x.test>, bob@y.test', 1, '"Ann <ann@x.test>, bob@y.test', "quotation mark is not closed"),
        ("mailto:ann@x.test", 1, "mailto:ann@x.test", "character that is not allowed"),
        ("ann\u200b@x.test", 1, "ann⟨U+200B⟩@x.test", "Letters outside ASCII"),
        ("ann@x.test\x0b", 1, "ann@x.test\x0b", "control character U+000B"),
        ("friends: ann@x.test", 1, "friends: ann@x.test", "character that is not allowed"),
    ],
)
def test_every_refusal_names_the_place_and_what_to_fix(text: str, line: int, named: str, said: str) -> None:
    (fault,) = read_list(text).faults
    assert fault.line == line
    assert str(fault).startswith(f"Line {line}, “")
    assert said in str(fault)
    if "\x0b" not in named:
        assert f"“{named}”" in str(fault)


def test_a_long_text_is_named_by_its_beginning() -> None:
    (fault,) = read_list("x" * 5000).faults
    assert f"“{'x' * (MAX_SHOWN - 1)}…”" in str(fault)


def test_who_comes_again_is_noted_with_the_line_in_whatever_spelling() -> None:
    found = read_list("ann@x.test, bob@y.test\nAnn <ANN@X.test>; cy@z.test")
    assert [(listed.mailbox.address, listed.line) for listed in found.addresses] == [
        (ANN, 1),
        (BOB, 1),
        ("cy@z.test", 2),
    ]
    assert [(listed.mailbox.address, listed.line) for listed in found.repeated] == [("ANN@x.test", 2)]


@given(
    st.lists(st.sampled_from(["ann@x.test", "Bob@y.test", "o'neil@z.test", "c+d@例え.テスト"]), max_size=8), st.data()
)
def test_however_it_is_written_each_address_is_found_once(written: list[str], data: st.DataObject) -> None:
    forms = ["{}", "Ann <{}>", '"Bee, Ann; @" <{}>', "<{}>", " {} "]
    between = [",", ";", "\n", ", ", "\r\n", "\t", "，", " ;\n"]
    text = ""
    for address in written:
        text += data.draw(st.sampled_from(forms)).format(address) + data.draw(st.sampled_from(between))
    found = read_list(text)
    assert found.faults == []
    assert [listed.mailbox.key for listed in found.addresses] == [
        parse_bare(address).key for address in dict.fromkeys(written)
    ]
    assert len(found.addresses) + len(found.repeated) == len(written)


@given(st.text(alphabet='ab@.<>",;\\ \n\t、x'))
def test_whatever_is_typed_nothing_of_it_is_lost(text: str) -> None:
    found = read_list(text)
    read = len(found.addresses) + len(found.repeated) + len(found.faults)
    assert bool(read) == bool(text.strip(" ,;、\t\n") and set(text) - set(" ,;、\t\n"))
    for fault in found.faults:
        assert fault.text in text
        assert fault.error
