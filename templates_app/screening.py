"""What a program finds in a template before a person reviews it: numbers, limits and the places that count. Pure.

docs/decisions/0005-what-screening-counts.md says what is counted and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, NamedTuple

from templates_app import phrase_matching
from templates_app.inspection import Fault, Inspection, inspect_html, inspect_text
from templates_app.phrase_matching import Phrase
from templates_app.visible_text import Origin, Span

Where = Literal["html", "text", "source"]
_MAX_SPANS = 200
# Rules about what the reference service cannot take; all others are the review's (decision 31).
UNACCEPTABLE = frozenset({"size", "active"})


@dataclass(frozen=True, kw_only=True)
class ReviewLimits:
    """The numbers of the review rules; the caller passes those in force."""

    min_characters: int = 160
    text_per_variable: int = 5
    max_images: int = 50
    max_bytes: int = 1_048_576


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One rule's result in numbers and codes; `finding_texts` makes the sentence.

    `spans` lie in the visible text of the HTML or the text part, or in the HTML source.
    """

    rule: str
    passed: bool
    value: int
    limit: int
    # What the value is a part of; and of how many characters at least one may be a variable's ("at most 1 in 6").
    total: int = 0
    one_in: int = 0
    # Each only once.
    faults: tuple[Fault, ...] = ()
    spans: tuple[Span, ...] = ()
    where: Where = "html"
    # The template has two parts, and this is about the one in `where`.
    one_of_two: bool = False

    @property
    def noted(self) -> bool:
        """Say whether there is something for the reviewer to see that is no reason to refuse."""
        return self.passed and bool(self.faults)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        lists = {name: [list(item) for item in getattr(self, name)] for name in ("faults", "spans")}
        return asdict(self) | lists

    @staticmethod
    def from_json(parts: dict[str, Any]) -> Finding:
        """Return what `to_json` wrote."""
        tuples = {
            "faults": tuple(Fault(*fault) for fault in parts["faults"]),
            "spans": tuple((start, end) for start, end in parts["spans"]),
        }
        return Finding(**parts | tuples)


class VisibleText(NamedTuple):
    """One body's visible text, with the places of the variables in it."""

    where: Where
    text: str
    variables: tuple[Span, ...]
    # Where it was read in the body, in order.
    origins: tuple[Origin, ...] = ()


def screen(html: str, text: str, forbidden: Sequence[Phrase], limits: ReviewLimits | None = None) -> list[Finding]:
    """Return the finding of every rule, passed or not, in the order in which people read them."""
    limits = limits or ReviewLimits()
    size = len(html.encode(errors="replace")) + len(text.encode(errors="replace"))
    if size > limits.max_bytes:
        return [_size(size, limits)]
    parts = _parts(html, text)
    document = next((body for where, body in parts if where == "html"), Inspection())
    return [
        _length(parts, limits),
        _variables(parts, limits),
        _images(document, limits),
        _images_only(document),
        _links(parts),
        _forbidden_phrases(parts, forbidden),
        _active(document),
        _outside_sheets(document),
        _placeholders(parts),
    ]


def passes(findings: Sequence[Finding]) -> bool:
    """Say whether a template with these findings goes to a person; any other is rejected as soon as it is submitted."""
    return all(finding.passed for finding in findings)


