"""Variables: `{{name}}`, found by one pattern, replaced by values that are not searched for variables again. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote

# A name is letters of any script, digits, "_", "-" and "."; blanks inside the braces do not count.
VARIABLE = re.compile(r"\{\{[ \t]*([\w.-]{1,64})[ \t]*\}\}")
# Braces that open a placeholder but make no variable: a reader would see them.
BROKEN = re.compile(r"\{\{(?![ \t]*[\w.-]{1,64}[ \t]*\}\})[{>]?[^{}<>\n]{0,80}(?:\}\}\}?)?")

_URL_SAFE = "-._~:/?#@!$&'()*+,;=%"
# Characters that would end a query argument, or be read as a blank.
_ARGUMENT_ENDS = re.compile(r"[&#+]")
_ARGUMENT_SAFE = "".join(character for character in _URL_SAFE if not _ARGUMENT_ENDS.match(character))
_URL = re.compile(r"(?:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*")
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


class Variable(NamedTuple):
    """A place for a value; `url`: it is inside a URL; `argument`: it follows a `=` there."""

    name: str
    url: bool = False
    argument: bool = False


def split(source: str, *, url: bool = False) -> list[str | Variable]:
    """Return the literal pieces of `source` (no empty ones) and the variables between them, in order."""
    pieces: list[str | Variable] = []
    for number, piece in enumerate(VARIABLE.split(source)):
        if number % 2:
            before = pieces[-1] if pieces else ""
            pieces.append(Variable(piece, url, url and isinstance(before, str) and before.endswith("=")))
        elif piece:
            pieces.append(piece)
    return pieces


def names_in(source: str) -> list[str]:
    """Return the names of the variables of `source`, each once, in order of appearance."""
    return list(dict.fromkeys(VARIABLE.findall(source)))


def fill_plain(source: str, values: Mapping[str, str]) -> str:
    """Return `source` with every variable replaced by its value, as it is; a missing one by nothing."""
    return VARIABLE.sub(lambda match: values.get(match[1], ""), source)


def url_encode(value: str, *, argument: bool = False) -> str:
    """Return `value` with the characters that no URL may hold percent-encoded (RFC 3986 2), all others as they are.

    The value of an argument loses no part of itself either: `&`, `#` and `+` are encoded there too.
    """
    if _URL.fullmatch(value) and not (argument and _ARGUMENT_ENDS.search(value)):
        return value
    return quote(_BARE_PERCENT.sub("%25", value), safe=_ARGUMENT_SAFE if argument else _URL_SAFE, errors="replace")
