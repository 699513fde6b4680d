"""The addresses a mail carries to the outside: its pixel, its links and its unsubscribe link (RFC 8058 3.1).

Each is a token and nothing else: no address, no target, no query to tamper with.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings

from accounts import tokens
from accounts.mail.host_names import host_name

OPEN, CLICK, UNSUBSCRIBE = "open", "click", "unsubscribe"


@dataclass(frozen=True)
class ClickToken:
    """What a click token names: a message and the position of a link in its template version."""

    message: int
    index: int


def pixel_url(message: int) -> str:
    """Return the address of the open pixel of a message."""
    return f"{settings.PUBLIC_URL}/t/o/{tokens.to_url(tokens.make(OPEN, message))}"


def click_url(message: int, index: int) -> str:
    """Return the tracked address of link number `index` of a message."""
    return f"{settings.PUBLIC_URL}/t/c/{tokens.to_url(tokens.make(CLICK, message, index))}"


def unsubscribe_url(message: int) -> str:
    """Return the address of a message's unsubscribe page, which also takes the RFC 8058 POST."""
    return f"{settings.PUBLIC_URL}/u/{tokens.to_url(tokens.make(UNSUBSCRIBE, message))}"


def read_pixel(token: str) -> int | None:
    """Return the message of an unaltered pixel token, else None."""
    return _message_of(OPEN, token)


def read_click(token: str) -> ClickToken | None:
    """Return the message and link of an unaltered click token, else None."""
    numbers = tokens.read(CLICK, tokens.from_url(token))
    return ClickToken(*numbers) if numbers and len(numbers) == 2 else None


def read_unsubscribe(token: str) -> int | None:
    """Return the message of an unaltered unsubscribe token, else None."""
    return _message_of(UNSUBSCRIBE, token)


def location(target: str) -> str:
    """Return a web address as HTTP takes it: a host in the letters of its language becomes A-labels (RFC 3987 3.1)."""
    parts = urlsplit(target)
    if parts.netloc.isascii():
        return target
    host, colon, port = parts.netloc.partition(":")
    try:
        return urlunsplit(parts._replace(netloc=f"{host_name(host)}{colon}{port}"))
    except ValueError:
        return target


def _message_of(purpose: str, token: str) -> int | None:
    numbers = tokens.read(purpose, tokens.from_url(token))
    return numbers[0] if numbers and len(numbers) == 1 else None
