"""Names of header fields: what may be one (RFC 5322 3.6.8), and which the platform alone writes (pure)."""

from __future__ import annotations

import re

# Without the length that no line could hold.
_NAME = re.compile(r"[!-9;-~]{1,76}")

# In lower case: what these say must be true.
RESERVED = frozenset(
    {
        "authentication-results",
        "bcc",
        "cc",
        "content-disposition",
        "content-id",
        "content-transfer-encoding",
        "content-type",
        "date",
        "delivered-to",
        "dkim-signature",
        "domainkey-signature",
        "feedback-id",
        "from",
        "message-id",
        "mime-version",
        "received",
        "received-spf",
        "reply-to",
        "return-path",
        "sender",
        "subject",
        "to",
    }
)
RESERVED_PREFIXES = ("arc-", "resent-", "x-ses-")


def is_name(text: str) -> bool:
    """Say whether `text` can be the name of a header field."""
    return _NAME.fullmatch(text) is not None


def is_reserved(name: str) -> bool:
    """Say whether the platform alone writes fields of this name, in any letter case."""
    return name.lower() in RESERVED or name.lower().startswith(RESERVED_PREFIXES)
