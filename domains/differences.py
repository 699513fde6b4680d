"""Where a text differs from another: pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# Texts more alike than this differ by typing errors: single characters are marked, else whole words.
ALIKE = 0.9
_WORDS = re.compile(r"\s+|[^\s.:=;]+|[.:=;]")


@dataclass(frozen=True)
class Piece:
    """A stretch of the text; `differs`: the expected text does not have it there."""

    text: str
    differs: bool


def pieces(expected: str, seen: str) -> list[Piece]:
    """Return `seen` cut into pieces, each marked as equal to `expected` or not."""
    slips = SequenceMatcher(None, expected, seen, autojunk=False)
    if slips.quick_ratio() > ALIKE and slips.ratio() > ALIKE:
        return _marked(slips, seen)
    words = _WORDS.findall(seen)
    return _marked(SequenceMatcher(None, _WORDS.findall(expected), words, autojunk=False), words)


def _marked(matcher: SequenceMatcher[str], seen: Sequence[str]) -> list[Piece]:
    return [
        Piece("".join(seen[start:end]), kind != "equal")
        for kind, _, _, start, end in matcher.get_opcodes()
        if start < end
    ]
