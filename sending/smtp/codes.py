"""Enhanced status codes (RFC 3463 2), as they stand in replies and reports: pure."""

from __future__ import annotations

import re

_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")


def enhanced_code(text: str) -> str:
    """Return the first enhanced status code in `text`, such as "5.1.1", or an empty string."""
    found = _ENHANCED.search(text)
    return found[1] if found else ""
