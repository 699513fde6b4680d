"""Character references of HTML (13.2.5.72 of the standard), linear in their length and never an error. Pure."""

from __future__ import annotations

import html
import re
from html.entities import html5

_LONG_NUMBER = re.compile(r"&#([0-9]{9,});?")
_REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[a-zA-Z][a-zA-Z0-9]*[;=]?)")


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


def _shorten(number: re.Match[str]) -> str:
    return f"&#{(number[1].lstrip('0') or '0')[:8]};"


def _resolve(reference: re.Match[str]) -> str:
    text = reference[0]
    if text[1] == "#":
        return html.unescape(text)
    if text.endswith("="):
        return text
    return html5.get(text[1:], text)
