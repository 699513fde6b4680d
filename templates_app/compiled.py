"""A compiled template: its pieces, the slots between them, and how both are stored. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from templates_app.variables import Position, Variable

# Changes with the meaning of what is stored. Skeletons without a form know of a variable in an address only whether it
# follows a "=".
FORM = 2


class Link(NamedTuple):
    """The value of a followed link's `href`: link `number`, or `source` where links are not followed."""

    number: int
    quoted: bool
    source: tuple[str | Variable, ...]


class End(NamedTuple):
    """Where the footer and the pixel go."""


Segment = str | Variable | Link | End


@dataclass(frozen=True)
class Compiled:
    """A template, ready to be filled; `html` is None for a plain-text mail, `text` is always there."""

    html: tuple[Segment, ...] | None
    text: tuple[str | Variable, ...]
    links: tuple[tuple[str | Variable, ...], ...]
    names: frozenset[str]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "form": FORM,
            "html": None if self.html is None else [_dump(segment) for segment in self.html],
            "text": [_dump(segment) for segment in self.text],
            "links": [[_dump(segment) for segment in link] for link in self.links],
            "names": sorted(self.names),
        }

    @staticmethod
    def from_json(parts: Mapping[str, Any]) -> Compiled:
        """Return what `to_json` wrote."""
        html = parts["html"]
        return Compiled(
            None if html is None else tuple(_load(part) for part in html),
            tuple(_load_piece(part) for part in parts["text"]),
            tuple(tuple(_load_piece(part) for part in link) for link in parts["links"]),
            frozenset(parts["names"]),
        )

    @cached_property
    def different_links(self) -> int:
        """How many links lead to different places."""
        return len(set(self.links))

    @cached_property
    def tracked(self) -> Plan:
        """The HTML part with a slot for each link."""
        return _plan(self.html or (), track=True)

    @cached_property
    def untracked(self) -> Plan:
        """The HTML part with its links as they were written."""
        return _plan(self.html or (), track=False)


class Plan(NamedTuple):
    """The pieces of a document in order, and which of them are put in for each mail."""

    pieces: list[str]
    values: list[tuple[int, str]]
    addresses: list[tuple[int, str, Position]]
    links: list[tuple[int, int, bool]]
    end: int


def _plan(segments: tuple[Segment, ...], *, track: bool) -> Plan:
    pieces: list[str] = []
    values: list[tuple[int, str]] = []
    addresses: list[tuple[int, str, Position]] = []
    links: list[tuple[int, int, bool]] = []
    end = 0
    for at, segment in enumerate(_flatten(segments, track=track)):
        pieces.append(segment if isinstance(segment, str) else "")
        if isinstance(segment, Variable):
            if segment.position is Position.TEXT:
                values.append((at, segment.name))
            else:
                addresses.append((at, segment.name, segment.position))
        elif isinstance(segment, Link):
            links.append((at, segment.number, segment.quoted))
        elif isinstance(segment, End):
            end = at
    return Plan(pieces, values, addresses, links, end)


def _flatten(segments: tuple[Segment, ...], *, track: bool) -> list[Segment]:
    if track:
        return list(segments)
    flat: list[Segment] = []
    for segment in segments:
        if isinstance(segment, Link):
            flat.extend(segment.source)
        else:
            flat.append(segment)
    return flat


def _dump(segment: Segment) -> Any:
    if isinstance(segment, str):
        return segment
    if isinstance(segment, Variable):
        return [segment.position.value, segment.name]
    if isinstance(segment, Link):
        return ["link", segment.number, segment.quoted, [_dump(piece) for piece in segment.source]]
    return ["end"]


def _load(part: Any) -> Segment:
    if isinstance(part, list) and part[0] == "link":
        return Link(part[1], part[2], tuple(_load_piece(piece) for piece in part[3]))
    return End() if part == ["end"] else _load_piece(part)


def _load_piece(part: Any) -> str | Variable:
    return part if isinstance(part, str) else Variable(part[1], Position(part[0]))
