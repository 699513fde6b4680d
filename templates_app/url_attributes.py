"""The attributes that hold addresses, and what a mail program does with each. Pure.

The one list for screening, rendering, text part and tracking. It follows the HTML standard's index of attributes
(those of type "valid URL", and srcset), HTML 4.01's (background, longdesc, codebase, profile …), SVG 2 with XLink
(href, xlink:href), and VML, from which Outlook draws (ECMA-376 part 4, 14.1: href on every shape, src and o:href of
fill, stroke and imagedata). docs/decisions/0021 says what screening asks of each use.
"""

from __future__ import annotations

import re
from enum import Enum

from templates_app.markup import Attribute, Token
from templates_app.variables import VARIABLE


class Use(Enum):
    """What a mail program does with an address."""

    # It opens it when the reader clicks: the links that are tracked.
    FOLLOWED = "followed"
    # It loads and shows it as a picture.
    IMAGE = "image"
    # It loads it, looks it up or compares it, and shows no picture of it.
    FETCHED = "fetched"
    # It sends something there, runs what is there, or reads all other addresses by it: nothing for a mail.
    REFUSED = "refused"


# On every element but those named below; a prefix (xlink:href, o:href) changes nothing.
_ATTRIBUTES: dict[str, Use] = {
    "href": Use.FOLLOWED,
    "althref": Use.IMAGE,
    "background": Use.IMAGE,
    "dynsrc": Use.IMAGE,
    "lowsrc": Use.IMAGE,
    "poster": Use.IMAGE,
    "srcset": Use.IMAGE,
    "cite": Use.FETCHED,
    "imagesrcset": Use.FETCHED,
    "itemid": Use.FETCHED,
    "itemtype": Use.FETCHED,
    "longdesc": Use.FETCHED,
    "profile": Use.FETCHED,
    "src": Use.FETCHED,
    "usemap": Use.FETCHED,
    "action": Use.REFUSED,
    "action-xhr": Use.REFUSED,
    "archive": Use.REFUSED,
    "attributionsrc": Use.REFUSED,
    "classid": Use.REFUSED,
    "codebase": Use.REFUSED,
    "formaction": Use.REFUSED,
    "manifest": Use.REFUSED,
    "ping": Use.REFUSED,
    "xml:base": Use.REFUSED,
}
_ELEMENTS: dict[tuple[str, str], Use] = {
    ("base", "href"): Use.REFUSED,
    ("image", "src"): Use.IMAGE,
    ("img", "src"): Use.IMAGE,
    ("input", "src"): Use.IMAGE,
    ("link", "href"): Use.FETCHED,
    ("object", "data"): Use.FETCHED,
    # SVG: what is drawn, or taken from elsewhere in it.
    ("feimage", "href"): Use.IMAGE,
    ("image", "href"): Use.IMAGE,
} | {
    (element, "href"): Use.FETCHED
    for element in (
        "altglyph", "animate", "animatemotion", "animatetransform", "clippath", "color-profile", "cursor", "discard",
        "filter", "font-face-uri", "glyphref", "lineargradient", "mask", "mpath", "pattern", "radialgradient",
        "script", "set", "textpath", "tref", "use",
    )
}  # fmt: skip
# Elements with a prefix are VML's, whatever name its namespace got: each shape may be a link, its parts may not.
_VML_PARTS = frozenset({"background", "fill", "imagedata", "stroke"})
# The properties of schema.org whose values are addresses, besides all that end in "url" and "urltemplate".
_SCHEMA_ADDRESSES = frozenset({"hasmap", "image", "logo", "map", "photo", "sameas", "target"})
_CANDIDATE = re.compile(r"[\s,]*([^\s,]\S*)")


def use_of(token: Token, attribute: Attribute) -> Use | None:
    """Return what a mail program does with the address in a tag's attribute; None where none is held."""
    prefix, _colon, element = token.name.rpartition(":")
    name = attribute.name.rpartition(":")[2]
    if prefix and name == "src":
        return Use.IMAGE
    if prefix and name == "href":
        return Use.IMAGE if element in _VML_PARTS else Use.FOLLOWED
    if element == "meta" and name == "content":
        return _meta(token)
    return _ELEMENTS.get((token.name, name)) or _ATTRIBUTES.get(attribute.name) or _ATTRIBUTES.get(name)


def followed_attribute(token: Token) -> Attribute | None:
    """Return the attribute that says where a click on the element leads; None if it is no link.

    `href` itself outranks one with a prefix, wherever it stands (SVG 2, 16.1.2); of two alike the first counts.
    """
    found = [attribute for attribute in token.attributes if use_of(token, attribute) is Use.FOLLOWED]
    return next((attribute for attribute in found if attribute.name == "href"), found[0] if found else None)


def sources(attribute: Attribute) -> list[str]:
    """Return the addresses that an attribute holds, as they are written: several only in a set of pictures."""
    if attribute.name not in ("srcset", "imagesrcset"):
        return [attribute.raw]
    # As in the HTML standard's "parse a srcset attribute"; blanks within the braces of a variable part nothing.
    text, at = VARIABLE.sub(r"{{\1}}", attribute.raw), 0
    found: list[str] = []
    while candidate := _CANDIDATE.match(text, at):
        at = candidate.end()
        found.append(candidate[1].rstrip(","))
        if not candidate[1].endswith(","):
            at = text.find(",", at)
            if at < 0:
                break
    return found


def _meta(token: Token) -> Use | None:
    equiv, itemprop = token.attribute("http-equiv"), token.attribute("itemprop")
    if equiv and equiv.value.strip().lower() == "refresh":
        return Use.REFUSED
    # The button that a mailbox provider makes of a mail's markup (schema.org) leads there.
    names = itemprop.value.lower().split() if itemprop else ()
    is_address = any(name in _SCHEMA_ADDRESSES or name.endswith(("url", "urltemplate")) for name in names)
    return Use.FETCHED if is_address else None
