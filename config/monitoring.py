"""Who may see how the product is: whoever shows SES_METRICS_TOKEN as a bearer token (RFC 6750 2.1)."""

from __future__ import annotations

import hmac

from django.conf import settings


def is_authorised(authorization: str) -> bool:
    """Say whether an Authorization header's value shows the token; nobody's does while none is set."""
    scheme, _, token = authorization.strip().partition(" ")
    # A file of a secret ends with a line feed, and a header's value never does.
    expected: str = settings.METRICS_TOKEN.strip()
    # In constant time, and first: how long it takes tells nothing of the token.
    same = hmac.compare_digest(token.strip().encode("utf-8", "replace"), expected.encode("utf-8", "replace"))
    return same and bool(expected) and scheme.lower() == "bearer"
