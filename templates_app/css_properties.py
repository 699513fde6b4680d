"""The properties that decide what is seen: which declarations a program understands, as longhands. Pure.

A declaration that is not understood is dropped, so that the one before it holds (CSS Syntax 3, 2.2; CSS Cascade 5).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from templates_app import css_values
from templates_app.css_syntax import Declaration
from templates_app.css_values import Measure, words

# Values that every property has (CSS Cascade 5, 7.3).
INHERIT, INITIAL, UNSET, REVERT = "inherit", "initial", "unset", "revert"
_WIDE = {name: name for name in (INHERIT, INITIAL, UNSET, REVERT)} | {"revert-layer": REVERT}
# Nothing is known of a value taken from elsewhere (var(), env(), attr()): it must not hide.
UNKNOWN = "unknown"
_TAKEN = re.compile(r"(?<![\w-])(?:var|env|attr|if|inherit)\(")
_ANY = Measure(whole=css_values.WINDOW)
_DISPLAYS = frozenset({
    "block", "inline", "inline-block", "none", "flex", "inline-flex", "grid", "inline-grid", "flow", "flow-root",
    "table", "inline-table", "table-row", "table-cell", "table-row-group", "table-header-group",
    "table-footer-group", "table-column", "table-column-group", "table-caption", "list-item", "contents", "run-in",
    "ruby", "ruby-base", "ruby-text", "ruby-base-container", "ruby-text-container", "math", "-webkit-box",
    "-webkit-inline-box", "-webkit-flex", "-webkit-inline-flex", "-ms-flexbox", "-ms-inline-flexbox", "-ms-grid",
    "-moz-box", "-moz-inline-box",
})  # fmt: skip
_OVERFLOWS = frozenset({"visible", "hidden", "clip", "scroll", "auto", "overlay", "-moz-hidden-unscrollable"})
_SIZES = frozenset({
    "auto", "none", "min-content", "max-content", "fit-content", "stretch", "-webkit-fill-available",
    "-moz-available", "-webkit-max-content", "-webkit-min-content", "-webkit-fit-content",
})  # fmt: skip
_CLIP = re.compile(r"auto|rect\([^()]*\)")
_FUNCTIONS = re.compile(r"none|(?:[\w-]+\(.*\)(?: |\Z))*|url\(\)")


def _keywords(*allowed: str) -> Callable[[str], bool]:
    return frozenset(allowed).__contains__


def _length(*keywords: str) -> Callable[[str], bool]:
    return lambda value: value in keywords or css_values.length(value, _ANY) is not None


def _size(value: str) -> bool:
    return value in _SIZES or value.startswith("fit-content(") or css_values.length(value, _ANY) is not None


def _colour(value: str) -> bool:
    return value == "currentcolor" or css_values.alpha(value) is not None


def _indent(value: str) -> bool:
    return bool(value) and all(
        word in ("hanging", "each-line") or css_values.length(word, _ANY) is not None for word in words(value)
    )


_UNDERSTOOD: dict[str, Callable[[str], bool]] = {
    "display": lambda value: bool(value) and all(word in _DISPLAYS for word in words(value)),
    "visibility": _keywords("visible", "hidden", "collapse"),
    "content-visibility": _keywords("visible", "hidden", "auto"),
    "opacity": lambda value: css_values.opacity(value) is not None,
    "font-size": lambda value: css_values.font_size(value, Measure()) is not None,
    "color": _colour,
    "-webkit-text-fill-color": _colour,
    "text-shadow": bool,
    "text-indent": _indent,
    "letter-spacing": _length("normal"),
    "position": _keywords("static", "relative", "absolute", "fixed", "sticky", "-webkit-sticky"),
    "float": _keywords("left", "right", "none", "inline-start", "inline-end"),
    "clip": lambda value: _CLIP.fullmatch(value) is not None,
    "clip-path": bool,
    "filter": bool,
    "transform": lambda value: _FUNCTIONS.fullmatch(value) is not None,
    "translate": lambda value: (
        value == "none" or all(css_values.length(word, _ANY) is not None for word in words(value))
    ),
    "scale": lambda value: value == "none" or all(css_values.opacity(word) is not None for word in words(value)),
    "background-clip": bool,
    "background-color": _colour,
    "background-image": bool,
    **dict.fromkeys(("overflow-x", "overflow-y"), _OVERFLOWS.__contains__),
    **dict.fromkeys(("height", "width", "max-height", "max-width", "min-height", "min-width"), _size),
    **dict.fromkeys(("left", "right", "top", "bottom", "margin-left", "margin-top"), _length("auto")),
    **dict.fromkeys(("padding-bottom", "padding-right"), _length()),
}
_OTHER_NAMES = {
    "-webkit-background-clip": "background-clip",
    "-webkit-clip-path": "clip-path",
    "-webkit-filter": "filter",
    "-webkit-opacity": "opacity",
    "-webkit-transform": "transform",
    "-moz-transform": "transform",
    "-ms-transform": "transform",
    # CSS Logical Properties 1, for lines from left to right.
    "block-size": "height",
    "inline-size": "width",
    "max-block-size": "max-height",
    "max-inline-size": "max-width",
    "min-block-size": "min-height",
    "min-inline-size": "min-width",
    "inset-block-end": "bottom",
    "inset-block-start": "top",
    "inset-inline-end": "right",
    "inset-inline-start": "left",
    "margin-block-start": "margin-top",
    "margin-inline-start": "margin-left",
    "padding-block-end": "padding-bottom",
    "padding-inline-end": "padding-right",
}


def understood(declarations: Iterable[Declaration]) -> list[tuple[bool, str, str]]:
    """Return (important, property, value) of what is understood and decides what is seen, in order, as longhands."""
    return [
        (declaration.important, name, value)
        for declaration in declarations
        for name, value in _longhands(_OTHER_NAMES.get(declaration.name, declaration.name), declaration.value)
    ]


def _longhands(name: str, value: str) -> list[tuple[str, str]]:
    if name == "all":
        return [(longhand, _WIDE[value]) for longhand in _UNDERSTOOD] if value in _WIDE else []
    names = _SHORTHANDS.get(name, (name,))
    if value in _WIDE:
        return [(longhand, _WIDE[value]) for longhand in names if longhand in _UNDERSTOOD]
    if _TAKEN.search(value):
        return [(longhand, UNKNOWN) for longhand in names if longhand in _UNDERSTOOD]
    if name == "font":
        size = css_values.size_in_font(value)
        return [("font-size", size)] if size else []
    if name == "background":
        return list(_background(value).items())
    values = [value]
    if name in _SHORTHANDS:
        values = words(value)
        if not 0 < len(values) <= (2 if name == "overflow" else 4):
            return []
        if name != "overflow":
            values = [values[at] for at in _SIDES[len(values)]]
            kept = {"inset": (0, 1, 2, 3), "margin": (0, 3), "padding": (1, 2)}[name]
            values = [values[at] for at in kept]
        elif len(values) == 1:
            values *= 2
    pairs = list(zip(names, values, strict=True))
    return pairs if all(longhand in _UNDERSTOOD and _UNDERSTOOD[longhand](part) for longhand, part in pairs) else []


def _background(value: str) -> dict[str, str]:
    """Return what the shorthand says of a ground: its colour, whether there is a picture, and what it is cut to."""
    parts = words(value.replace(",", " ") if "(" not in value else value)
    colour = next((part for part in parts if _colour(part)), "transparent")
    is_drawn = any("(" in part and not _colour(part) for part in parts)
    return {
        "background-clip": "text" if "text" in parts else "border-box",
        "background-color": colour,
        "background-image": "url()" if is_drawn else "none",
    }


_SHORTHANDS: dict[str, tuple[str, ...]] = {
    "background": ("background-clip", "background-color", "background-image"),
    "font": ("font-size",),
    "inset": ("top", "right", "bottom", "left"),
    "margin": ("margin-top", "margin-left"),
    "overflow": ("overflow-x", "overflow-y"),
    "padding": ("padding-right", "padding-bottom"),
}
# Which of one to four values is for the top, the right, the bottom and the left (CSS Backgrounds 3, 3).
_SIDES = {1: (0, 0, 0, 0), 2: (0, 1, 0, 1), 3: (0, 1, 2, 1), 4: (0, 1, 2, 3)}
