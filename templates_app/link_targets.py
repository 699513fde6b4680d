"""Where a link leads, and which links a mail may hold. White space is cut as browsers do (WHATWG URL 4.4). Pure."""

from __future__ import annotations

import re
from typing import Literal

from accounts.mail.web_addresses import MAX_LENGTH, to_uri
from templates_app.address_values import HARMLESS, scheme, split_address
from templates_app.character_references import decode_attribute
from templates_app.markup import Attribute
from templates_app.variables import Variable

LinkFault = Literal["starts_with_variable", "no_domain", "domain_not_fixed", "too_long"]

_BLANKS = str.maketrans("", "", "\t\n\r")
_STRIPPED = "".join(map(chr, range(0x21)))
# The host ends inside the fixed text, so no value can lengthen it.
_FIXED = re.compile(r"https?://[^\s/?#\\@{}]+(?:[/?#]|\Z)", re.IGNORECASE)
_IGNORED = re.compile(r"[\x00-\x20\x7f]+")
# Schemes that run code, or bring content of their own.
ACTIVE_SCHEMES = frozenset({
    "javascript", "vbscript", "livescript", "mocha", "data", "file", "blob", "filesystem", "mhtml", "jar",
    "view-source",
})  # fmt: skip
# What may be loaded or looked up: from the web, from the mail's own parts (RFC 2392), or a name and no place.
_FETCHED_SCHEMES = frozenset({"", "http", "https", "cid", "mid", "urn", "tag"})
_IMAGE_DATA = re.compile(r"data:image/", re.IGNORECASE)
# Without a scheme the second host is taken from where the mail is shown: in Outlook a file server.
_NO_SCHEME = re.compile(r"[/\\]{2}")


def target(href: Attribute) -> tuple[str | Variable, ...]:
    """Return where `href` leads: decoded text with the variables between."""
    return target_of(href.raw)


def target_of(raw: str) -> tuple[str | Variable, ...]:
    """Return where an address leads that stands in an attribute as `raw`."""
    pieces: list[str | Variable] = []
    for piece in split_address(raw, decode_attribute):
        pieces.append(decode_attribute(piece).translate(_BLANKS) if isinstance(piece, str) else piece)
    if pieces and isinstance(pieces[0], str):
        pieces[0] = pieces[0].lstrip(_STRIPPED)
    if pieces and isinstance(pieces[-1], str):
        pieces[-1] = pieces[-1].rstrip(_STRIPPED)
    return tuple(piece for piece in pieces if piece != "")


def followed(pieces: tuple[str | Variable, ...]) -> bool:
    """Say whether the target is a web address whose host is fixed text: the links that are tracked."""
    if not pieces or not isinstance(pieces[0], str):
        return False
    found = _FIXED.match(pieces[0])
    # Text that ends with the host is complete only if nothing follows it.
    return found is not None and (len(pieces) == 1 or found[0][-1] in "/?#") and _has_host(found[0])


def _has_host(address: str) -> bool:
    """Say whether there is a host, and a port only if it is one: all else no reader could be sent on to."""
    try:
        return bool(to_uri(address))
    except ValueError:
        return False


def fault(pieces: tuple[str | Variable, ...]) -> LinkFault | None:
    """Return what is wrong with a link's target, as a code of `finding_texts`; None when it may stay."""
    if not pieces:
        return None
    first = pieces[0]
    if not isinstance(first, str):
        return "starts_with_variable"
    if first.startswith("#") or scheme(first) in HARMLESS:
        return None
    if scheme(first) not in ("http", "https"):
        return "no_domain"
    if not followed(pieces):
        return "domain_not_fixed"
    return "too_long" if len(to_uri(_fixed_text(pieces))) > MAX_LENGTH else None


def _fixed_text(pieces: tuple[str | Variable, ...]) -> str:
    return "".join(piece for piece in pieces if isinstance(piece, str))


def fetched_fault(pieces: tuple[str | Variable, ...], *, sheet: bool = False) -> LinkFault | None:
    """Return what is wrong with an address that is loaded, as `fault` does: no value may choose the host.

    `sheet`: a style sheet's, which is left to the reviewer, without a scheme too.
    """
    if not pieces:
        return None
    first = pieces[0]
    if not isinstance(first, str):
        return "starts_with_variable"
    if sheet and first.startswith("//"):
        first = f"https:{first}"
        pieces = (first, *pieces[1:])
    if _NO_SCHEME.match(first):
        return "no_domain"
    if len(pieces) == 1 or first.startswith("#") or scheme(first) in ("cid", "mid", "data", "urn", "tag"):
        return None
    return None if followed(pieces) else "domain_not_fixed"


def active_scheme(value: str, *, fetched: bool = False, image: bool = False) -> str:
    """Return the scheme of `value` if no mail may have it there, else ""."""
    found = scheme(value)
    if image and _IMAGE_DATA.match(_IGNORED.sub("", value)):
        return ""
    refused = found not in _FETCHED_SCHEMES if fetched else found in ACTIVE_SCHEMES
    return found if refused else ""
