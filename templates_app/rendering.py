"""From a template to a mail's two bodies: compiled once, filled for every mail. Pure.

Compiling cuts the documents at their variables, links and end; filling puts the pieces together again. Nothing is
written by a parser: what is not a variable, a followed link or the end of the body stays byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

from templates_app.address_values import encode, split_address, split_text
from templates_app.character_references import decode_attribute
from templates_app.compiled import Compiled, End, Link, Segment
from templates_app.link_targets import followed, target
from templates_app.markup import Attribute, conditional, tokens
from templates_app.text_part import plain_text
from templates_app.url_attributes import followed_attribute, use_of
from templates_app.variables import Variable, fill_plain, names_in

__all__ = [
    "Compiled",
    "End",
    "Link",
    "Variable",
    "compile",
    "fill_html",
    "fill_link",
    "fill_plain",
    "fill_text",
    "names_in",
]


def compile(html: str, text: str) -> Compiled:
    """Return the template cut into pieces; without `text` the plain text is made from the HTML."""
    links: list[tuple[str | Variable, ...]] = []
    body = tuple(_cut(html, links)) if html else None
    plain = tuple(split_text(text)) if text else plain_text(html)
    return Compiled(body, plain, tuple(links), frozenset(names_in(html)) | frozenset(names_in(text)))


def fill_html(
    compiled: Compiled, values: Mapping[str, str], *, link: Callable[[int], str] | None, pixel: str, footer: str
) -> str:
    """Return the HTML body ("" if the template has none): values escaped, links by `link`, footer and pixel put in.

    `link` gives the address for a link's number, None leaves the links alone; `pixel` is an address or "";
    `footer` is ready HTML or "". A missing value fills as nothing.
    """
    if compiled.html is None:
        return ""
    plan = compiled.untracked if link is None else compiled.tracked
    pieces = plan.pieces.copy()
    for at, name in plan.values:
        pieces[at] = escape(values.get(name, ""))
    for at, name, position in plan.addresses:
        pieces[at] = escape(encode(values.get(name, ""), position))
    if link is not None:
        for at, index, quoted in plan.links:
            pieces[at] = escape(link(index)) if quoted else f'"{escape(link(index))}"'
    if pixel:
        pieces[plan.end] = f'{footer}<img src="{escape(pixel)}" width="1" height="1" alt="" border="0">'
    elif footer:
        pieces[plan.end] = footer
    return "".join(pieces)


def fill_text(compiled: Compiled, values: Mapping[str, str], *, footer: str) -> str:
    """Return the plain-text body, the footer a paragraph of its own at the end; values are encoded in links only."""
    body = _filled(compiled.text, values)
    return f"{body.rstrip()}\n\n{footer}\n" if footer else body


def fill_link(compiled: Compiled, index: int, values: Mapping[str, str]) -> str:
    """Return where link number `index` leads for these values; IndexError for a number that is none."""
    return _filled(compiled.links[index], values)


def _filled(segments: tuple[str | Variable, ...], values: Mapping[str, str]) -> str:
    return "".join(
        segment if isinstance(segment, str) else encode(values.get(segment.name, ""), segment.position)
        for segment in segments
    )


def _cut(html: str, links: list[tuple[str | Variable, ...]]) -> list[Segment]:
    """Return the document's segments and add the targets of its links to `links`."""
    places, end = _places(html)
    segments: list[Segment] = []
    at = 0
    closed = False
    for attribute, follow in places:
        if end <= attribute.start and not closed:
            segments += [*split_text(html[at:end]), End()]
            at, closed = end, True
        segments += split_text(html[at : attribute.start])
        inside = split_address(html[attribute.start : attribute.end], decode_attribute)
        if follow:
            segments.append(Link(len(links), bool(attribute.quote), tuple(inside)))
            links.append(target(attribute))
        else:
            segments += inside
        at = attribute.end
    if not closed:
        segments += [*split_text(html[at:end]), End()]
        at = end
    return segments + split_text(html[at:])


def _places(html: str) -> tuple[list[tuple[Attribute, bool]], int]:
    """Return the attributes that hold addresses, with whether each is a followed link, and where the body ends."""
    places: list[tuple[Attribute, bool]] = []
    end = len(html)

    def collect(start: int, stop: int, outlook: bool) -> None:
        nonlocal end
        for token in tokens(html, start, stop, outlook=outlook):
            if token.kind == "end" and token.name == "body" and not outlook:
                end = token.start
            elif token.kind == "comment" and not outlook and (inside := conditional(html, token)):
                # Outlook's buttons are there: a click on them counts as on their twins for everybody else.
                collect(*inside, True)
            link = followed_attribute(token)
            for attribute in token.attributes:
                if use_of(token, attribute):
                    places.append((attribute, attribute is link and followed(target(attribute))))

    collect(0, len(html), False)
    return places, end
