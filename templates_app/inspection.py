"""One pass over a document that collects what the review rules check."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from accounts.mail.text import INVISIBLE
from templates_app.character_references import decode
from templates_app.link_targets import RUNS, fault, scheme, target
from templates_app.markup import BLOCKS, Attribute, Token, conditional
from templates_app.variables import BROKEN, VARIABLE, Variable, split
from templates_app.visibility import declarations, walk

Span = tuple[int, int]


class Fault(NamedTuple):
    """Something that must not be in a template: a code of `finding_texts`, what it is about, and where that is."""

    code: str
    text: str = ""
    place: str = ""


_FORBIDDEN = frozenset({
    "script", "form", "iframe", "frame", "frameset", "object", "embed", "applet", "base", "svg", "math",
    "portal", "input", "textarea", "select",
})  # fmt: skip
_ADDRESSES = frozenset({
    "src", "srcset", "href", "xlink:href", "action", "formaction", "background", "data", "poster", "cite",
    "longdesc", "lowsrc", "dynsrc", "ping", "codebase", "manifest",
})  # fmt: skip
_SPACE = re.compile(r"[\s\u2800]+")
_BACKGROUND = re.compile(r"background(?:-image)?\s*:[^;{}:]*?url\(", re.IGNORECASE)
_IMPORT = re.compile(r"@import\b", re.IGNORECASE)
# A variable right after “<” would turn its value into a tag.
_TAG_TO_BE = re.compile(r"<(?=\{\{[ \t]*[\w.-]{1,64}[ \t]*\}\})")
_STAND_IN = "\ufffc"


@dataclass
class Inspection:
    """What a document holds. `text` is the visible text, variables as written; spans lie in it or in the source."""

    text: str = ""
    variables: list[Span] = field(default_factory=list)
    images: list[Span] = field(default_factory=list)
    link_faults: list[tuple[Fault, Span]] = field(default_factory=list)
    active: list[tuple[Fault, Span]] = field(default_factory=list)
    misplaced: list[tuple[Fault, Span]] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)

    @property
    def variable_characters(self) -> int:
        """Return the characters that the placeholders take."""
        return sum(end - start for start, end in self.variables)

    @property
    def characters(self) -> int:
        """Return the visible characters without the placeholders."""
        return len(self.text) - self.variable_characters

    @property
    def searchable(self) -> str:
        """Return the text with each placeholder replaced by as many characters that are in no phrase."""
        pieces, at = [], 0
        for start, end in self.variables:
            pieces += [self.text[at:start], _STAND_IN * (end - start)]
            at = end
        return "".join([*pieces, self.text[at:]])


def inspect_text(text: str) -> Inspection:
    """Return what a plain-text body shows."""
    reader = _Reader()
    reader.read(text, decoded=True)
    broken = [(_unlike(match[0]), match.span()) for match in BROKEN.finditer(text)]
    return Inspection(text=reader.result(), variables=reader.variables, misplaced=broken)


def inspect_html(html: str) -> Inspection:
    """Return what an HTML body shows and holds."""
    notes = Inspection()
    reader, unseen = _Reader(), _Reader()
    _look(html, (0, len(html)), notes, reader, unseen, outlook=False)
    notes.text, notes.variables = reader.result(), reader.variables
    notes.unseen = [text] if (text := unseen.result()) else []
    notes.misplaced += [(_unlike(match[0]), match.span()) for match in BROKEN.finditer(html)]
    notes.misplaced += [(Fault("after_bracket"), match.span()) for match in _TAG_TO_BE.finditer(html)]
    return notes


def _look(html: str, place: Span, notes: Inspection, reader: _Reader, unseen: _Reader, *, outlook: bool) -> None:
    for token, shown in walk(html, *place):
        to = reader if shown and not outlook else unseen
        if token.kind == "text":
            to.read(html[token.start : token.end])
        elif token.kind == "comment":
            inside = None if outlook else conditional(html, token)
            if inside:
                # Outlook shows it: it is checked as all else is, but does not count as text.
                _look(html, inside, notes, reader, unseen, outlook=True)
            elif not outlook:
                _misplaced(html, token, notes, "in_comment")
        elif token.kind == "raw":
            _raw(html, token, notes, unseen)
        elif token.name in BLOCKS or token.name in ("td", "th", "img"):
            to.gap()
        if token.kind == "start":
            _tag(html, token, notes, unseen, outlook=outlook)


def _tag(html: str, token: Token, notes: Inspection, unseen: _Reader, *, outlook: bool) -> None:
    span = (token.start, token.end)
    if token.name in _FORBIDDEN:
        notes.active.append((Fault("element", token.name), span))
    if token.name in ("img", "image") and not outlook:
        notes.images.append(span)
    for attribute in token.attributes:
        _attribute(token, attribute, notes, outlook=outlook)
        if attribute.name in ("alt", "title", "summary") and attribute.raw:
            unseen.gap()
            unseen.read(attribute.raw)
            unseen.gap()
    if "{{" in html[token.start : token.end]:
        _misplaced_in_tag(html, token, notes)
    if token.name == "meta" and (equiv := token.attribute("http-equiv")) and equiv.value.strip().lower() == "refresh":
        notes.active.append((Fault("redirect"), span))
    if token.name == "link" and (rel := token.attribute("rel")) and "stylesheet" in rel.value.lower().split():
        notes.active.append((Fault("style_sheet"), span))
    if token.name in ("a", "area") and (href := token.attribute("href")):
        wrong = fault(target(href))
        if wrong and scheme(href.value) not in RUNS:
            notes.link_faults.append((Fault(wrong, _short(href.raw)), span))


def _attribute(token: Token, attribute: Attribute, notes: Inspection, *, outlook: bool) -> None:
    span = (token.start, token.end)
    if attribute.name.startswith("on") and len(attribute.name) > 2 or attribute.name == "srcdoc":
        notes.active.append((Fault("attribute", attribute.name), span))
    elif attribute.name in _ADDRESSES and (runs := scheme(attribute.value)) in RUNS:
        picture = runs == "data" and (token.name in ("img", "source") or attribute.name == "background")
        if not picture:
            notes.active.append((Fault("scheme", runs), span))
    if outlook:
        return
    if attribute.name == "background" or (attribute.name == "style" and _BACKGROUND.search(attribute.value)):
        notes.images.append(span)
    if attribute.name == "style" and "expression(" in str(declarations(attribute.value)):
        notes.active.append((Fault("style_runs"), span))


def _raw(html: str, token: Token, notes: Inspection, unseen: _Reader) -> None:
    source = html[token.start : token.end]
    if token.name == "style":
        notes.images += [
            (token.start + match.start(), token.start + match.end()) for match in _BACKGROUND.finditer(source)
        ]
        if _IMPORT.search(source):
            notes.active.append((Fault("style_sheet"), (token.start, token.end)))
    elif token.name != "script":
        unseen.gap()
        unseen.read(source)
    if token.name != "title":
        _misplaced(html, token, notes, "in_element")


def _misplaced(html: str, token: Token, notes: Inspection, code: str) -> None:
    for match in VARIABLE.finditer(html, token.start, token.end):
        notes.misplaced.append((Fault(code, match[0], token.name), match.span()))


def _misplaced_in_tag(html: str, token: Token, notes: Inspection) -> None:
    """Record the variables of a tag that are outside a quoted value, or in one that is code."""
    held = [
        (attribute.start, attribute.end)
        for attribute in token.attributes
        if attribute.quote and attribute.name != "style"
    ]
    at = 0
    for match in VARIABLE.finditer(html, token.start, token.end):
        while at < len(held) and held[at][1] < match.end():
            at += 1
        if at == len(held) or match.start() < held[at][0]:
            notes.misplaced.append((Fault("not_quoted", match[0], token.name), match.span()))


def _unlike(text: str) -> Fault:
    return Fault("no_variable", _short(text))


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"


class _Reader:
    """Joins visible text: one blank for any white space, nothing for characters of zero width."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.variables: list[Span] = []
        self.size = 0
        self.blank = False

    def read(self, source: str, *, decoded: bool = False) -> None:
        for piece in split(source):
            if isinstance(piece, Variable):
                self._add(f"{{{{{piece.name}}}}}", variable=True)
                continue
            words = _SPACE.sub(" ", INVISIBLE.sub("", piece if decoded else decode(piece)))
            inner = words.strip(" ")
            self.blank = self.blank or words.startswith(" ")
            if inner:
                self._add(inner)
                self.blank = words.endswith(" ")

    def gap(self) -> None:
        self.blank = True

    def result(self) -> str:
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
