"""What of a document is shown: text in no element that its own attributes hide. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from templates_app.markup import Token, tokens

# Elements without an end tag.
_VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
})  # fmt: skip
_STYLE_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_ZERO = re.compile(r"0*(?:\.0*)?(?:px|em|rem|pt|%)?")


def walk(source: str, start: int = 0, end: int | None = None, *, outlook: bool = False) -> Iterator[tuple[Token, bool]]:
    """Yield each token and whether it is shown, that is in no element hidden by itself (not by a style sheet)."""
    inside, depth = "", 0
    for token in tokens(source, start, end, outlook=outlook):
        if depth:
            if token.name == inside and token.kind in ("start", "end"):
                depth += 1 if token.kind == "start" else -1
            yield token, False
        elif token.kind == "start" and token.name not in _VOID and _hides(token):
            inside, depth = token.name, 1
            yield token, False
        else:
            yield token, token.kind not in ("raw", "comment")


def declarations(style: str) -> dict[str, str]:
    """Return the declarations of a style attribute, names and values in lower case without white space."""
    found = {}
    for declaration in _STYLE_COMMENT.sub("", style).lower().split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            found[name.strip()] = "".join(value.replace("!important", "").split())
    return found


def _hides(token: Token) -> bool:
    if token.name == "template" or token.attribute("hidden"):
        return True
    style = token.attribute("style")
    if not style:
        return False
    rules = declarations(style.value)
    clipped = rules.get("overflow") in ("hidden", "clip") and (
        _is_zero(rules.get("max-height")) or _is_zero(rules.get("height")) or _is_zero(rules.get("max-width"))
    )
    return (
        rules.get("display") == "none"
        or rules.get("visibility") in ("hidden", "collapse")
        or _is_zero(rules.get("opacity"))
        or _is_zero(rules.get("font-size"))
        or clipped
    )


def _is_zero(size: str | None) -> bool:
    return bool(size) and _ZERO.fullmatch(str(size)) is not None
