"""Where a text departs from another: pure."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class Piece:
    """A stretch of the text; `differs` marks what the other one does not have there."""

    text: str
    differs: bool


def pieces(expected: str, seen: str) -> list[Piece]:
    """Return `seen` in pieces that, joined, are it again."""
    found: list[Piece] = []
    for kind, _, _, start, end in SequenceMatcher(None, expected, seen, autojunk=False).get_opcodes():
        if start < end:
            found.append(Piece(seen[start:end], kind != "equal"))
    return found
