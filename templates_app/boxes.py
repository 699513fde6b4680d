"""Whether a box has room for what is in it and is where it can be seen. Pure.

`own` holds the element's own properties, without those that are inherited or reset (`computed_style`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from templates_app import css_values
from templates_app.css_values import MIN_PIXELS, WINDOW, Measure, words

# So far to the left or above nothing is seen, and so far to the right or below nobody looks. Ours, as CSS sets none.
AWAY, _FAR = -500.0, 5000.0
# Boxes that grow with what is in them: no height folds a part of a table (CSS 2, 17.5.3).
_GROWING = "table"
_FUNCTION = re.compile(r"([\w-]+)\(([^()]*)\)")
_PARTS = re.compile(r"[ ,]+")


def is_clipped(own: Mapping[str, str], measure: Measure) -> bool:
    """Say whether the clipping leaves nothing (CSS Masking 1, 5 and 8)."""
    if own.get("position") in ("absolute", "fixed"):
        for _rect, inside in _FUNCTION.findall(own.get("clip", "")):
            sides = [css_values.length(side, measure) for side in _PARTS.split(inside)]
            if _is_empty(sides):
                return True
    for name, inside in _FUNCTION.findall(own.get("clip-path", "")):
        sizes = [
            css_values.length(part, measure)
            for part in _PARTS.split(inside.partition(" at ")[0].partition(" round ")[0])
        ]
        if name == "inset" and 0 < len(sizes) <= 4:
            top, right, bottom, left = (sizes * 4)[:4] if len(sizes) != 3 else [*sizes, sizes[1]]
            if (top or 0) + (bottom or 0) >= WINDOW or (left or 0) + (right or 0) >= WINDOW:
                return True
        if (
            name in ("circle", "ellipse")
            and 0.0 in sizes
            or name == "rect"
            and _is_empty(sizes)
            or name == "xywh"
            and 0.0 in sizes[2:4]
            or name == "polygon"
            and sizes[0] is not None
            and len(set(sizes)) == 1
        ):
            return True
    return False


def _is_empty(sides: list[float | None]) -> bool:
    """Say whether nothing is between the sides: top, right, bottom, left."""
    return len(sides) == 4 and (_meet(sides[0], sides[2]) or _meet(sides[3], sides[1]))


def _meet(start: float | None, end: float | None) -> bool:
    return start is not None and end is not None and end - start < MIN_PIXELS


def hides_overflow(own: Mapping[str, str]) -> bool:
    """Say whether what is outside the box is cut off."""
    return any(own.get(name, "visible") != "visible" for name in ("overflow-x", "overflow-y"))


def is_folded(own: Mapping[str, str], measure: Measure, display: str) -> bool:
    """Say whether the box has no room and what overflows is cut off (CSS Overflow 3, 3)."""
    if not hides_overflow(own) or _GROWING in display:
        return False
    return _has_no_room(own, "height", "padding-bottom", measure._replace(whole=None)) or _has_no_room(
        own, "width", "padding-right", measure
    )


def _has_no_room(own: Mapping[str, str], side: str, padding: str, measure: Measure) -> bool:
    min_size = css_values.length(own.get(f"min-{side}", "0"), measure) or 0.0
    # Text runs over into the padding behind it.
    behind = css_values.length(own.get(padding, "0"), measure._replace(whole=WINDOW)) or 0.0
    if min_size >= MIN_PIXELS or behind >= MIN_PIXELS:
        return False
    size, max_size = (
        css_values.length(own.get(side, ""), measure),
        css_values.length(own.get(f"max-{side}", ""), measure),
    )
    if own.get(f"max-{side}") == "0%":
        max_size = 0.0
    return any(value is not None and value < MIN_PIXELS for value in (size, max_size))


def is_elsewhere(own: Mapping[str, str], measure: Measure) -> bool:
    """Say whether the box is moved out of sight by its position or its margins."""
    if any(_is_away(own.get(margin, ""), measure) for margin in ("margin-left", "margin-top")):
        return True
    if own.get("position", "static") == "static":
        return False
    for near, opposite in (("left", "right"), ("top", "bottom")):
        offset = css_values.length(own.get(near, ""), measure)
        if offset is None:
            other = css_values.length(own.get(opposite, ""), measure)
            offset = -other if other is not None else 0.0
        if not AWAY < offset < _FAR:
            return True
    return False


def _is_away(value: str, measure: Measure) -> bool:
    offset = css_values.length(value, measure)
    return offset is not None and not AWAY < offset < _FAR


def is_thrown(own: Mapping[str, str], measure: Measure) -> bool:
    """Say whether a transformation leaves the box no size, or moves it out of sight (CSS Transforms 2)."""
    if any(css_values.opacity(word) == 0 for word in words(own.get("scale", ""))[:2]):
        return True
    if any(_is_away(word, measure) for word in words(own.get("translate", ""))[:2]):
        return True
    for name, inside in _FUNCTION.findall(own.get("transform", "")):
        parts = _PARTS.split(inside)
        if name in ("scale", "scalex", "scaley", "scale3d") and any(
            css_values.opacity(part) == 0 for part in parts[:2]
        ):
            return True
        if name.startswith("translate") and name != "translatez" and any(_is_away(part, measure) for part in parts[:2]):
            return True
        if name in ("rotatex", "rotatey") and parts[0] in ("90deg", "-90deg", "270deg", ".25turn", "0.25turn"):
            return True
        # A matrix of nothing but zeros, apart from where it moves to.
        if name == "matrix" and len(parts) == 6 and parts[:4] == ["0"] * 4:
            return True
    return False