def unacceptable(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings with which a template is not even kept as submitted: too large, or unsafe markup."""
    return [finding for finding in findings if not finding.passed and finding.rule in UNACCEPTABLE]


def read(html: str, text: str) -> list[VisibleText]:
    """Return the bodies as people read them, HTML first."""
    return [
        VisibleText(where, body.text, tuple(body.variables), tuple(body.origins)) for where, body in _parts(html, text)
    ]


def _parts(html: str, text: str) -> list[tuple[Where, Inspection]]:
    parts: list[tuple[Where, Inspection]] = []
    if html:
        parts.append(("html", inspect_html(html)))
    if text or not html:
        parts.append(("text", inspect_text(text)))
    return parts


def _size(size: int, limits: ReviewLimits) -> Finding:
    return Finding(rule="size", passed=False, value=size, limit=limits.max_bytes, where="source")


def _length(parts: list[tuple[Where, Inspection]], limits: ReviewLimits) -> Finding:
    where, shortest = min(parts, key=lambda part: part[1].characters)
    return Finding(
        rule="length",
        passed=shortest.characters >= limits.min_characters,
        value=shortest.characters,
        limit=limits.min_characters,
        where=where,
        one_of_two=len(parts) > 1,
    )


def _variables(parts: list[tuple[Where, Inspection]], limits: ReviewLimits) -> Finding:
    per = limits.text_per_variable
    where, worst = max(parts, key=lambda part: part[1].variable_characters * per - part[1].characters)
    taken, text = worst.variable_characters, worst.characters
    return Finding(
        rule="variables",
        passed=taken * per <= text,
        value=taken,
        limit=text // per,
        total=taken + text,
        one_in=per + 1,
        where=where,
        one_of_two=len(parts) > 1,
        spans=tuple(worst.variables[:_MAX_SPANS]),
    )


def _images(document: Inspection, limits: ReviewLimits) -> Finding:
    count = len(document.images)
    return Finding(
        rule="images",
        passed=count <= limits.max_images,
        value=count,
        limit=limits.max_images,
        where="source",
        spans=tuple(document.images[:_MAX_SPANS]),
    )


def _images_only(document: Inspection) -> Finding:
    return Finding(
        rule="images_only",
        passed=not document.images or document.characters > 0,
        value=len(document.images),
        limit=0,
        where="source",
    )


def _links(parts: list[tuple[Where, Inspection]]) -> Finding:
    return _placed_faults("links", [(fault, span, where) for where, body in parts for fault, span in body.link_faults])


def _forbidden_phrases(parts: list[tuple[Where, Inspection]], forbidden: Sequence[Phrase]) -> Finding:
    found = [
        (where, match)
        for where, inspection in parts
        for match in phrase_matching.find(inspection.searchable, forbidden)
    ]
    unseen = [
        match
        for _, inspection in parts
        for text in inspection.unseen
        for match in phrase_matching.find(text, forbidden)
    ]
    where = found[0][0] if found else parts[0][0]
    named = dict.fromkeys(Fault("phrase", match.phrase.text, match.phrase.category) for _, match in found)
    named |= dict.fromkeys(Fault("unseen_phrase", match.phrase.text, match.phrase.category) for match in unseen)
    spans = tuple(match.span for place, match in found if place == where)
    return Finding(
        rule="forbidden_phrases",
        passed=not named,
        value=len(found) + len(unseen),
        limit=0,
        faults=_once(named),
        spans=spans[:_MAX_SPANS],
        where=where,
    )


def _active(document: Inspection) -> Finding:
    return _placed_faults("active", [(fault, span, "html") for fault, span in document.active])


def _outside_sheets(document: Inspection) -> Finding:
    faults: list[tuple[Fault, Span, Where]] = [(fault, span, "html") for fault, span in document.outside_sheets]
    return replace(_placed_faults("outside_sheets", faults), passed=True)


def _once(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(dict.fromkeys(faults))[:_MAX_SPANS]


def _placeholders(parts: list[tuple[Where, Inspection]]) -> Finding:
    faults = [(fault, span, where) for where, body in parts for fault, span in body.misplaced]
    return _placed_faults("placeholders", faults)


def _placed_faults(rule: str, faults: list[tuple[Fault, Span, Where]]) -> Finding:
    """Return the finding about faults in the HTML source and in the plain text; it shows those of the first's part."""
    where: Where = "text" if faults and faults[0][2] == "text" else "source"
    kept = tuple(span for _fault, span, place in faults if (place == "text") == (where == "text"))
    return Finding(
        rule=rule,
        passed=not faults,
        value=len(faults),
        limit=0,
        faults=_once(fault for fault, _span, _place in faults),
        where=where,
        spans=kept[:_MAX_SPANS],
    )
