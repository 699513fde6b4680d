"""Reply codes (RFC 5321 4.2, 4.3.2) and enhanced status codes (RFC 3463 2), as replies and reports have them: pure."""

from __future__ import annotations

import re

_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")

# Where a reply has its own code: at its start (RFC 2034 4), or last in brackets as qmail and its patches write it.
# Anywhere else it may be what another host said.
_LEADING = re.compile(rf"[\s\[(<#:-]*{_ENHANCED.pattern}")
_LAST = re.compile(rf"\(#{_ENHANCED.pattern}\b[^()]{{0,40}}\)\s*$")

# A code that no document names counts by its first digit (RFC 5321 4.2). These are named, for other places: help,
# greeting, QUIT (RFC 5321 4.2.2) and AUTH (RFC 4954 4); as the answer to a mail they show a host out of step.
_POSITIVE = frozenset(range(200, 300)) - {211, 214, 220, 221, 235}
# What goes on at each place of the talk; at the others, such as MAIL, RCPT and the final dot, each positive code.
_DUE: dict[str, frozenset[int]] = {
    "greeting": frozenset({220}),
    "starttls": frozenset({220}),
    "auth": frozenset({235}),
    "data": frozenset({354}),
}


def is_due(stage: str, code: int) -> bool:
    """Say whether a reply's code lets the talk go on at this stage."""
    return code in _DUE.get(stage, _POSITIVE)


def is_refusal(code: int) -> bool:
    """Say whether a reply's code refuses, for now (4yz) or for good (5yz); that may come at every stage."""
    return 400 <= code <= 599


def enhanced_code(text: str) -> str:
    """Return the first enhanced status code in `text`, such as "5.1.1", or an empty string."""
    found = _ENHANCED.search(text)
    return found[1] if found else ""


def leading_code(text: str) -> str:
    """Return the enhanced status code that is the reply's own, or an empty string; `text` is without the basic code."""
    found = _LEADING.match(text) or _LAST.search(text)
    return found[1] if found else ""


def every_code(text: str) -> list[str]:
    """Return all enhanced status codes in `text`, in their order."""
    return _ENHANCED.findall(text)
