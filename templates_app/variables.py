"""Variables: `{{name}}`, found by one pattern, replaced by values that are not searched for variables again. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

# A name is letters of any script, digits, "_", "-" and "."; blanks inside the braces do not count.
VARIABLE = re.compile(r"\{\{[ \t]*([\w.-]{1,64})[ \t]*\}\}")
# Braces that open a placeholder but make no variable: a reader would see them.
BROKEN = re.compile(r"\{\{(?![ \t]*[\w.-]{1,64}[ \t]*\}\})[{>]?[^{}<>\n]{0,80}(?:\}\}\}?)?")


class Position(StrEnum):
    """Where a variable stands, which decides how its value is written. The values are stored in skeletons."""

    # In text.
    TEXT = "value"
    # At the beginning of an address.
    WHOLE = "whole"
    # In a path segment, a query or a fragment.
    PART = "part"
    # Where mailto: names an address, or cid: a part of the mail.
    MAILBOX = "mailbox"
    # In a field of mailto:, such as its subject.
    MAIL_FIELD = "mail_field"
    # Where tel: or sms: name a number.
    NUMBER = "number"
    # In the content of data:.
    DATA = "data"
    # As skeletons of an earlier form have it: in an address, and behind a "=" there.
    URL = "url"
    ARGUMENT = "argument"


class Variable(NamedTuple):
    """A place for a value."""

    name: str
    position: Position = Position.TEXT


def split(source: str) -> list[str | Variable]:
    """Return the literal pieces of `source` (no empty ones) and the variables between them, in order."""
    pieces: list[str | Variable] = []
    for number, piece in enumerate(VARIABLE.split(source)):
        if number % 2:
            pieces.append(Variable(piece))
        elif piece:
            pieces.append(piece)
    return pieces


def names_in(source: str) -> list[str]:
    """Return the names of the variables of `source`, each once, in order of appearance."""
    return list(dict.fromkeys(VARIABLE.findall(source)))


def fill_plain(source: str, values: Mapping[str, str]) -> str:
    """Return `source` with every variable replaced by its value, as it is; a missing one by nothing."""
    return VARIABLE.sub(lambda match: values.get(match[1], ""), source)
