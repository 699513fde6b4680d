"""How pages present a screening: findings with their headings, and texts with variables and faults marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from templates_app import finding_texts, source_places
from templates_app.screening import Finding, VisibleText
from templates_app.visible_text import Span

# Characters of a text that a page shows; screening counts all of them.
MAX_SHOWN = 20_000
# Places of one finding that the editor leads to.
MAX_PLACES = 20


class Places(NamedTuple):
    """Where in the editor's field a finding is: as "10-20 31-35", in UTF-16 code units."""

    field: Literal["html", "text"]
    spans: str
    number: int


class FindingRow(NamedTuple):
    """One finding as a page lists it; `share` is the number's part of its limit, in percent."""

    heading: str
    message: str
    finding: Finding
    share: int | None
    places: Places | None = None


class Mark(NamedTuple):
    """A piece of text and why it is marked: "variable", "fault", "note" or "" for plain."""

    text: str
    kind: str


def rows(findings: Iterable[Finding]) -> list[FindingRow]:
    """Return the findings as a page lists them."""
    return [
        FindingRow(finding_texts.heading(finding), finding_texts.message(finding), finding, _share(finding))
        for finding in findings
    ]


def located(findings: Iterable[Finding], html: str, text: str, parts: Sequence[VisibleText]) -> list[FindingRow]:
    """Return the findings as the editor lists them: each with the places in the body that are to be looked at."""
    return [row._replace(places=_places(row.finding, html, text, parts)) for row in rows(findings)]


def _places(finding: Finding, html: str, text: str, parts: Sequence[VisibleText]) -> Places | None:
    if not finding.spans or finding.passed and not finding.noted:
        return None
    body = text if finding.where == "text" else html
    spans = finding.spans[:MAX_PLACES]
    if finding.where != "source" and finding.rule != "placeholders":
        part = next(part for part in parts if part.where == finding.where)
        spans = tuple(source_places.in_source(body, part, span) for span in spans)
    units = source_places.in_utf16(body, dict.fromkeys(spans))
    written = " ".join(f"{start}-{end}" for start, end in units)
    return Places("text" if finding.where == "text" else "html", written, len(units))


def marked(part: VisibleText, findings: Sequence[Finding]) -> list[Mark]:
    """Return a part's visible text with its variables and the faults that lie in it marked."""
    faults = [
        span
        for finding in findings
        if finding.where == part.where and not finding.passed and finding.rule != "variables"
        for span in finding.spans
    ]
    return _cut(part.text, [(span, "variable") for span in part.variables] + [(span, "fault") for span in faults])


def marked_source(source: str, findings: Sequence[Finding]) -> list[Mark]:
    """Return the HTML source with the faults and notes that lie in it marked."""
    return _cut(
        source,
        [
            (span, "note" if finding.passed else "fault")
            for finding in findings
            if finding.where == "source" and (finding.noted or not finding.passed)
            for span in finding.spans
        ],
    )


def _share(finding: Finding) -> int | None:
    if finding.rule not in ("length", "variables", "images") or not finding.limit:
        return None
    return min(100, round(100 * finding.value / finding.limit))


def _cut(text: str, places: list[tuple[Span, str]]) -> list[Mark]:
    marks: list[Mark] = []
    at = 0
    for (start, end), kind in sorted(places):
        if start >= MAX_SHOWN:
            break
        if start < at:
            continue
        if start > at:
            marks.append(Mark(text[at:start], ""))
        marks.append(Mark(text[start:end], kind))
        at = end
    rest = text[at:MAX_SHOWN] if at < MAX_SHOWN else ""
    if rest:
        marks.append(Mark(rest, ""))
    if len(text) > max(at, MAX_SHOWN):
        marks.append(Mark(" …", ""))
    return marks
