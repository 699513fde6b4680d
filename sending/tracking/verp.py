"""The envelope sender of each mail (a variable envelope return path): a signed token that names its message."""

from __future__ import annotations

from accounts import tokens
from accounts.mail.addresses import split

PURPOSE = "verp"
PREFIX = "b-"


def envelope_sender(message: int, sender_domain: str) -> str:
    """Return the address reports about a message go to; the same at every attempt (greylists remember it)."""
    return f"{PREFIX}{tokens.to_local_part(tokens.make(PURPOSE, message))}@{sender_domain}"


def read(address: str) -> int | None:
    """Return the message an envelope recipient names, in any letter case, or None if it is none of ours."""
    local, domain = split(address)
    local = local.lower()
    if not domain or not local.startswith(PREFIX):
        return None
    token = tokens.from_local_part(local.removeprefix(PREFIX))
    # Base32 leaves spare bits in its last character: only the spelling we make counts.
    if tokens.to_local_part(token) != local.removeprefix(PREFIX):
        return None
    numbers = tokens.read(PURPOSE, token)
    return numbers[0] if numbers and len(numbers) == 1 else None
