"""A CSV file's lines as records (RFC 4180 2), each with the lines it stands in; what is broken spoils its line alone.

Quotation marks hold delimiters and line breaks together only where the standard has them: around a whole cell, doubled
within. A mark that opens and is never closed rightly is a fault of the line it stands in, and the next line is read as
if it had not been. Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

DELIMITERS = ",;\t"
# A cell in quotation marks that is longer was never closed.
MAX_QUOTED = 64 * 1024

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
# Blanks before a quotation mark stand before the cell, not in it.
_OPENING = re.compile(r'[ \u00a0]*"')
_INSIDE = re.compile(r'[^"]*(?:""[^"]*)*')
_INSIDE_LINE = re.compile(r'[^"\r\n]*(?:""[^"\r\n]*)*')
_CLOSED = re.compile(r'"[^"]*"')
_MARK = re.compile(rf"[{DELIMITERS}]")
BREAK = re.compile(r"\r\n|\r|\n")
_DIRECTIVE = re.compile(rf"(\"?)sep=([{DELIMITERS}])\1(?:\r\n|\r|\n|\Z)", re.IGNORECASE)
# Delimiter -> what a cell without quotation marks holds, and what closes one with them.
_ENDS = {mark: (re.compile(rf"[^{mark}\r\n]*"), re.compile(rf'"[ \u00a0]*(?={mark}|[\r\n]|\Z)')) for mark in DELIMITERS}


@dataclass(frozen=True)
class CsvRecord:
    """The cells of one record; it begins in line `line` and ends in line `last`, counted from 1, and at offset `end`.

    `open_quote` marks a line that is none: a quotation mark opens in it, and is not closed rightly.
    """

    line: int
    last: int
    end: int
    cells: tuple[str, ...]
    text: str
    open_quote: bool = False


def directive(text: str) -> str:
    """Return the delimiter that a first line "sep=;" names, as spreadsheets write and read it; "" for none."""
    found = _DIRECTIVE.match(text)
    return found[2] if found else ""


def first_marks(text: str) -> Counter[str]:
    """Return in how many lines each delimiter is the first one outside quotation marks.

    The first column of a list seldom holds another delimiter, further ones (reasons, names) may.
    """
    marks = (_MARK.search(_CLOSED.sub("", found[0])) for found in _LINE.finditer(text))
    return Counter(found[0] for found in marks if found)


def records(
    text: str, delimiter: str, *, single_line: Collection[int] = (), start: int = 0, line: int = 1
) -> Iterator[CsvRecord]:
    """Yield every record from the offset `start` on, which is in line `line`; cells are as they stand in the file.

    The columns `single_line` hold no line break, so that a quotation mark which opens there closes in its line.
    """
    while start < len(text):
        cells, end = _cells(text, start, delimiter, single_line)
        open_quote = end < 0
        if open_quote:
            found = _LINE.match(text, start)
            assert found
            end = found.end()
        raw = text[start:end]
        last = line + len(BREAK.findall(_body(raw)))
        yield CsvRecord(line, last, end, tuple(cells), _body(raw), open_quote)
        start, line = end, last + 1


def _cells(text: str, at: int, delimiter: str, single_line: Collection[int]) -> tuple[list[str], int]:
    """Return the cells of the record at `at`, and where the next one begins; -1 for a mark that never closes."""
    plain, closing = _ENDS[delimiter]
    cells: list[str] = []
    while True:
        opening = _OPENING.match(text, at)
        if opening:
            inside = (_INSIDE_LINE if len(cells) in single_line else _INSIDE).match(
                text, opening.end(), opening.end() + MAX_QUOTED
            )
            assert inside
            closed = closing.match(text, inside.end())
            if not closed:
                return cells, -1
            cells.append(inside[0].replace('""', '"'))
            at = closed.end()
        else:
            found = plain.match(text, at)
            assert found
            cells.append(found[0])
            at = found.end()
        if text.startswith(delimiter, at):
            at += 1
            continue
        return cells, at + (2 if text.startswith("\r\n", at) else 1)


def _body(raw: str) -> str:
    """Return a record without the line break that ends it."""
    return raw[:-2] if raw.endswith("\r\n") else raw[:-1] if raw.endswith(("\r", "\n")) else raw
