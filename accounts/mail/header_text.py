"""What a header of a mail that came in says to a person: on one line, decoded, whatever it holds. Pure."""

from __future__ import annotations

import binascii
import re

from accounts.mail import charsets
from accounts.mail.text import NOT_IN_LINE

MAX_HEAD = 100 * 1024
MAX_SUBJECT = 4_000
_SUBJECT = re.compile(rb"^subject:(.*(?:\r?\n[ \t].*)*)", re.IGNORECASE | re.MULTILINE)
# An encoded word (RFC 2047 2); its language (RFC 2231 5) is not read. Blanks in its text break the rule, and are sent.
_WORD = re.compile(r"=\?([^?*\s]{1,60})(?:\*[^?\s]{0,40})?\?([bq])\?([^?]*)\?=", re.IGNORECASE)


def subject(raw: bytes) -> str:
    """Return the decoded subject, its first 4,000 bytes at most, without parsing the body."""
    found = _SUBJECT.search(head(raw))
    return decoded(charsets.text(found[1][:MAX_SUBJECT])) if found else ""


def head(raw: bytes) -> bytes:
    """Return the header section, 100 KB at most, its lines ended by LF."""
    return raw[:MAX_HEAD].replace(b"\r\n", b"\n").partition(b"\n\n")[0]


def decoded(value: str) -> str:
    """Return a header value on one line with its encoded words read and control characters gone."""
    return NOT_IN_LINE.sub(" ", _with_words_read(" ".join(value.split())))


def _with_words_read(value: str) -> str:
    """Return the value with its encoded words decoded; one that cannot be read stays as it came."""
    pieces: list[str] = []
    # Words side by side are one text: many programs cut them within a character (which RFC 2047 5 forbids).
    codec, waiting, end = "", b"", 0
    for word in _WORD.finditer(value):
        between = value[end : word.start()]
        name, data = charsets.codec(word[1]), _bytes_of(word[2], word[3])
        if name is None or data is None:
            continue
        if not waiting or between.strip() or name != codec:
            # RFC 2047 6.2: blanks between two words are none of the text.
            pieces += [charsets.text(waiting, codec), between if between.strip() or not end else ""]
            codec, waiting = name, b""
        waiting += data
        end = word.end()
    return "".join([*pieces, charsets.text(waiting, codec), value[end:]])


def _bytes_of(encoding: str, encoded: str) -> bytes | None:
    if encoding in "bB":
        try:
            return binascii.a2b_base64(encoded + "==")
        except ValueError:
            return None
    return binascii.a2b_qp(encoded.encode("utf-8", "replace"), header=True)
