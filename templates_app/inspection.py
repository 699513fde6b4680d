"""One pass over a document that collects what the review rules check. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from templates_app import style_sheets
from templates_app.character_references import decode, decode_attribute
from templates_app.link_targets import LinkFault, active_scheme, fault, fetched_fault, target_of
from templates_app.markup import BLOCKS, Attribute, Token, conditional
from templates_app.url_attributes import Use, sources, use_of
from templates_app.variables import BROKEN, VARIABLE
from templates_app.visibility import walk
from templates_app.visible_text import Origin, Span, VisibleTextReader

FaultCode = Literal[
    LinkFault,
    "phrase",
    "unseen_phrase",
    "element",
    "attribute",
    "scheme",
    "redirect",
    "style_sheet",
    "style_runs",
    "in_comment",
    "in_element",
    "not_quoted",
    "after_bracket",
    "no_variable",
    "section_tag",
]


class Fault(NamedTuple):
    """Something that must not be in a template: a code of `finding_texts`, what it is about, and where that is."""

    code: FaultCode
    text: str = ""
    place: str = ""


_FORBIDDEN_ELEMENTS = frozenset({
    "script", "form", "iframe", "frame", "frameset", "object", "embed", "applet", "base", "svg", "math",
    "portal", "input", "textarea", "select",
})  # fmt: skip
# Their pictures stand for one that is counted: that of the <picture> around, or none that is shown in the mail.
_NOT_COUNTED = frozenset({"source", "link"})
# A variable right after “<” would turn its value into a tag.
_VARIABLE_AS_TAG = re.compile(r"<(?=\{\{[ \t]*[\w.-]{1,64}[ \t]*\}\})")
# Mail programs make links of addresses in text; here a value would choose the host.
# No host is longer (RFC 1035 2.3.4), and without an end the time for a text would grow with its square.
_HOST_WITH_VARIABLE = re.compile(
    r"(?:https?://|(?<![A-Za-z0-9_])www\.)[^\s/?#<>\"{}]{0,500}\{\{[ \t]*[\w.-]{1,64}[ \t]*\}\}", re.IGNORECASE
)
# What other template languages write for conditions, loops and parts: Mustache, Handlebars and their kin.
_SECTION_TAG = re.compile(r"\{\{[~\s]*(?:[#/^>!&*]|else\b)")
_PLACEHOLDER = "\ufffc"


@dataclass
class Inspection:
    """What a document holds. `text` is the visible text, variables as written; spans lie in it or in the source.

    Those of faults lie in the HTML source, or in the plain text.
    """

    text: str = ""
    variables: list[Span] = field(default_factory=list)
    origins: list[Origin] = field(default_factory=list)
    images: list[Span] = field(default_factory=list)
    link_faults: list[tuple[Fault, Span]] = field(default_factory=list)
    active: list[tuple[Fault, Span]] = field(default_factory=list)
    outside_sheets: list[tuple[Fault, Span]] = field(default_factory=list)
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
            pieces += [self.text[at:start], _PLACEHOLDER * (end - start)]
            at = end
        return "".join([*pieces, self.text[at:]])


def inspect_text(text: str) -> Inspection:
    """Return what a plain-text body shows."""
    reader = VisibleTextReader()
    reader.read(text, decoded=True)
    broken = [(_no_variable(match[0]), match.span()) for match in BROKEN.finditer(text)]
    shown = reader.result()
    links = _links_in_text(shown, (0, len(shown)))
    return Inspection(
        text=shown, variables=reader.variables, origins=reader.origins, misplaced=broken, link_faults=links
    )


def inspect_html(html: str) -> Inspection:
    """Return what an HTML body shows and holds."""
    inspection = Inspection()
    reader, unseen = VisibleTextReader(), VisibleTextReader()
    _inspect(html, (0, len(html)), inspection, reader, unseen, outlook=False)
    inspection.text, inspection.variables, inspection.origins = reader.result(), reader.variables, reader.origins
    inspection.unseen = [text] if (text := unseen.result()) else []
    inspection.misplaced += [(_no_variable(match[0]), match.span()) for match in BROKEN.finditer(html)]
    inspection.misplaced += [(Fault("after_bracket"), match.span()) for match in _VARIABLE_AS_TAG.finditer(html)]
    return inspection


def _inspect(
    html: str,
    place: Span,
    inspection: Inspection,
    reader: VisibleTextReader,
    unseen: VisibleTextReader,
    *,
    outlook: bool,
) -> None:
    for token, shown in walk(html, *place, outlook=outlook):
        to = reader if shown and not outlook else unseen
        if token.kind == "text":
            to.read(html[token.start : token.end], start=token.start)
            inspection.link_faults += _links_in_markup(html, (token.start, token.end))
        elif token.kind == "comment":
            inside = None if outlook else conditional(html, token)
            if inside:
                # Outlook shows it: it is checked as all else is, but does not count as text.
                _inspect(html, inside, inspection, reader, unseen, outlook=True)
            elif not outlook:
                _record_misplaced(html, token, inspection, "in_comment")
        elif token.kind == "raw" and shown:
            to.read(html[token.start : token.end], start=token.start, decoded=True)
        elif token.kind == "raw":
            _inspect_raw(html, token, inspection, unseen)
        elif token.name in BLOCKS or token.name in ("td", "th", "img"):
            to.gap()
        if token.kind == "start":
            _inspect_tag(html, token, inspection, unseen, outlook=outlook)


def _links_in_text(source: str, place: Span) -> list[tuple[Fault, Span]]:
    return [
        (Fault("domain_not_fixed", _short(match[0])), match.span())
        for match in _HOST_WITH_VARIABLE.finditer(source, *place)
    ]


def _links_in_markup(html: str, place: Span) -> list[tuple[Fault, Span]]:
    """Return the faults of a text between tags; behind character references the address is as plain to see."""
    if html.find("{{", *place) < 0:
        return []
    found = _links_in_text(html, place)
    text = decode(html[slice(*place)])
    if not found and len(text) < place[1] - place[0]:
        found = [(fault, place) for fault, _span in _links_in_text(text, (0, len(text)))]
    return found


def _inspect_tag(html: str, token: Token, inspection: Inspection, unseen: VisibleTextReader, *, outlook: bool) -> None:
    span = (token.start, token.end)
    if token.name in _FORBIDDEN_ELEMENTS:
        inspection.active.append((Fault("element", token.name), span))
    if not outlook:
        inspection.images += [span] * _images(token)
    for attribute in token.attributes:
        _inspect_attribute(token, attribute, inspection)
        if attribute.name in ("alt", "title", "summary") and attribute.raw:
            unseen.gap()
            unseen.read(attribute.raw)
            unseen.gap()
    if "{{" in html[token.start : token.end]:
        _record_misplaced_in_tag(html, token, inspection)
    if token.name == "link" and (rel := token.attribute("rel")) and "stylesheet" in rel.value.lower().split():
        address = token.attribute("href")
        inspection.outside_sheets.append((Fault("style_sheet", _short(address.value if address else "")), span))


def _images(token: Token) -> int:
    """Return how many pictures a tag shows: its own, its background, and those of its style."""
    if not token.attributes:
        return token.name in ("img", "image")
    uses = {attribute.name for attribute in token.attributes if use_of(token, attribute) is Use.IMAGE}
    own = token.name in ("img", "image") or bool(uses - {"background"}) and token.name not in _NOT_COUNTED
    style = token.attribute("style")
    return own + ("background" in uses) + (len(style_sheets.images(style.value)) if style else 0)


def _inspect_attribute(token: Token, attribute: Attribute, inspection: Inspection) -> None:
    span = (token.start, token.end)
    use = use_of(token, attribute)
    if use is Use.REFUSED:
        code: FaultCode = "redirect" if token.name == "meta" else "attribute"
        inspection.active.append((Fault(code, "" if code == "redirect" else attribute.name), span))
    elif use:
        for source in sources(attribute):
            _inspect_address(token, source, use, inspection)
    elif attribute.name.startswith("on") and len(attribute.name) > 2 or attribute.name == "srcdoc":
        inspection.active.append((Fault("attribute", attribute.name), span))
    elif attribute.name == "style":
        _inspect_style(attribute.value, span, inspection)


def _inspect_address(token: Token, source: str, use: Use, inspection: Inspection) -> None:
    span, fetched = (token.start, token.end), use is not Use.FOLLOWED
    target = target_of(source)
    if active := active_scheme(decode_attribute(source), fetched=fetched, image=use is Use.IMAGE):
        inspection.active.append((Fault("scheme", active), span))
    elif wrong := fetched_fault(target, sheet=token.name == "link") if fetched else fault(target):
        inspection.link_faults.append((Fault(wrong, _short(source)), span))


def _inspect_style(style: str, span: Span, inspection: Inspection) -> None:
    if style_sheets.runs(style):
        inspection.active.append((Fault("style_runs"), span))
    sheets = frozenset(style_sheets.imports(style))
    for address in style_sheets.addresses(style):
        if active := active_scheme(address, fetched=True):
            # Fonts are written out in styles too, and none of it runs.
            if active != "data":
                inspection.active.append((Fault("scheme", active), span))
        elif wrong := fetched_fault(target_of(address), sheet=address in sheets):
            inspection.link_faults.append((Fault(wrong, _short(address)), span))


def _inspect_raw(html: str, token: Token, inspection: Inspection, unseen: VisibleTextReader) -> None:
    source = html[token.start : token.end]
    if token.name == "style":
        inspection.images += [(token.start + start, token.start + end) for start, end in style_sheets.images(source)]
        _inspect_style(source, (token.start, token.end), inspection)
        for address in style_sheets.imports(source):
            inspection.outside_sheets.append((Fault("style_sheet", _short(address)), (token.start, token.end)))
            if active_scheme(address, fetched=True) == "data":
                # Written out here it would be a sheet that nobody has looked at.
                inspection.active.append((Fault("scheme", "data"), (token.start, token.end)))
    elif token.name != "script":
        unseen.gap()
        unseen.read(source)
    if token.name != "title":
        _record_misplaced(html, token, inspection, "in_element")


def _record_misplaced(html: str, token: Token, inspection: Inspection, code: FaultCode) -> None:
    for match in VARIABLE.finditer(html, token.start, token.end):
        inspection.misplaced.append((Fault(code, match[0], token.name), match.span()))


def _record_misplaced_in_tag(html: str, token: Token, inspection: Inspection) -> None:
    """Record the variables of a tag that are outside a quoted value, or in one that is code."""
    quoted = [
        (attribute.start, attribute.end)
        for attribute in token.attributes
        if attribute.quote and attribute.name != "style"
    ]
    at = 0
    for match in VARIABLE.finditer(html, token.start, token.end):
        while at < len(quoted) and quoted[at][1] < match.end():
            at += 1
        if at == len(quoted) or match.start() < quoted[at][0]:
            inspection.misplaced.append((Fault("not_quoted", match[0], token.name), match.span()))


def _no_variable(text: str) -> Fault:
    return Fault("section_tag" if _SECTION_TAG.match(text) else "no_variable", _short(text))


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
