"""What differs is marked, and nothing is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domains.differences import Piece, pieces


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_pieces_are_the_seen_text_again(expected: str, seen: str) -> None:
    assert "".join(piece.text for piece in pieces(expected, seen)) == seen


@given(st.text(min_size=1, max_size=60))
def test_equal_texts_have_no_mark(text: str) -> None:
    assert pieces(text, text) == [Piece(text, False)]


def test_only_what_departs_is_marked() -> None:
    assert pieces("p=none", "p=node") == [Piece("p=no", False), Piece("d", True), Piece("e", False)]
