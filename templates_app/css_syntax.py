"""Styles cut into rules and declarations (CSS Syntax 3), linear in their length and never an error. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

Kind = Literal["word", "function", "url", "string", "at", "space", "mark"]

_ESCAPE = r"\\(?:[0-9a-fA-F]{1,6}(?:\r\n|[ \t\n\f\r])?|[^\n\f\r])"
_TOKEN = re.compile(
    rf"""
    (?P<comment>/\*.*?(?:\*/|\Z))
    |(?P<space>[ \t\n\f\r]+)
    |(?P<string>"(?:[^"\\\n\f\r]+|\\.|\\\Z)*(?:"|(?=[\n\f\r])|\Z)|'(?:[^'\\\n\f\r]+|\\.|\\\Z)*(?:'|(?=[\n\f\r])|\Z))
    |(?P<cdo><!--|-->)
    |(?P<at>@(?:[\w-]+|[^\x00-\x7f]|{_ESCAPE})+)
    |(?P<word>(?:[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+(?![\w-]))?)?(?:[\w-]+|[^\x00-\x7f]|{_ESCAPE})+%?
      |[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?%?)
    |(?P<mark>.)
    """,
    re.DOTALL | re.VERBOSE,
)
_UNQUOTED = re.compile(rf"\(([ \t\n\f\r]*(?![ \t\n\f\r\"'])(?:{_ESCAPE}|[^)\\]+)*)\)?")
_ESCAPED = re.compile(r"\\(?:([0-9a-fA-F]{1,6})(?:\r\n|[ \t\n\f\r])?|([^\n\f\r]))")
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
# What of a value is of no interest.
_LEFT_OUT = {"space": " ", "string": '""', "url": "url()"}
# Blanks that mean nothing in a value: beside parentheses, commas and slashes.
_LOOSE = re.compile(r" ?([(),/]) ?")


class StyleToken(NamedTuple):
    """One piece of a style: source[start:end]; `text` has its escapes resolved, a string or address its quotes off."""

    kind: Kind
    text: str
    start: int
    end: int


class Declaration(NamedTuple):
    """A property's name and value, in lower case; addresses and strings are left out of the value."""

    name: str
    value: str
    important: bool


class Rule(NamedTuple):
    """A style rule that holds on every screen."""

    selector: tuple[StyleToken, ...]
    declarations: tuple[Declaration, ...]


def tokens(style: str) -> Iterator[StyleToken]:
    """Yield the tokens of a style in order, comments left out."""
    at, size = 0, len(style)
    while at < size:
        match = _TOKEN.match(style, at)
        assert match is not None
        kind, at = match.lastgroup, match.end()
        if kind in ("comment", "cdo"):
            continue
        text = match[0]
        if kind == "mark":
            yield StyleToken("mark", text, *match.span())
        elif kind == "space":
            yield StyleToken("space", text, *match.span())
        elif kind == "string":
            yield StyleToken(
                "string", unescape(text[1:-1] if len(text) > 1 and text[-1] == text[0] else text[1:]), *match.span()
            )
        elif kind == "at":
            yield StyleToken("at", unescape(text[1:]).lower(), *match.span())
        elif style.startswith("(", at):
            name = unescape(text).lower()
            address = _UNQUOTED.match(style, at) if name == "url" else None
            at = address.end() if address else at + 1
            if address:
                yield StyleToken("url", unescape(address[1].strip()), match.start(), at)
            else:
                yield StyleToken("function", name, match.start(), at)
        else:
            yield StyleToken("word", unescape(text), *match.span())


def declarations(style: str) -> list[Declaration]:
    """Return the declarations of a style attribute in order, whether or not anyone understands them."""
    found = list(tokens(style))
    return _declarations(found, _closings(found), 0, len(found))


def rules(sheet: str) -> list[Rule]:
    """Return the style rules of a sheet that hold on every screen; those under other conditions are left out."""
    found = list(tokens(sheet))
    closings = _closings(found)
    read: list[Rule] = []
    ends = [len(found)]
    at = 0
    while ends:
        if at >= ends[-1]:
            # Behind the bracket that ended a @media.
            at = ends.pop() + 1
            continue
        start, at = at, _skip(found, closings, at, ends[-1], "{;")
        prelude = found[start:at]
        named = next((token for token in prelude if token.kind != "space"), None)
        is_rule = named is not None and named.kind != "at"
        if is_rule and at < ends[-1] and found[at].text == ";":
            # Only an at-rule ends with a semicolon: this one belongs to the selector, which so is none.
            at, prelude = _skip(found, closings, at, ends[-1], "{"), []
        if at >= ends[-1] or found[at].text == ";":
            at += 1
        elif named and named.text == "media" and not is_rule and is_screen(prelude[prelude.index(named) + 1 :]):
            ends.append(closings[at])
            at += 1
        else:
            if is_rule and prelude:
                read.append(Rule(tuple(prelude), tuple(_declarations(found, closings, at + 1, closings[at]))))
            at = closings[at] + 1
    return read


def is_screen(query: Sequence[StyleToken]) -> bool:
    """Say whether a media query holds on every screen, of whatever size and colours."""
    words = "".join(" " if token.kind == "space" else token.text.lower() for token in query)
    return any(choice.strip() in ("", "all", "screen", "only screen", "only all") for choice in words.split(","))


def unescape(text: str) -> str:
    """Return `text` with its escapes resolved (CSS Syntax 3, 4.3.7)."""
    return _ESCAPED.sub(_resolve, text) if "\\" in text else text


def _resolve(escape: re.Match[str]) -> str:
    if escape[2]:
        return escape[2]
    code = int(escape[1], 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


def _declarations(found: list[StyleToken], closings: dict[int, int], at: int, end: int) -> list[Declaration]:
    declared: list[Declaration] = []
    while at < end:
        start, at = at, _skip(found, closings, at, end, ";", block_ends=True)
        declaration = _declaration(found[start:at])
        if declaration:
            declared.append(declaration)
        at += 1
    return declared


def _declaration(parts: list[StyleToken]) -> Declaration | None:
    solid = [token for token in parts[:4] if token.kind != "space"]
    if len(solid) < 2 or solid[0].kind != "word" or solid[1][:2] != ("mark", ":"):
        return None
    value, _, mark = _value(parts[parts.index(solid[1]) + 1 :]).partition("!")
    if mark.strip() not in ("", "important"):
        return None
    return Declaration(solid[0].text.lower(), value.strip(), bool(mark))


def _value(parts: list[StyleToken]) -> str:
    text = "".join(_LEFT_OUT.get(token.kind) or f"{token.text}{'(' * (token.kind == 'function')}" for token in parts)
    return _LOOSE.sub(r"\1", text.lower())


def _skip(
    found: list[StyleToken], closings: dict[int, int], at: int, end: int, ends: str, *, block_ends: bool = False
) -> int:
    """Return where the next mark of `ends` stands that is in no brackets; `block_ends`: so does a closed block."""
    while at < end:
        token = found[at]
        if token.kind == "mark" and token.text in ends:
            return at
        if at in closings:
            at = closings[at]
            if block_ends and token.text == "{":
                return at
        at += 1
    return end


def _closings(found: list[StyleToken]) -> dict[int, int]:
    """Return for each bracket that opens where it is closed; the end if it never is."""
    closings: dict[int, int] = {}
    still_open: list[tuple[int, str]] = []
    for at, token in enumerate(found):
        opened = ")" if token.kind == "function" else _BRACKETS.get(token.text) if token.kind == "mark" else None
        if opened:
            still_open.append((at, opened))
        elif token.kind == "mark" and still_open and token.text == still_open[-1][1]:
            closings[still_open.pop()[0]] = at
    return closings | {at: len(found) for at, _closing in still_open}
