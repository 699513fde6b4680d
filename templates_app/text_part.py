"""The text/plain part of a mail, made from its HTML document. Pure."""

from __future__ import annotations

import re
from urllib.parse import quote

from templates_app.address_values import joined, split_text
from templates_app.character_references import decode
from templates_app.link_targets import followed, target
from templates_app.markup import BLOCKS, Token
from templates_app.url_attributes import followed_attribute
from templates_app.variables import Variable
from templates_app.visibility import walk

_SPACE = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]+")
# Where mail programs see the end of a link in text (RFC 3986 C).
_ENDS_LINK = re.compile(r"[\s\"<>]")
# Elements with an empty line around them.
_SPACED = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "table", "blockquote", "dl", "pre", "hr"})
_CELLS = frozenset({"td", "th"})


def plain_text(html: str) -> tuple[str | Variable, ...]:
    """Return the text of `html` with its variables: links as "text (address)", lists and lines kept."""
    writer = _Writer()
    for token, shown in walk(html):
        if not shown:
            if token.kind == "text" and html[token.start : token.end].strip():
                writer.hidden()
            continue
        if token.kind in ("text", "raw"):
            writer.text(html[token.start : token.end], decoded=token.kind == "raw")
        elif token.kind == "start":
            writer.start(token)
        else:
            writer.end(token.name)
    return writer.finish()


def as_written(segments: tuple[str | Variable, ...]) -> str:
    """Return segments as one text, variables as `{{name}}`."""
    return "".join(segment if isinstance(segment, str) else f"{{{{{segment.name}}}}}" for segment in segments)


def _percent_encoded(found: re.Match[str]) -> str:
    return quote(found[0])


class _Writer:
    """Collects lines; white space between words is one blank, lines break where blocks do."""

    def __init__(self) -> None:
        self.out: list[str | Variable] = []
        self.breaks = 2
        self.blank = False
        self.lists: list[int] = []
        self.link: tuple[str | Variable, ...] = ()
        self.link_from = 0
        self.link_element = ""
        # There is a picture in the link; there is nothing but text that is not seen.
        self.link_pictured = self.link_hidden = False

    def text(self, source: str, *, decoded: bool = False) -> None:
        for piece in split_text(source):
            if isinstance(piece, Variable):
                self._write(piece)
                continue
            text = _SPACE.sub(" ", piece if decoded else decode(piece))
            if text.startswith(" "):
                self.blank = True
            if text.strip(" "):
                self._write(text.strip(" "))
                self.blank = text.endswith(" ")

    def hidden(self) -> None:
        """Take note of text that is not seen: a link around nothing else is not seen either."""
        self.link_hidden = not self.link_pictured

    def start(self, token: Token) -> None:
        name = token.name
        if name == "br":
            self._line(1, add=True)
        elif name in _CELLS:
            self.blank = True
        elif name in BLOCKS:
            self._line(2 if name in _SPACED else 1)
        if name in ("ul", "ol"):
            self.lists.append(0 if name == "ol" else -1)
        elif name == "li":
            self._write(self._bullet())
            self.blank = True
        elif name == "hr":
            self._write("-" * 20)
            self._line(2)
        elif name == "img":
            self.link_pictured, self.link_hidden = True, False
            self._alternative(token)
        self._start_link(token)

    def end(self, name: str) -> None:
        if name == self.link_element:
            self._close_link()
        if name in ("ul", "ol") and self.lists:
            self.lists.pop()
        if name in _CELLS:
            self.blank = True
        elif name in BLOCKS:
            self._line(2 if name in _SPACED else 1)

    def finish(self) -> tuple[str | Variable, ...]:
        self._close_link()
        if self.out:
            self.out.append("\n")
        return tuple(joined(self.out))

    def _start_link(self, token: Token) -> None:
        href = followed_attribute(token)
        if not href and token.name != "a":
            return
        self._close_link()
        address = target(href) if href else ()
        if followed(address):
            self.link, self.link_from, self.link_element = address, len(self.out), token.name
            self.link_pictured = self.link_hidden = False
        if token.name == "area":
            self.blank = True
            self._alternative(token)
            self._close_link()

    def _alternative(self, token: Token) -> None:
        alternative = token.attribute("alt")
        if alternative:
            self.text(alternative.raw)

    def _bullet(self) -> str:
        if not self.lists or self.lists[-1] < 0:
            return "-"
        self.lists[-1] += 1
        return f"{self.lists[-1]}."

    def _line(self, count: int, *, add: bool = False) -> None:
        self.blank = False
        self.breaks = min(self.breaks + 1, 2) if add else max(self.breaks, count)

    def _write(self, piece: str | Variable) -> None:
        if not self.out:
            pass
        elif self.breaks:
            self.out.append("\n" * self.breaks)
        elif self.blank:
            self.out.append(" ")
        self.breaks, self.blank = 0, False
        self.out.append(piece)

    def _close_link(self) -> None:
        address, self.link = self.link, ()
        if not address:
            return
        link_text = tuple(joined(self.out[self.link_from :]))
        if as_written(link_text).strip() == as_written(address):
            # It is the address, in however many elements.
            between = self.out[self.link_from]
            self.link_from += isinstance(between, str) and not between.strip()
            self.out[self.link_from :] = address
            return
        bracketed = bool(as_written(link_text).strip())
        if not bracketed and self.link_hidden:
            return
        breaks, self.breaks = self.breaks, 0
        if not bracketed:
            self.breaks = breaks
        self.blank = True
        if bracketed:
            self._write("(")
        for piece in address:
            self._write(_ENDS_LINK.sub(_percent_encoded, piece) if isinstance(piece, str) else piece)
        if bracketed:
            self._write(")")
            self.breaks = breaks
        else:
            # What follows is no part of the address.
            self.blank = True
