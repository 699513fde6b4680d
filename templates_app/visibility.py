"""What of a document is shown, as programs show it that heed its styles and run no scripts. Pure.

docs/decisions/0025-what-hides-text.md says what hides text, and what is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from templates_app.cascade import Cascade
from templates_app.computed_style import ComputedStyle, derive
from templates_app.css_syntax import is_screen
from templates_app.css_syntax import tokens as style_tokens
from templates_app.markup import BLOCKS, Token, tokens
from templates_app.open_elements import Element, OpenElements

_DISPLAYS = {
    **dict.fromkeys(BLOCKS, "block"),
    **dict.fromkeys(("button", "img", "input", "meter", "progress", "select", "textarea", "video"), "inline-block"),
    **dict.fromkeys(("tbody", "tfoot", "thead"), "table-row-group"),
    **dict.fromkeys(("td", "th"), "table-cell"),
    **dict.fromkeys(("col", "colgroup"), "table-column"),
    "caption": "table-caption",
    "table": "table",
    "tr": "table-row",
    "br": "inline",
}
# Programs show something else in their place; what is in them is for those that cannot (HTML, 4.7 and 4.8).
_REPLACED = frozenset({"applet", "audio", "canvas", "iframe", "meter", "object", "progress", "template", "video"})
# Text up to their own end tag that is shown as it is.
_LITERAL = frozenset({"plaintext", "xmp"})
_Known = dict[tuple[ComputedStyle, str, bool, tuple[tuple[str, str], ...]], ComputedStyle]


def walk(source: str, start: int = 0, end: int | None = None, *, outlook: bool = False) -> Iterator[tuple[Token, bool]]:
    """Yield each token and whether it is shown: of text, whether it is seen.

    An element whose end tag is left out has one of no length where it ends.
    """
    document = list(tokens(source, start, end, outlook=outlook))
    cascade = Cascade(_sheets(source, document))
    # Elements of one kind in one place have one style: what was made of it for the first is that of all.
    known: _Known = {}
    elements = OpenElements(
        [_merged(name, document) for name in ("html", "body")],
        lambda element: _styled(element, cascade, known),
    )
    for token in document:
        if token.kind == "text":
            yield token, elements.text(blank=not source[token.start : token.end].strip()).seen
        elif token.kind == "raw":
            yield token, token.name in _LITERAL and elements.text(blank=True).seen
        elif token.kind == "comment" or token.name in _ROOTS:
            yield token, False
        elif token.kind == "start":
            element, ended = elements.start(token)
            if ended:
                yield from _ends(ended, token.start)
            yield token, element.style.shown
        elif token.name == "br":
            # An end tag that stands for the element (13.2.6.4.7).
            yield token, elements.text(blank=True).shown
        else:
            ended = elements.end(token.name)
            yield from _ends(ended[:-1], token.start)
            # An end tag of a paragraph where there is none makes an empty one.
            is_empty = token.name == "p" and not ended and elements.text(blank=True).shown
            yield token, is_empty or bool(ended) and ended[-1].style.shown


def _ends(ended: Sequence[Element], at: int) -> Iterator[tuple[Token, bool]]:
    for element in ended:
        if element.name:
            yield Token("end", at, at, element.name), element.style.shown


# They are there whether or not they are written, and a second tag of theirs adds its attributes to the first's.
_ROOTS = frozenset({"html", "head", "body"})


def _merged(name: str, document: Sequence[Token]) -> Token:
    attributes = [
        attribute
        for token in document
        if token.kind == "start" and token.name == name
        for attribute in token.attributes
    ]
    return Token("start", 0, 0, name, tuple(attributes))


def _sheets(source: str, document: Sequence[Token]) -> list[str]:
    """Return the style sheets of the document that are for screens."""
    sheets = []
    heeded = False
    for token in document:
        if token.name == "style" and token.kind == "start":
            media, kind = token.attribute("media"), token.attribute("type")
            heeded = (not media or is_screen(list(style_tokens(media.value)))) and (
                not kind or kind.value.strip().lower() in ("", "text/css")
            )
        elif token.name == "style" and token.kind == "raw" and heeded:
            sheets.append(source[token.start : token.end])
    return sheets


def _styled(element: Element, cascade: Cascade, known: _Known) -> tuple[ComputedStyle, ComputedStyle]:
    """Return an element's style, and that which its content begins with."""
    parent = element.parent
    inherited = parent.content if parent else ComputedStyle()
    if parent and parent.name == "details" and element.name == "summary":
        parent.summary = parent.summary or element
        if parent.summary is element:
            inherited = parent.style
    properties = cascade.properties(element.token, element, element.place)
    style = inherited
    if properties or inherited.indent:
        display, is_root = _DISPLAYS.get(element.name, "inline"), element.name == "html"
        key = inherited, display, is_root, tuple(properties.items())
        found = known.get(key)
        if found is None:
            found = known[key] = derive(inherited, properties, display=display, is_root=is_root)
        style = found
    is_closed = element.name == "details" and "open" not in element.attributes
    return style, style._replace(gone=True) if is_closed or element.name in _REPLACED else style
