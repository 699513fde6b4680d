"""Host names as DNS knows them: one reading and one spelling (RFC 1123 2.1, RFC 5890 and 5891, UTS 46). Pure."""

from __future__ import annotations

import re
from functools import cache

import idna
from django.utils.translation import gettext as _
from publicsuffixlist import PublicSuffixList

from accounts.mail.text import TooLong

MAX_LENGTH = 253
MAX_LABEL = 63
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_A_LABEL = "xn--"


def host_name(text: str) -> str:
    """Return `text` as a lower-case host name in A-labels without final dot; raise ValueError saying what to fix."""
    name = text.strip()
    if any(mark in name for mark in "/:@ \t"):
        raise ValueError(_("Enter the domain name alone, as in mail.example.com: no scheme, path, @ or spaces."))
    if len(name.removesuffix(".")) > MAX_LENGTH:
        raise _too_long()
    name = (name.lower() if name.isascii() else _mapped(name)).removesuffix(".")
    if not name:
        raise ValueError(_("Enter a domain name, as in mail.example.com."))
    labels = [_label(label) for label in name.split(".")]
    if len(labels) < 2:
        raise ValueError(_("Enter a complete domain name with at least one dot, as in mail.example.com."))
    if labels[-1].isdigit():
        raise ValueError(_("A domain name does not end in a number, and an IP address is not a domain name."))
    name = ".".join(labels)
    if len(name) > MAX_LENGTH:
        raise _too_long()
    return name


def zone_of(domain: str) -> str:
    """Return the zone a host name most likely lies in: what was registered under the public suffix list."""
    # A public suffix itself has no registrable domain: whoever runs it has the zone of that name.
    return _public_suffixes().privatesuffix(domain) or domain


def relative(host: str, zone: str) -> str:
    """Return `host` as a DNS host's form wants it inside `zone`: without the zone's name, "@" for the zone itself."""
    return "@" if host == zone else host.removesuffix(f".{zone}")


def _mapped(name: str) -> str:
    """Return the name with letter case, width and the dots of other scripts mapped as UTS 46 says; ß stays ß."""
    try:
        return idna.uts46_remap(name, std3_rules=False, transitional=False)
    except idna.IDNAError:
        raise _not_allowed() from None


def _label(label: str) -> str:
    if not label:
        raise _not_allowed()
    if label.isascii() and not label.startswith(_A_LABEL):
        if not _LABEL.fullmatch(label):
            raise ValueError(
                _(
                    "Not a valid domain name: “%(label)s” cannot be part of one. "
                    "Use letters, digits and inner hyphens, at most %(most)d between two dots."
                )
                % {"label": label[:MAX_LABEL], "most": MAX_LABEL}
            )
        return label
    try:
        # There and back: an A-label that stands for nothing, or for something mapped, is no spelling of a name.
        return idna.alabel(idna.ulabel(label)).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise _not_allowed() from None


def _not_allowed() -> ValueError:
    # The part itself is not repeated: it may hold characters that change the direction of the text.
    return ValueError(
        _("Not a valid domain name: a part is empty, too long or has characters that DNS does not allow.")
    )


def _too_long() -> TooLong:
    return TooLong(_("A domain name has at most %(most)d characters.") % {"most": MAX_LENGTH})


@cache
def _public_suffixes() -> PublicSuffixList:
    # With its private part: names are sold under eu.com and its like as under any country's suffix.
    return PublicSuffixList()
