"""What a style makes of an element and of the text in it (CSS Cascade 5, 4.4: computed values). Pure.

Some properties hide an element with all that is in it (`display`, `opacity`, clipping, a place outside the window).
Others are inherited, and a descendant may set them anew: `visibility`, `font-size`, `color`, `text-indent`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

from templates_app import boxes, css_values
from templates_app.css_properties import INHERIT, INITIAL, REVERT, UNKNOWN, UNSET
from templates_app.css_values import MIN_OPACITY, MIN_PIXELS, WINDOW, Measure, words

_INLINE = frozenset({"inline", "contents", "ruby"})
_FUNCTION = re.compile(r"([\w-]+)\(([^()]*)\)")
# A comma in no parentheses.
_BETWEEN = re.compile(r",(?![^()]{0,100}\))")

Value = TypeVar("Value")


class ComputedStyle(NamedTuple):
    """What decides whether text is seen; a child begins with its parent's."""

    # Nothing of the element is drawn, whatever is in it.
    gone: bool = False
    opacity: float = 1.0
    visible: bool = True
    font: float = 16.0
    root: float = 16.0
    ink: float = 1.0
    # Of letters and of what is behind them, as six digits; "" where it is not known.
    paint: str = ""
    ground: str = ""
    # Its own paint for letters, over the colour.
    fill: float | None = None
    shadow: bool = False
    # Letters are cut out of a background.
    cut_out: bool = False
    spacing: float = 0.0
    indent: float = 0.0
    # It or an element that it is in cuts off what is outside it.
    cut_off: bool = False
    # The line that the text is on is moved out of sight.
    moved: bool = False

    @property
    def shown(self) -> bool:
        """Say whether the element is drawn, as a picture in it would be."""
        return not self.gone and self.visible

    @property
    def seen(self) -> bool:
        """Say whether text directly in the element is seen."""
        ink = self.ink if self.fill is None else self.fill
        differs = not self.paint or self.paint != self.ground or self.fill is not None
        inked = differs and ink * self.opacity >= MIN_OPACITY or self.shadow or self.cut_out
        # Letters that stand on one another, or the one before the other, are no text.
        apart = self.spacing > -0.75 * self.font
        return self.shown and not self.moved and self.font >= MIN_PIXELS and inked and apart


INITIAL_STYLE = ComputedStyle()


def derive(
    parent: ComputedStyle, properties: Mapping[str, str], *, display: str = "inline", is_root: bool = False
) -> ComputedStyle:
    """Return the style of an element with these properties; `display` is what a program gives it without any."""
    display = _display(properties, display)
    own = {name: value for name, value in properties.items() if value not in _NO_VALUE}
    font = _inherited(properties, "font-size", parent.font, 16.0, lambda value: _font(value, parent))
    measure = Measure(font, font if is_root else parent.root, WINDOW)
    indent = _inherited(properties, "text-indent", parent.indent, 0.0, lambda value: _indent(value, measure))
    opacity = parent.opacity * (_opacity(own["opacity"]) if "opacity" in own else 1.0)
    cut_off = parent.cut_off or boxes.hides_overflow(own)
    inline = (
        display in _INLINE and own.get("position") not in ("absolute", "fixed") and own.get("float", "none") == "none"
    )
    return ComputedStyle(
        gone=parent.gone
        or display in ("none", "table-column", "table-column-group")
        or opacity < MIN_OPACITY
        or _is_filtered_out(own)
        or boxes.is_clipped(own, measure)
        or boxes.is_elsewhere(own, measure)
        or not inline
        and (
            own.get("content-visibility") == "hidden"
            or boxes.is_folded(own, measure, display)
            or boxes.is_thrown(own, measure)
        ),
        opacity=opacity,
        visible=_inherited(properties, "visibility", parent.visible, True, lambda value: value == "visible"),
        font=font,
        root=measure.root,
        ink=_inherited(properties, "color", parent.ink, 1.0, lambda value: _ink(value, parent.ink)),
        paint=_inherited(properties, "color", parent.paint, "", lambda value: _paint(value, parent.paint)),
        ground=_ground(properties, parent.ground),
        fill=_inherited(properties, "-webkit-text-fill-color", parent.fill, None, css_values.alpha),
        shadow=_inherited(properties, "text-shadow", parent.shadow, False, _is_shadow),
        cut_out=parent.cut_out or "text" in re.split(r"[ ,]+", own.get("background-clip", "")),
        spacing=_inherited(
            properties, "letter-spacing", parent.spacing, 0.0, lambda value: css_values.length(value, measure) or 0.0
        ),
        indent=indent,
        cut_off=cut_off,
        moved=parent.moved if inline else indent <= boxes.AWAY or indent >= WINDOW and cut_off,
    )


_NO_VALUE = frozenset({INHERIT, INITIAL, UNSET, REVERT, UNKNOWN})


def _display(properties: Mapping[str, str], without: str) -> str:
    value = properties.get("display", REVERT)
    return without if value in (REVERT, UNKNOWN, INHERIT) else "inline" if value in (INITIAL, UNSET) else value


def _inherited(
    properties: Mapping[str, str], name: str, parent: Value, initial: Value, compute: Callable[[str], Value]
) -> Value:
    value = properties.get(name, INHERIT)
    if value in (INHERIT, UNSET, REVERT):
        return parent
    return initial if value in (INITIAL, UNKNOWN) else compute(value)


def _font(value: str, parent: ComputedStyle) -> float:
    size = css_values.font_size(value, Measure(parent.font, parent.root))
    return parent.font if size is None else size


def _indent(value: str, measure: Measure) -> float:
    return sum(css_values.length(word, measure) or 0.0 for word in words(value))


def _opacity(value: str) -> float:
    opacity = css_values.opacity(value)
    return 1.0 if opacity is None else opacity


def _ink(value: str, current: float) -> float:
    alpha = css_values.alpha(value)
    return current if alpha is None else alpha


def _paint(value: str, current: str) -> str:
    return current if value == "currentcolor" else css_values.paint(value)


def _ground(properties: Mapping[str, str], behind: str) -> str:
    """Return the colour of what is behind the letters; "" if that is a picture, or not known for certain."""
    if properties.get("background-image", "none") not in ("none", INITIAL, UNSET, REVERT):
        return ""
    colour = properties.get("background-color", "transparent")
    if colour in ("transparent", INITIAL, UNSET, REVERT):
        # What is moved may lie over something else.
        return "" if properties.get("position", "static") != "static" else behind
    return css_values.paint(colour)


def _is_shadow(value: str) -> bool:
    # Of a colour that is not given it is the letters'; a comma parts shadows.
    colours = [alpha for word in words(_BETWEEN.sub(" ", value)) if (alpha := css_values.alpha(word)) is not None]
    return value != "none" and (not colours or max(colours) >= MIN_OPACITY)


def _is_filtered_out(own: Mapping[str, str]) -> bool:
    # Internet Explorer's alpha(opacity=0) is there for programs that read opacity as well.
    return any(
        name == "opacity" and _opacity(inside or "1") < MIN_OPACITY
        for name, inside in _FUNCTION.findall(own.get("filter", ""))
    )
