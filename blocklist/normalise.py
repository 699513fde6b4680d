"""The one spelling of an address that blocks are kept and looked up by."""

from __future__ import annotations

import re

MAX_CHARACTERS = 254
MAX_LOCAL_PART = 64

# Wider than RFC 5321's dot-string (real mailboxes hold ".." and a final dot), without quoting and spaces.
_LOCAL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?!\d+\Z){_LABEL}")


class TooLong(ValueError):
    """The address has more characters than any mailbox may have."""


def address(text: str) -> str:
    """Return the address in lower case, its domain in A-labels; raise ValueError saying what is wrong."""
    local, at, name = text.strip().rstrip(".").lower().rpartition("@")
    if not at:
        raise ValueError("an address needs an @")
    if not name.isascii():
        name = _a_labels(name)
    if len(local) > MAX_LOCAL_PART or len(local) + 1 + len(name) > MAX_CHARACTERS:
        raise TooLong(f"longer than {MAX_LOCAL_PART} characters before the @ or {MAX_CHARACTERS} in all")
    if not _LOCAL.fullmatch(local):
        raise ValueError("the part before the @ is empty or has characters that a mailbox name may not have")
    if not _DOMAIN.fullmatch(name):
        raise ValueError("the part after the @ is not a domain name")
    return f"{local}@{name}"


def _a_labels(name: str) -> str:
    try:
        return name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise ValueError("the part after the @ is not a domain name") from None
