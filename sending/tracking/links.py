"""The addresses a mail carries to the outside: its pixel, its links and its unsubscribe link (RFC 8058 3.1).

Each is a token and nothing else: no address, no target, no query to tamper with. A link's token holds its target,
encrypted: a click needs neither the mail's variables nor the database (docs/decisions/0028).
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from django.conf import settings

from accounts import tokens
from accounts.mail.web_addresses import MAX_LENGTH, to_uri

OPEN, CLICK, UNSUBSCRIBE = "open", "click", "unsubscribe"

# The message, and how many different links it has.
_HEAD = struct.Struct(">qH")
_MAX_COUNT = 2**16 - 1


@dataclass(frozen=True)
class ClickToken:
    """What a click token holds: a message, where the link leads, what is recorded of it, and its mail's links."""

    message: int
    target: str
    recorded: str
    # How many of them are different.
    links: int


@dataclass(frozen=True)
class NumberedClick:
    """What click tokens named before they held a target: a message and the position of a link in its version."""

    message: int
    index: int


def pixel_url(message: int) -> str:
    """Return the address of the open pixel of a message."""
    return f"{settings.PUBLIC_URL}/t/o/{tokens.to_url(tokens.make(OPEN, message))}"


def click_url(message: int, target: str, *, links: int, recorded: str = "") -> str:
    """Return the tracked address of a link of a message, or `target` itself where no redirect can take it.

    `links` is how many different links the mail has; `recorded` is what a click is recorded with where that is not
    the target, which may hold secrets of its reader.
    """
    if not _is_redirectable(target):
        return target
    head = _HEAD.pack(message, min(links, _MAX_COUNT))
    body = "\0".join((target, recorded) if recorded and recorded != target else (target,)).encode()
    # A web address never begins as a zlib stream does (RFC 1950 2.2).
    for content in (body, zlib.compress(body, 9)):
        url = f"{settings.PUBLIC_URL}/t/c/{tokens.to_url(tokens.encrypt(CLICK, head + content))}"
        if len(url) <= MAX_LENGTH:
            return url
    return target


def unsubscribe_url(message: int) -> str:
    """Return the address of a message's unsubscribe page, which also takes the RFC 8058 POST."""
    return f"{settings.PUBLIC_URL}/u/{tokens.to_url(tokens.make(UNSUBSCRIBE, message))}"


def read_pixel(token: str) -> int | None:
    """Return the message of an unaltered pixel token, else None."""
    return _message_of(OPEN, token)


def read_click(token: str) -> ClickToken | None:
    """Return what an unaltered click token holds, else None."""
    content = tokens.decrypt(CLICK, tokens.from_url(token))
    if content is None:
        return None
    message, links = _HEAD.unpack_from(content)
    body = content[_HEAD.size :]
    target, _nul, recorded = (zlib.decompress(body) if body[:1] == b"x" else body).decode().partition("\0")
    return ClickToken(message, target, recorded or target, links)


def read_numbered_click(token: str) -> NumberedClick | None:
    """Return what an unaltered click token of the earlier form names, else None."""
    numbers = tokens.read(CLICK, tokens.from_url(token))
    return NumberedClick(*numbers) if numbers and len(numbers) == 2 else None


def read_unsubscribe(token: str) -> int | None:
    """Return the message of an unaltered unsubscribe token, else None."""
    return _message_of(UNSUBSCRIBE, token)


def _is_redirectable(target: str) -> bool:
    try:
        return len(to_uri(target)) <= MAX_LENGTH
    except ValueError:
        return False


def _message_of(purpose: str, token: str) -> int | None:
    numbers = tokens.read(purpose, tokens.from_url(token))
    return numbers[0] if numbers and len(numbers) == 1 else None
