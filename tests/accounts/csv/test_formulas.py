"""accounts.csv.formulas: no spreadsheet of any locale runs a cell, and no text is lost by that."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.csv.formulas import NEEDED, guarded, unguarded
from accounts.mail.text import INVISIBLE

SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫⁺⁻⁼₊₋₌−"
# Texts of the characters that matter, and any others.
ODD = st.text(st.sampled_from([*SIGNS, *"\t\r\n;,'\" a1\0\u00a0\u200b\ufeff"]), max_size=12)
TEXTS = ODD | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def cells(text: str) -> list[str]:
    """What spreadsheets of any locale may take for cells of their own, and what they may drop before it."""
    return [cell.lstrip().strip('\ufeff\u200b\0" \u00a0') for cell in re.split("[;\t\r\n]", text)]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\rx", "'\rx"),
        ("\0x", "'\0x"),
        ("＝1+1", "'＝1+1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠SUM(A1)", "'＠SUM(A1)"),
        ("−1", "'−1"),
        ("﹦1", "'﹦1"),
        (" =1+1", "' =1+1"),
        ("\u3000＝1", "'\u3000＝1"),
        ("\u00a0=1", "'\u00a0=1"),
        ("\u200b=1", "'\u200b=1"),
        ("\ufeff=1", "'\ufeff=1"),
        ('"=1+1"', '\'"=1+1"'),
        ("'=1", "''=1"),
        ("a;=1", "a;'=1"),
        ("a; =1", "a;' =1"),
        ('a";"=1', 'a";\'"=1'),
        ("a\t=1", "a\t'=1"),
        ("a\n=1", "a\n'=1"),
        ("a\r\n-1", "a\r\n'-1"),
        ("ann@example.com", "ann@example.com"),
        ("1-2", "1-2"),
        ("2026-03-01", "2026-03-01"),
        ("a, -5", "a, -5"),
        ("'quoted'", "'quoted'"),
        ("a\nb", "a\nb"),
        ("", ""),
    ],
)
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(text: str, cell: str) -> None:
    assert guarded(text) == cell
    assert unguarded(cell) == text


@given(TEXTS)
def test_no_locale_finds_a_formula_in_a_cell(text: str) -> None:
    cell = guarded(text)
    assert not cell.startswith(("\t", "\r", "\n", "\0"))
    assert not [part for part in cells(cell) if part.startswith(tuple(SIGNS))]


@given(TEXTS)
@example("'\t'=1")
@example("''=;'=;''=")
def test_the_text_that_was_guarded_is_had_again(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(TEXTS)
def test_the_first_look_finds_all_that_is_changed(text: str) -> None:
    if "\0" not in text:
        assert bool(re.search(NEEDED, text)) == (guarded(text) != text)


def test_every_form_of_the_four_signs_is_one() -> None:
    forms = [chr(number) for number in range(sys.maxunicode + 1) if not 0xD800 <= number < 0xE000]
    forms = [sign for sign in forms if unicodedata.normalize("NFKC", sign)[:1] in set("=+-@")]
    assert {sign for sign in forms if guarded(sign) == sign} == set()
    assert len(forms) > 16


def test_whatever_is_white_or_unseen_before_a_sign_changes_nothing() -> None:
    for number in range(sys.maxunicode + 1):
        character = chr(number)
        if character.isspace() or character in "\"'“”‘’`" or INVISIBLE.match(character):
            assert guarded(f"{character}=1") != f"{character}=1", f"U+{number:04X}"
