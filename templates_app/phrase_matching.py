"""Forbidden phrases in a text: any letter case, any width, across white space. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

# Scripts written without blanks between words: Han, kana, Hangul, Thai and their neighbours.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u31a0-\u31bf"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
_MAX_PLACES = 50


class Phrase(NamedTuple):
    """A forbidden phrase and its category."""

    category: str
    text: str


class Match(NamedTuple):
    """Where a phrase was found: offsets into the text that was searched."""

    phrase: Phrase
    span: tuple[int, int]


def find(text: str, phrases: Sequence[Phrase]) -> list[Match]:
    """Return where `text` (white space collapsed) holds one of `phrases`, in order, at most 50 places for each."""
    folded = _Folded(text)
    matches = []
    for phrase in phrases:
        wanted = fold(" ".join(phrase.text.split()))
        if not wanted:
            continue
        if _UNSPACED.search(wanted):
            matches += [Match(phrase, span) for span in folded.anywhere(wanted.replace(" ", ""))]
        else:
            matches += [Match(phrase, span) for span in folded.at_word_ends(wanted)]
    return sorted(matches, key=lambda match: match.span)


def fold(text: str) -> str:
    """Return `text` as it is compared: compatibility forms unified (NFKC), letter case dropped."""
    return "".join(_fold(character) for character in text)


def _fold(character: str) -> str:
    return unicodedata.normalize("NFKC", character).casefold()


class _Folded:
    """A text prepared for the search of many phrases."""

    def __init__(self, text: str) -> None:
        self.size = len(text)
        table = {ord(character): folded for character in set(text) if (folded := _fold(character)) != character}
        self.text = text.translate(table)
        # The offset of each folded character in the text; equal unless folding made some characters longer.
        self.places: Sequence[int] = range(self.size)
        if len(self.text) != self.size:
            self.places = [at for at, character in enumerate(text) for _ in table.get(ord(character), character)]
        self.dense, self.dense_places = "", self.places
        if _UNSPACED.search(self.text):
            self.dense_places = [self.places[at] for at, character in enumerate(self.text) if character != " "]
            self.dense = self.text.replace(" ", "")

    def anywhere(self, phrase: str) -> Iterator[tuple[int, int]]:
        """Yield where the phrase occurs, blanks disregarded."""
        for at in _places(self.dense, phrase):
            yield self.dense_places[at], self.dense_places[at + len(phrase) - 1] + 1

    def at_word_ends(self, phrase: str) -> Iterator[tuple[int, int]]:
        """Yield where the phrase occurs as whole words."""
        for at in _places(self.text, phrase):
            end = at + len(phrase)
            if not self._joins(at - 1) and not self._joins(end):
                yield self.places[at], self.places[end - 1] + 1

    def _joins(self, at: int) -> bool:
        if not 0 <= at < len(self.text):
            return False
        character = self.text[at]
        return character.isalnum() and not _UNSPACED.match(character)


def _places(text: str, phrase: str) -> Iterator[int]:
    at, found = text.find(phrase), 0
    while at >= 0 and found < _MAX_PLACES:
        yield at
        found += 1
        at = text.find(phrase, at + len(phrase))
