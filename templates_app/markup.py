"""HTML as mail programs read it: tokens with their places in the source, linear in its length, never an error.

The tokens follow the rules of the HTML standard's tokenizer as far as a mail needs them. The standard library's
parser is not used: it gives no places for attribute values and takes quadratic time on unclosed markup.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from html.entities import html5
from typing import Literal, NamedTuple

Kind = Literal["text", "start", "end", "comment", "raw"]

VOID = frozenset(
    {
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    }
)
# Elements that begin and end a line of what is read.
BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
    }
)
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
_BARE = re.compile(r"[^\t\n\f\r >]*")
_LONG_NUMBER = re.compile(r"&#([0-9]{9,});?")
_REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[a-zA-Z][a-zA-Z0-9]*[;=]?)")
_CONDITIONAL = re.compile(r"<!--\s*\[if[^\]]*\]>(?P<inside>.*)<!\s*\[endif\]--!?>\Z", re.IGNORECASE | re.DOTALL)
_STYLE_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_NOTHING = re.compile(r"0*(?:\.0*)?(?:px|em|rem|pt|%)?")


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


def tokens(source: str, start: int = 0, end: int | None = None) -> Iterator[Token]:
    """Yield the tokens of source[start:end] in order; markup that never closes takes the rest, as in a browser."""
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
            at = _comment_end(source, here, size)
            yield Token("comment", here, at)
            continue
        word = name[0].lower()
        at, attributes = _attributes(source, name.end(), size)
        if at < 0:
            return
        yield Token("end" if ending else "start", here, at, word, () if ending else attributes)
        if ending:
            continue
        if word == "plaintext" or word in _RAW:
            close = _RAW[word].search(source, at, size) if word in _RAW else None
            stop = close.start() if close else size
            if stop > at:
                yield Token("raw", at, stop, word)
            at = stop


def walk(source: str, start: int = 0, end: int | None = None) -> Iterator[tuple[Token, bool]]:
    """Yield each token and whether it is shown, that is in no element hidden by itself (not by a style sheet)."""
    inside, depth = "", 0
    for token in tokens(source, start, end):
        if depth:
            if token.name == inside and token.kind in ("start", "end"):
                depth += 1 if token.kind == "start" else -1
            yield token, False
        elif token.kind == "start" and token.name not in VOID and _hides(token):
            inside, depth = token.name, 1
            yield token, False
        else:
            yield token, token.kind not in ("raw", "comment")


def conditional(source: str, comment: Token) -> tuple[int, int] | None:
    """Return the place of what a conditional comment shows to Outlook; None for any other comment."""
    found = _CONDITIONAL.match(source, comment.start, comment.end)
    return found.span("inside") if found else None


def decode(text: str) -> str:
    """Return `text` with its character references resolved as between tags."""
    if "&" not in text:
        return text
    return html.unescape(_LONG_NUMBER.sub(_shorten, text))


def decode_attribute(raw: str) -> str:
    """Return an attribute's value with its character references resolved (`&copy=1` in an address stays)."""
    if "&" not in raw:
        return raw
    return _REFERENCE.sub(_resolve, _LONG_NUMBER.sub(_shorten, raw))


def declarations(style: str) -> dict[str, str]:
    """Return the declarations of a style attribute, names and values in lower case without white space."""
    found = {}
    for declaration in _STYLE_COMMENT.sub("", style).lower().split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            found[name.strip()] = "".join(value.replace("!important", "").split())
    return found


def _hides(token: Token) -> bool:
    if token.name == "template" or token.attribute("hidden"):
        return True
    style = token.attribute("style")
    if not style:
        return False
    says = declarations(style.value)
    clipped = says.get("overflow") in ("hidden", "clip") and (
        _nothing(says.get("max-height")) or _nothing(says.get("height")) or _nothing(says.get("max-width"))
    )
    return (
        says.get("display") == "none"
        or says.get("visibility") in ("hidden", "collapse")
        or _nothing(says.get("opacity"))
        or _nothing(says.get("font-size"))
        or clipped
    )


def _nothing(size: str | None) -> bool:
    return bool(size) and _NOTHING.fullmatch(str(size)) is not None


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
            bare = _BARE.match(source, at, size)
            assert bare is not None
            found.append(Attribute(name, bare[0], at, bare.end(), ""))
            at = bare.end()
        else:
            found.append(Attribute(name, "", at, at, ""))
    return -1, ()


def _shorten(number: re.Match[str]) -> str:
    return f"&#{(number[1].lstrip('0') or '0')[:8]};"


def _resolve(reference: re.Match[str]) -> str:
    text = reference[0]
    if text[1] == "#":
        return html.unescape(text)
    if text.endswith("="):
        return text
    return html5.get(text[1:], text)
