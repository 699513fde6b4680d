"""Header fields as bytes: folding (RFC 5322 2.2.3), mailboxes (3.4), encoded words (RFC 2047).

Pure; control characters are refused here.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from functools import lru_cache

from django.utils.translation import gettext_noop

from accounts.mail.addresses import parse_bare
from accounts.mail.text import NOT_IN_LINE
from sending.header_names import is_name

# RFC 2047 2, for lines with encoded words; RFC 5322 2.1.1 asks for 78.
FOLD_AT = 76
# RFC 5322 2.1.1, CRLF left out.
MAX_LINE = 998
# RFC 2047 2: an encoded word has at most 75 characters. 12 of them say "=?utf-8?B?" and "?=".
MAX_WORD_BYTES = 45

_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+( [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_MAILBOX = re.compile(r"(?P<name>.*?\S)\s*<(?P<address>[^<>]*)>\s*", re.DOTALL)
_LISTED = re.compile(r'\s*((?:"(?:\\.|[^"\\])*"|[^,"]|")+)')


class Unsendable(ValueError):
    """A mail cannot be written from this value; the text says which and why."""


def clean(field: str, value: str) -> str:
    """Return `value` without blanks at its ends; raise Unsendable when it could break out of a header."""
    if NOT_IN_LINE.search(value):
        raise Unsendable(gettext_noop("%(field)s contains a control character or line break.") % {"field": field})
    return value.strip()


def name(text: str) -> bytes:
    """Return a header's name; raise Unsendable for characters no name may have."""
    if not is_name(text):
        raise Unsendable(gettext_noop("“%(name)s” cannot be the name of a header.") % {"name": text[:80]})
    return text.encode("ascii")


def text(field: str, value: str) -> bytes:
    """Return free text as a header value, folded at blanks, as encoded words where ASCII cannot say it."""
    value = clean(field, value)
    if not value.isascii() or "=?" in value or "  " in value:
        return encoded_words(value, FOLD_AT - len(field) - 2)
    if len(field) + 2 + len(value) <= FOLD_AT:
        return value.encode("ascii")
    words = value.split(" ")
    if max(map(len, words)) > MAX_LINE - len(field) - 2:
        return encoded_words(value, FOLD_AT - len(field) - 2)
    return _folded(field, words, " ")


def mailboxes(field: str, values: Iterable[str]) -> bytes:
    """Return a list of `address` or `name <address>`, one line for as many as fit."""
    return _folded(field, [mailbox(field, value) for value in values], ", ")


def mailbox_list(field: str, value: str) -> bytes:
    """Return a header value the client wrote, of mailboxes separated by commas, written anew."""
    return mailboxes(field, [part for part in _LISTED.findall(value) if part.strip()])


@lru_cache(maxsize=4096)
def mailbox(field: str, value: str) -> str:
    """Return one mailbox in ASCII; raise Unsendable when its address is none."""
    value = clean(field, value)
    found = _MAILBOX.fullmatch(value)
    if not found:
        return address(field, value)
    phrase = found["name"].strip()
    if len(phrase) > 1 and phrase[0] == phrase[-1] == '"':
        phrase = re.sub(r"\\(.)", r"\1", phrase[1:-1])
    return named_mailbox(field, phrase, found["address"].strip())


def named_mailbox(field: str, phrase: str, value: str) -> str:
    """Return `phrase <address>` with the phrase quoted or encoded where it must be."""
    phrase = clean(field, phrase)
    where = address(field, value)
    if not phrase:
        return where
    if not phrase.isascii() or "=?" in phrase:
        return f"{encoded_words(phrase, FOLD_AT - len(field) - 2).decode('ascii')} <{where}>"
    if not _ATOMS.fullmatch(phrase):
        phrase = '"' + re.sub(r'(["\\])', r"\\\1", phrase) + '"'
    return f"{phrase} <{where}>"


def address(field: str, value: str) -> str:
    """Return an address in ASCII (domain as A-labels); raise Unsendable when mail cannot go there."""
    try:
        return parse_bare(value).address
    except ValueError as fault:
        text = gettext_noop("%(field)s: “%(address)s” is not an address that email can be sent to. %(error)s")
        raise Unsendable(text % {"field": field, "address": value[:100], "error": fault}) from None


def encoded_words(value: str, first_room: int) -> bytes:
    """Return base64 encoded words, split between characters; the first fits into `first_room`."""
    room = min(MAX_WORD_BYTES, max((first_room - 12) // 4 * 3, 12))
    words, piece = [], b""
    for character in value:
        encoded = character.encode()
        if len(piece) + len(encoded) > room:
            words.append(piece)
            piece, room = b"", MAX_WORD_BYTES
        piece += encoded
    return b"\r\n ".join(b"=?utf-8?B?%s?=" % base64.b64encode(word) for word in [*words, piece])


def _folded(field: str, items: list[str], separator: str) -> bytes:
    """Return the items joined, a fold in the separator's blank wherever the next would not fit."""
    joint = separator.rstrip(" ")
    lines, width = [""], len(field) + 2
    for item in items:
        last = item.rpartition("\n")[2]
        if not lines[-1]:
            lines[-1] = item
        elif width + len(separator) + len(item.partition("\r")[0]) > FOLD_AT:
            lines[-1] += joint
            lines.append(" " + item)
            width = 1
        else:
            lines[-1] += separator + item
            width += len(separator)
        width = len(last) if "\n" in item else width + len(item)
    return "\r\n".join(lines).encode("ascii")
