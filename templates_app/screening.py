"""What a program finds in a template before a person reviews it: numbers, limits and the places that count.

docs/decisions/0005-what-screening-counts.md says what is counted and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

from templates_app import phrase_matching
from templates_app.inspection import Inspection, Span, inspect_html, inspect_text
from templates_app.phrase_matching import Phrase

__all__ = ["Finding", "ReviewLimits", "VisibleText", "Span", "Phrase", "passes", "read", "screen"]

Where = Literal["html", "text", "source"]
_MAX_SPANS = 200


@dataclass(frozen=True, kw_only=True)
class ReviewLimits:
    """The numbers of the review rules; the caller passes those in force."""

    min_characters: int = 160
    text_per_variable: int = 5
    max_images: int = 50
    max_bytes: int = 1_048_576


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One rule's result. `spans` lie in the visible text of the HTML or the text part, or in the HTML source."""

    rule: str
    passed: bool
    value: int
    limit: int
    message: str
    spans: tuple[Span, ...] = ()
    where: Where = "html"

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return asdict(self) | {"spans": [list(span) for span in self.spans]}

    @staticmethod
    def from_json(parts: dict[str, Any]) -> Finding:
        """Return what `to_json` wrote."""
        return Finding(**parts | {"spans": tuple((start, end) for start, end in parts["spans"])})


class VisibleText(NamedTuple):
    """One body's visible text, with the places of the variables in it."""

    where: Where
    text: str
    variables: tuple[Span, ...]


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
        _links(document),
        _forbidden_phrases(parts, forbidden),
        _active(document),
        _placeholders(parts),
    ]


def passes(findings: Sequence[Finding]) -> bool:
    """Say whether a template with these findings may be submitted."""
    return all(finding.passed for finding in findings)


def read(html: str, text: str) -> list[VisibleText]:
    """Return the bodies as people read them, HTML first."""
    return [VisibleText(where, body.text, tuple(body.variables)) for where, body in _parts(html, text)]


def _parts(html: str, text: str) -> list[tuple[Where, Inspection]]:
    parts: list[tuple[Where, Inspection]] = []
    if html:
        parts.append(("html", inspect_html(html)))
    if text or not html:
        parts.append(("text", inspect_text(text)))
    return parts


def _size(size: int, limits: ReviewLimits) -> Finding:
    return Finding(
        rule="size",
        passed=False,
        value=size,
        limit=limits.max_bytes,
        where="source",
        message=f"The template has {size:,} bytes, at most {limits.max_bytes:,} are allowed.",
    )


def _length(parts: list[tuple[Where, Inspection]], limits: ReviewLimits) -> Finding:
    where, shortest = min(parts, key=lambda part: part[1].characters)
    count, minimum = shortest.characters, limits.min_characters
    progress = f"{count} of {minimum} visible characters, {minimum - count} to go"
    if count >= minimum:
        progress = f"{count:,} visible characters, at least {minimum} are needed"
    return Finding(
        rule="length",
        passed=count >= minimum,
        value=count,
        limit=minimum,
        where=where,
        message=f"{progress}{_of(parts, where)}.",
    )


def _variables(parts: list[tuple[Where, Inspection]], limits: ReviewLimits) -> Finding:
    per = limits.text_per_variable
    where, worst = max(parts, key=lambda part: part[1].variable_characters * per - part[1].characters)
    taken, text = worst.variable_characters, worst.characters
    ratio = f" (1:{text // taken}, at most 1:{per})" if taken else ""
    message = f"Variables {taken:,} : text {text:,} characters{ratio}{_of(parts, where)}."
    return Finding(
        rule="variables",
        passed=taken * per <= text,
        value=taken,
        limit=text // per,
        where=where,
        spans=tuple(worst.variables[:_MAX_SPANS]),
        message=message,
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
        message=f"{count:,} of at most {limits.max_images} images.",
    )


def _images_only(document: Inspection) -> Finding:
    bare = bool(document.images) and not document.characters
    message = "There are images but no text beside them." if bare else "There is text beside the images."
    return Finding(
        rule="images_only",
        passed=not bare,
        value=len(document.images),
        limit=0,
        where="source",
        message=message if document.images else "There are no images.",
    )


def _links(document: Inspection) -> Finding:
    faults = document.link_faults
    shown = "; ".join(f"“{address}” {fault}" for address, fault, _ in faults[:3])
    message = f"{shown}{_more(len(faults) - 3)}." if faults else "Every link has a fixed domain."
    return Finding(
        rule="links",
        passed=not faults,
        value=len(faults),
        limit=0,
        message=message,
        where="source",
        spans=tuple(span for _, _, span in faults[:_MAX_SPANS]),
    )


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
    named = dict.fromkeys(f"“{match.phrase.text}” ({match.phrase.category})" for _, match in found)
    named |= dict.fromkeys(
        f"“{match.phrase.text}” ({match.phrase.category}, in text that is not shown)" for match in unseen
    )
    shown = ", ".join(list(named)[:5])
    message = f"Forbidden: {shown}{_more(len(named) - 5)}." if named else "No forbidden phrase."
    spans = tuple(match.span for place, match in found if place == where)
    return Finding(
        rule="forbidden_phrases",
        passed=not named,
        value=len(found) + len(unseen),
        limit=0,
        message=message,
        spans=spans[:_MAX_SPANS],
        where=where,
    )


def _active(document: Inspection) -> Finding:
    names = list(dict.fromkeys(name for name, _ in document.active))
    message = (
        f"Not allowed in a mail: {', '.join(names[:5])}{_more(len(names) - 5)}."
        if names
        else "No script, form, frame or outside style sheet."
    )
    return Finding(
        rule="active",
        passed=not names,
        value=len(document.active),
        limit=0,
        message=message,
        spans=tuple(span for _, span in document.active[:_MAX_SPANS]),
        where="source",
    )


def _placeholders(parts: list[tuple[Where, Inspection]]) -> Finding:
    faults = [(name, span, where) for where, body in parts for name, span in body.misplaced]
    if not faults:
        return Finding(
            rule="placeholders",
            passed=True,
            value=0,
            limit=0,
            where="source",
            message="Every variable stands in text or in a quoted attribute.",
        )
    names = list(dict.fromkeys(name for name, _, _ in faults))
    where: Where = "text" if faults[0][2] == "text" else "source"
    kept = tuple(span for _, span, place in faults if (place == "text") == (where == "text"))
    return Finding(
        rule="placeholders",
        passed=False,
        value=len(faults),
        limit=0,
        where=where,
        spans=kept[:_MAX_SPANS],
        message=f"{'; '.join(names[:3])}{_more(len(names) - 3)}.",
    )


def _of(parts: list[tuple[Where, Inspection]], where: Where) -> str:
    """Name the part a finding is about, where there are two."""
    if len(parts) == 1:
        return ""
    return " in the HTML part" if where == "html" else " in the text part"


def _more(count: int) -> str:
    return f" and {count:,} more" if count > 0 else ""
