"""What may stand in a line, a body and a row."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.mail import text


@given(st.text())
def test_a_clean_line_has_no_line_break_by_anybody_s_reckoning(line: str) -> None:
    if text.first_not_in_line(line) == "":
        assert len(line.splitlines()) <= 1
        assert not any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in line)


def test_a_line_may_hold_everything_but_controls_separators_and_surrogates() -> None:
    refused = {chr(code) for code in range(0x110000) if text.NOT_IN_LINE.match(chr(code))}
    assert {unicodedata.category(char) for char in refused} == {"Cc", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("line", "name"), [("a\nb", "U+000A"), ("\x00", "U+0000"), ("x\u2028", "U+2028"), ("\ud800", "U+D800"), ("ä", "")]
)
def test_the_first_wrong_character_is_named(line: str, name: str) -> None:
    assert text.first_not_in_line(line) == name


def test_a_refusal_names_the_text_and_the_character() -> None:
    text.check_line("clean", "The subject")
    with pytest.raises(ValueError, match=r"The subject contains the control character U\+000D\. Remove it\."):
        text.check_line("a\rb", "The subject")


@pytest.mark.parametrize("character", [*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))])
def test_a_name_turns_no_text_around(character: str) -> None:
    name = f"Bank{character}gro.elpmaxe"
    with pytest.raises(
        ValueError, match=rf"The sender name contains the invisible character U\+{ord(character):04X}, wh"
    ):
        text.check_name(name, "The sender name")


def test_a_name_is_one_line_in_any_script() -> None:
    text.check_name("متجر \u200f(Shop)", "The sender name")
    with pytest.raises(ValueError, match=r"The sender name contains the control character U\+000A\. Remove it\."):
        text.check_name("a\nb", "The sender name")


def test_a_body_may_hold_tabs_and_line_breaks() -> None:
    assert not text.NOT_IN_BODY.search("a\tb\r\nc\n\x85\u2028")
    assert all(text.NOT_IN_BODY.search(char) for char in "\x00\x08\x0b\x0c\x1f\x7f\ud800")


@given(st.text(st.characters(exclude_categories=[])))
def test_whatever_a_row_gets_it_can_hold(given_text: str) -> None:
    kept = text.storable(given_text)
    assert not text.NOT_IN_ROW.search(kept)
    assert text.storable(kept) == kept


def test_what_a_row_can_hold_is_kept_as_it_is() -> None:
    assert text.storable("a\0b\ud800c\n\x85ä") == "ab?c\n\x85ä"


def test_unseen_characters_are_known_and_white_space_is_not_one_of_them() -> None:
    assert all(text.INVISIBLE.fullmatch(char) for char in "\u200b\u202e\ufeff\u00ad\x00\U000e0041")
    assert not any(text.INVISIBLE.fullmatch(char) for char in " \t\n\u00a0aä")


def test_what_nobody_sees_is_named_once_and_written_out() -> None:
    odd = "a\u200bb\u200b\u00a0c\x07"
    assert text.unseen(odd) == "ZERO WIDTH SPACE (U+200B), NO-BREAK SPACE (U+00A0), U+0007"
    assert text.shown(odd) == "a⟨U+200B⟩b⟨U+200B⟩⟨U+00A0⟩c⟨U+0007⟩"
    assert text.unseen("a b\tc\r\né中") == ""
