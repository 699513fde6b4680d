"""Variables in addresses: where each one stands, and how its value is written there. Pure.

A value is data. It is percent-encoded but for the characters that no place gives a meaning (RFC 3986 2.4; the simple
expansion of RFC 6570 3.2.2), so that whoever takes the address apart gets it back whole. Only a variable with which an
address begins is an address itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from templates_app.variables import VARIABLE, Position, Variable, split

# Schemes allowed besides http and https: they open a program of the reader's, not a page.
HARMLESS = frozenset({"mailto", "tel", "sms"})

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_IGNORED = re.compile(r"[\x00-\x20\x7f]+")
# Schemes without a path: the place before the "?", and the one behind it.
_OPAQUE: dict[str, tuple[Position, Position]] = {
    "mailto": (Position.MAILBOX, Position.MAIL_FIELD),
    "tel": (Position.NUMBER, Position.PART),
    "sms": (Position.NUMBER, Position.PART),
    "cid": (Position.MAILBOX, Position.MAILBOX),
    "mid": (Position.MAILBOX, Position.MAILBOX),
    "data": (Position.DATA, Position.DATA),
}
# What stays besides letters, digits and "-._~". The star never has a meaning: forms do not encode it either (WHATWG
# URL 1.3). RFC 6068 2 and RFC 2392 2: the address itself has an "@". RFC 3966 3 and RFC 5724 2.2: a number has a "+"
# and visual separators, and a telephone does not decode them. RFC 2397: base64.
_SAFE: dict[Position, str] = {
    Position.PART: "*",
    Position.MAILBOX: "*@",
    Position.MAIL_FIELD: "*",
    Position.NUMBER: "*+()",
    Position.DATA: "*+/=",
}
_PLAIN = re.compile(r"[A-Za-z0-9\-._~*]*")
_LINE_BREAK = re.compile(r"\r\n?|\n")
# What a value may be that is an address.
_WHOLE_SCHEMES = frozenset({"", "http", "https", "cid"}) | HARMLESS
_URL_SAFE = "-._~:/?#@!$&'()*+,;=%"
_ARGUMENT_SAFE = "-._~:/?@!$'()*,;=%"
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# An address that is written out in text, which mail programs make a link of: all that RFC 3986 2 lets one hold, and
# variables. In HTML any reference but that of "&" is what follows it.
_WRITTEN_OUT = re.compile(
    rf"(?:https?://|(?<![A-Za-z0-9_])www\.)"
    rf"(?:[A-Za-z0-9\-._~:/?#\[\]@!$'()*+,;=%]|&(?:amp|#38|#x26);|&(?![a-zA-Z]+[0-9]*;|#)|{VARIABLE.pattern})*",
    re.IGNORECASE,
)


def scheme(value: str) -> str:
    """Return the scheme a browser would see in `value` ("" for none), through blanks and control characters."""
    found = _SCHEME.match(_IGNORED.sub("", value))
    return found[1].lower() if found else ""


def split_address(source: str, decode: Callable[[str], str]) -> list[str | Variable]:
    """Return the pieces of an address, each variable with its position; `decode` resolves the references in a piece."""
    pieces: list[str | Variable] = []
    beginning, in_query = "", False
    positions: tuple[Position, Position] | None = None
    for piece in split(source):
        if isinstance(piece, str):
            text = decode(piece)
            in_query = in_query or "?" in text
            beginning = text if positions is None else beginning
            pieces.append(piece)
        elif positions is None:
            positions = _OPAQUE.get(scheme(beginning), (Position.PART, Position.PART))
            begins = not _IGNORED.sub("", beginning)
            pieces.append(Variable(piece.name, Position.WHOLE if begins else positions[in_query]))
        else:
            pieces.append(Variable(piece.name, positions[in_query]))
    return pieces


def split_text(source: str) -> list[str | Variable]:
    """Return the pieces of a text; variables in addresses that are written out there have theirs."""
    pieces: list[str | Variable] = []
    at = 0
    for found in _WRITTEN_OUT.finditer(source):
        inside = split(found[0])
        if len(inside) > 1:
            pieces += split(source[at : found.start()])
            pieces += [
                Variable(piece.name, Position.PART) if isinstance(piece, Variable) else piece for piece in inside
            ]
            at = found.end()
    return joined([*pieces, *split(source[at:])])


def joined(pieces: list[str | Variable]) -> list[str | Variable]:
    """Return the pieces with neighbouring texts joined."""
    result: list[str | Variable] = []
    run: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            run.append(piece)
            continue
        if run:
            result.append("".join(run))
            run = []
        result.append(piece)
    return [*result, "".join(run)] if run else result


def encode(value: str, position: Position) -> str:
    """Return a value as it is written where its variable stands."""
    if position is Position.TEXT or _PLAIN.fullmatch(value):
        return value
    if position is Position.WHOLE:
        value = value.strip()
        return _with_escapes(value, _URL_SAFE) if scheme(value) in _WHOLE_SCHEMES else ""
    if position is Position.MAIL_FIELD:
        # RFC 6068 5.
        value = _LINE_BREAK.sub("\r\n", value)
    elif position is Position.URL or position is Position.ARGUMENT:
        return _with_escapes(value, _URL_SAFE if position is Position.URL else _ARGUMENT_SAFE)
    return quote(value, safe=_SAFE[position], errors="replace")


def _with_escapes(value: str, safe: str) -> str:
    """Return a value that may hold escapes, with what no address may hold percent-encoded."""
    return quote(_BARE_PERCENT.sub("%25", value), safe=safe, errors="replace")
