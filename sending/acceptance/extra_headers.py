"""Which header fields a sender may add to an email, and what may stand in them (pure; RFC 5322 3.6.8)."""

from __future__ import annotations

import re

from django.utils.translation import gettext

from accounts.mail.text import check_line

# RFC 5322 3.6.8, without the length that no line could hold.
_NAME = re.compile(r"[!-9;-~]{1,76}")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,128}@[A-Za-z0-9.-]{1,160}>")
MAX_VALUE = 998
MAX_HEADERS = 50

# Headers the platform writes itself, in lower case: what they say must be true.
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


def check_header(name: str, value: str) -> None:
    """Raise ValueError unless a sender may add this header."""
    if not _NAME.fullmatch(name):
        raise ValueError(
            gettext("“%(name)s” is not a header name. Use letters, digits and hyphens, at most 76 characters.")
            % {"name": name[:76]}
        )
    if name.lower() in RESERVED or name.lower().startswith(RESERVED_PREFIXES):
        raise ValueError(gettext("The header %(name)s is written by the platform. Leave it out.") % {"name": name})
    if len(value) > MAX_VALUE:
        raise ValueError(
            gettext("The header %(name)s has %(length)d characters; %(limit)d are allowed.")
            % {"name": name, "length": len(value), "limit": MAX_VALUE}
        )
    check_line(value, gettext("The header %(name)s") % {"name": name})


def check_message_id(text: str) -> None:
    """Raise ValueError unless `text` can be a Message-ID: "<id@domain>"."""
    if not _MESSAGE_ID.fullmatch(text):
        raise ValueError(gettext("A Message-ID has the form <id@domain>, in ASCII and with its angle brackets."))
