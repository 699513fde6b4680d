"""The text that people see in a body, and where the variables are in it. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from accounts.mail.text import INVISIBLE
from templates_app.character_references import decode
from templates_app.variables import Variable, split

Span = tuple[int, int]

_SPACE = re.compile(r"[\s\u2800]+")


class Origin(NamedTuple):
    """A piece of the body that was read: its text begins at `at`, or behind a blank there; `source` is its place."""

    at: int
    source: Span


class VisibleTextReader:
    """Joins visible text: one blank for any white space, nothing for characters of zero width."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.variables: list[Span] = []
        self.origins: list[Origin] = []
        self.size = 0
        self.blank = False

    def read(self, source: str, *, start: int = 0, decoded: bool = False) -> None:
        """Add a text that begins at `start` in the body; `decoded`: it holds no character references."""
        self.origins.append(Origin(self.size, (start, start + len(source))))
        for piece in split(source):
            if isinstance(piece, Variable):
                self._add(f"{{{{{piece.name}}}}}", variable=True)
                continue
            text = _SPACE.sub(" ", INVISIBLE.sub("", piece if decoded else decode(piece)))
            inner = text.strip(" ")
            self.blank = self.blank or text.startswith(" ")
            if inner:
                self._add(inner)
                self.blank = text.endswith(" ")

    def gap(self) -> None:
        """Part what follows from what came before."""
        self.blank = True

    def result(self) -> str:
        """Return what was read."""
        return "".join(self.pieces)

    def _add(self, text: str, *, variable: bool = False) -> None:
        if self.blank and self.size:
            self.pieces.append(" ")
            self.size += 1
        self.blank = False
        if variable:
            self.variables.append((self.size, self.size + len(text)))
        self.pieces.append(text)
        self.size += len(text)
