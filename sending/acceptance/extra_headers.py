"""Which header fields a sender may add to an email, and what may stand in them (RFC 5322 3.6.4 and 3.6.8; pure)."""

from __future__ import annotations

import re

from django.utils.translation import gettext

from accounts.mail.text import check_line
from sending.header_names import is_name, is_reserved

_MESSAGE_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,128}@[A-Za-z0-9.-]{1,160}>")
MAX_VALUE = 998
MAX_HEADERS = 50


def check_header(name: str, value: str) -> None:
    """Raise ValueError unless a sender may add this header."""
    if not is_name(name):
        raise ValueError(
            gettext("“%(name)s” is not a header name. Use letters, digits and hyphens, at most 76 characters.")
            % {"name": name[:76]}
        )
    if is_reserved(name):
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
