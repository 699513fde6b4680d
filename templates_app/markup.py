"""HTML as mail programs read it: tokens with their places in the source, linear in its length, never an error. Pure.

The tokens follow the HTML standard's tokenization (13.2.5) as far as a mail needs it. The standard library's
parser is not used: it gives no places for attribute values and takes quadratic time on unclosed markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from templates_app.character_references import decode_attribute

Kind = Literal["text", "start", "end", "comment", "raw"]

# Elements that begin and end a line of what is read.
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dialog", "dir",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hgroup", "hr", "html", "legend", "li", "listing", "main", "menu", "nav", "ol", "optgroup", "option", "p",
    "plaintext", "pre", "search", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr",
    "ul", "xmp",
})  # fmt: skip
# Their content is text up to their own end tag, whatever it looks like.
_RAW = {
    name: re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE)
    for name in ("script", "style", "xmp", "iframe", "noembed", "noframes", "title", "textarea")
}
_OPENING = re.compile(r"<(?=[a-zA-Z!?]|/.)", re.DOTALL)
_NAME = re.compile(r"[a-zA-Z][^\t\n\f\r />]*")
_COMMENT_END = re.compile(r"--!?>")
_ATTRIBUTE = re.compile(
    r"[\t\n\f\r /]*(?:(?P<close>>)|(?P<name>=?[^\t\n\f\r />=]*)[\t\n\f\r ]*(?P<equals>=)?[\t\n\f\r ]*)"
)
_UNQUOTED = re.compile(r"[^\t\n\f\r >]*")
# Outlook reads on behind the opening, whether or not an ending follows.
_CONDITION = re.compile(r"<!--\s*\[if[^\]]*\]>", re.IGNORECASE)
_ENDIF = re.compile(r"(?:<!\s*\[endif\]\s*)?--!?>\Z", re.IGNORECASE)


class Attribute(NamedTuple):
    """One attribute; `start` and `end` frame its value in the source, quotes left out."""

    name: str
    raw: str
    start: int
    end: int
    quote: str

    @property
    def value(self) -> str:
        """Return the value with its character references resolved."""
        return decode_attribute(self.raw)


class Token(NamedTuple):
    """One piece of a document: source[start:end]."""

    kind: Kind
    start: int
    end: int
    name: str = ""
    attributes: tuple[Attribute, ...] = ()

    def attribute(self, name: str) -> Attribute | None:
        """Return the attribute that counts: the first of its name."""
        return next((attribute for attribute in self.attributes if attribute.name == name), None)


def tokens(source: str, start: int = 0, end: int | None = None, *, outlook: bool = False) -> Iterator[Token]:
    """Yield the tokens of source[start:end] in order; markup that never closes takes the rest, as in a browser.

    `outlook`: the place is inside a conditional comment, where the opening of another one hides nothing.
    """
    at, size = start, len(source) if end is None else end
    while at < size:
        opening = _OPENING.search(source, at, size)
        here = opening.start() if opening else size
        if here > at:
            yield Token("text", at, here)
        if not opening:
            return
        ending = source[here + 1] == "/"
        name = _NAME.match(source, here + 1 + ending, size)
        if not name:
            nested = _CONDITION.match(source, here, size) if outlook else None
            at = nested.end() if nested else _comment_end(source, here, size)
            yield Token("comment", here, at)
            continue
        tag_name = name[0].lower()
        at, attributes = _attributes(source, name.end(), size)
        if at < 0:
            return
        yield Token("end" if ending else "start", here, at, tag_name, () if ending else attributes)
        if ending:
            continue
        if tag_name == "plaintext" or tag_name in _RAW:
            close = _RAW[tag_name].search(source, at, size) if tag_name in _RAW else None
            stop = close.start() if close else size
            if stop > at:
                yield Token("raw", at, stop, tag_name)
            at = stop


def conditional(source: str, comment: Token) -> tuple[int, int] | None:
    """Return the place of what a conditional comment shows to Outlook; None for any other comment."""
    opening = _CONDITION.match(source, comment.start, comment.end)
    if not opening:
        return None
    ending = _ENDIF.search(source, opening.end(), comment.end)
    return opening.end(), ending.start() if ending else comment.end


def _comment_end(source: str, here: int, size: int) -> int:
    if source.startswith("<!--", here):
        for short in ("<!-->", "<!--->"):
            if source.startswith(short, here):
                return here + len(short)
        closing = _COMMENT_END.search(source, here + 4, size)
        return closing.end() if closing else size
    end = source.find(">", here, size)
    return end + 1 if end >= 0 else size


def _attributes(source: str, at: int, size: int) -> tuple[int, tuple[Attribute, ...]]:
    """Return where the tag ends and its attributes; -1 for a tag that never does."""
    found: list[Attribute] = []
    while at < size:
        match = _ATTRIBUTE.match(source, at, size)
        assert match is not None
        at = match.end()
        if match["close"]:
            return at, tuple(found)
        name = match["name"].lower()
        quote = source[at] if match["equals"] and at < size else ""
        if quote in ("'", '"') and quote:
            close = source.find(quote, at + 1, size)
            if close < 0:
                break
            found.append(Attribute(name, source[at + 1 : close], at + 1, close, quote))
            at = close + 1
        elif match["equals"]:
            unquoted = _UNQUOTED.match(source, at, size)
            assert unquoted is not None
            found.append(Attribute(name, unquoted[0], at, unquoted.end(), ""))
            at = unquoted.end()
        else:
            found.append(Attribute(name, "", at, at, ""))
    return -1, ()
