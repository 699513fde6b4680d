"""Tag-lists, as DKIM keys and DMARC policies are written (RFC 6376 3.2). Pure."""

from __future__ import annotations

import re

# A line end stands only before a blank (RFC 6376 2.8).
FWS = r"(?:[ \t]*\r\n)?[ \t]+"
_FWS = re.compile(FWS)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_VALUE = re.compile(rf"(?:[!-:<-~]+(?:{FWS}[!-:<-~]+)*)?")
_FOLDED = re.compile(rf"(?:{FWS})?(.*?)(?:{FWS})?", re.DOTALL)


def parse(text: str) -> dict[str, str] | None:
    """Return the tags in order; None for what breaks the rules, a name that stands twice among them.

    Names are case-sensitive. Blanks around a value are taken off, inside it they stay.
    """
    parts = text.split(";")
    if len(parts) > 1 and not _without_fws(parts[-1]):
        # A final ";" is allowed.
        parts.pop()
    tags: dict[str, str] = {}
    for part in parts:
        name, sign, value = part.partition("=")
        name, value = _unfolded(name), _unfolded(value)
        if not sign or name in tags or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            return None
        tags[name] = value
    return tags


def pairs(text: str) -> list[tuple[str, str]]:
    """Return what looks like tags in a text that may break every rule, names in lower case."""
    found = (part.partition("=") for part in text.split(";"))
    return [(name.strip().lower(), value.strip()) for name, sign, value in found if sign]


def members(value: str) -> list[str]:
    """Return the members of a value that is a list with colons."""
    return [_unfolded(part) for part in value.split(":")]


def without_blanks(value: str) -> str:
    """Return a value without the blanks that are allowed between its characters."""
    return _FWS.sub("", value)


def _unfolded(text: str) -> str:
    match = _FOLDED.fullmatch(text)
    return match[1] if match else text


def _without_fws(text: str) -> str:
    return _unfolded(text)
