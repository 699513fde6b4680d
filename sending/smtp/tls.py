"""TLS towards receivers (RFC 3207): encrypted where it is offered, verified where we log in."""

from __future__ import annotations

import ssl
from functools import cache


@cache
def tls_context(*, verify: bool) -> ssl.SSLContext:
    """Return the TLS context: mail hosts are not verified (their names prove nothing), relays we log in to are."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
