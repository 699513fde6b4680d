"""What a header of a mail that came in says to a person: on one line, decoded, whatever it holds. Pure."""

from __future__ import annotations

import contextlib
import re
from email.errors import MessageError
from email.header import decode_header, make_header

from accounts.mail.text import NOT_IN_LINE

MAX_HEAD = 100 * 1024
MAX_SUBJECT = 4_000
_SUBJECT = re.compile(rb"^subject:(.*(?:\r?\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)


def subject(raw: bytes) -> str:
    """Return the decoded subject, its first 4,000 bytes at most, without parsing the body."""
    found = _SUBJECT.search(head(raw))
    return decoded(found[1][:MAX_SUBJECT].decode("utf-8", "replace")) if found else ""


def head(raw: bytes) -> bytes:
    """Return the header section, 100 KB at most, its lines ended by LF."""
    return raw[:MAX_HEAD].replace(b"\r\n", b"\n").partition(b"\n\n")[0]


def decoded(value: str) -> str:
    """Return a header value on one line with its encoded words read and control characters gone."""
    unfolded = " ".join(value.split())
    # What cannot be read stays as it came.
    with contextlib.suppress(MessageError, LookupError, ValueError):
        unfolded = str(make_header(decode_header(unfolded)))
    return NOT_IN_LINE.sub(" ", unfolded)
