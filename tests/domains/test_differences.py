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


def test_a_slip_is_marked_by_its_letter() -> None:
    found = pieces("v=DKIM1; k=rsa; p=AAAA", "v=DKIM1; k=rsa; p=AABA")
    assert found == [Piece("v=DKIM1; k=rsa; p=AA", False), Piece("B", True), Piece("A", False)]


def test_another_value_is_marked_by_its_words() -> None:
    found = pieces("5 mx.ses.test.", "10 mx.other.test.")
    assert [piece.text for piece in found if piece.differs] == ["10", "other"]
