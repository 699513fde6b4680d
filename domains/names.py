"""Host names as DNS knows them: pure."""

from __future__ import annotations

import re
import unicodedata

MAX_NAME = 253
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
# Second-level labels under which countries let people register: "example.co.uk" is a zone of its own.
_SHARED = frozenset({"ac", "co", "com", "edu", "gov", "mil", "net", "org", "or", "ne", "go"})
# The two IDNA standards make different names of these; the encoder at hand follows the older one.
_AMBIGUOUS = frozenset("ßς\u200c\u200d")


def host_name(text: str) -> str:
    """Return `text` as a lower-case host name in A-labels without final dot; raise ValueError with what to mend."""
    name = unicodedata.normalize("NFC", text.strip()).lower().removesuffix(".")
    if not name:
        raise ValueError("Give a domain, as in mail.example.com.")
    if any(mark in name for mark in "/:@ \t"):
        raise ValueError("Give the bare domain, as in mail.example.com: no scheme, path, @ or blanks.")
    if _AMBIGUOUS & set(name):
        raise ValueError("Give this domain in its encoded form (xn--…): it has letters with two encodings.")
    try:
        name = name.encode("idna").decode("ascii").lower()
        # What is encoded already must decode, or no program could show it.
        name.encode("ascii").decode("idna")
    except UnicodeError:
        raise ValueError("This is no valid domain: a part is empty, too long or has characters DNS lacks.") from None
    labels = name.split(".")
    if len(labels) < 2:
        raise ValueError("Give a full domain with at least one dot, as in mail.example.com.")
    for label in labels:
        if not _LABEL.fullmatch(label):
            raise ValueError(
                f"“{label}” cannot be part of a domain: use letters, digits and inner hyphens, at most 63."
            )
    if labels[-1].isdigit():
        raise ValueError("A domain does not end in a number; an IP address cannot be a sender domain.")
    if len(name) > MAX_NAME:
        raise ValueError(f"A domain has at most {MAX_NAME} characters.")
    return name


def zone_of(domain: str) -> str:
    """Return the zone the domain most likely lies in: what was registered, by the usual shapes of names."""
    labels = domain.split(".")
    size = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SHARED else 2
    return ".".join(labels[-size:])


def relative(host: str, zone: str) -> str:
    """Return `host` as a DNS host's form wants it inside `zone`: without the zone's name, "@" for the zone itself."""
    return "@" if host == zone else host.removesuffix(f".{zone}")
