"""Which requests to "/" are calls of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs


def is_call(environ: Mapping[str, Any]) -> bool:
    """Say whether a request to "/" means the API; a plain GET means the console. `environ` is its WSGI environment."""
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
        return True
    if environ.get("HTTP_AUTHORIZATION", "").startswith("TC3") or "HTTP_X_TC_ACTION" in environ:
        return True
    named = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    return "Action" in named or "Signature" in named
