"""Where in a body, as it is written, a piece of its visible text stands. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from templates_app.screening import VisibleText
from templates_app.visible_text import Span


def in_source(body: str, part: VisibleText, span: Span) -> Span:
    """Return the place in `body` of a span of its visible text; all that holds it where mark-up stands between."""
    starts = [origin.at for origin in part.origins]
    first = part.origins[bisect_right(starts, span[0]) - 1]
    last = part.origins[bisect_right(starts, span[1] - 1) - 1]
    begin, end = first.source[0], last.source[1]
    literal = part.text[slice(*span)]
    place = begin - 1
    # The same words may stand before it in the same piece.
    for _ in range(part.text.count(literal, first.at, span[0]) + 1):
        place = body.find(literal, place + 1, end)
        if place < 0:
            return begin, end
    return place, place + len(literal)


def in_utf16(body: str, spans: Iterable[Span]) -> list[Span]:
    """Return spans of `body` in UTF-16 code units, as a browser counts them."""
    return [(_units(body[:start]), _units(body[:end])) for start, end in spans]


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
