"""Values of style properties as numbers: lengths (CSS Values 4), and what of a colour can be seen (CSS Color 4). Pure.

Values are in lower case and without loose blanks, as `css_syntax` gives them.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# Letters under two pixels, and ink under a twentieth, are seen by nobody: CSS sets no bound, these are ours.
MIN_PIXELS = 2.0
MIN_OPACITY = 0.05
# A mail is some 600 pixels wide; what is far outside one is so in any window.
WINDOW = 600.0

_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:e[+-]?[0-9]+)?"
_DIMENSION = re.compile(rf"({_NUMBER})([a-z]+|%)?")
_ABSOLUTE = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 9.6 / 2.54, "q": 2.4 / 2.54}
_OF_FONT = {"em": 1.0, "ex": 0.5, "ch": 0.5, "cap": 0.7, "ic": 1.0, "lh": 1.2}
_OF_ROOT = {"rem": 1.0, "rex": 0.5, "rch": 0.5, "rcap": 0.7, "ric": 1.0, "rlh": 1.2}
_OF_WINDOW = re.compile(r"[sld]?v(?:w|h|i|b|min|max)")
_MATH = re.compile(rf"\s*({_NUMBER}(?:[a-z]+|%)?|(?:calc|min|max|clamp)?\(|[-+*/,)])")
_MAX_MATH, _MAX_NESTED = 200, 20
_FONT_SIZES = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0,
    "xx-large": 32.0, "xxx-large": 48.0,
}  # fmt: skip
_RELATIVE_SIZES = {"smaller": 1 / 1.2, "larger": 1.2}
# What may stand before the size in the font shorthand (CSS Fonts 4, 2.7).
_FONT_NUMBER = re.compile(r"[1-9][0-9]{0,3}|-?[0-9]+(?:\.[0-9]+)?deg")
_FONT_WORDS = frozenset({
    "normal", "italic", "oblique", "small-caps", "bold", "bolder", "lighter", "ultra-condensed",
    "extra-condensed", "condensed", "semi-condensed", "semi-expanded", "expanded", "extra-expanded",
    "ultra-expanded",
})  # fmt: skip
_SYSTEM_FONTS = frozenset({"caption", "icon", "menu", "message-box", "small-caption", "status-bar"})
_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{3}([0-9a-f])|[0-9a-f]{6}([0-9a-f]{2}))")
_COLOUR_FUNCTION = re.compile(
    r"(?:(rgba?|hsla?)|hwb|lab|lch|oklab|oklch|color|color-mix|device-cmyk|light-dark|contrast-color)\((.*)\)"
)
_NAMES = (
    "aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood "
    "cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod "
    "darkgray darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon "
    "darkseagreen darkslateblue darkslategray darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray "
    "dimgrey dodgerblue firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray green "
    "greenyellow grey honeydew hotpink indianred indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon "
    "lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon "
    "lightseagreen lightskyblue lightslategray lightslategrey lightsteelblue lightyellow lime limegreen linen "
    "magenta maroon mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue "
    "mediumspringgreen mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin navajowhite navy "
    "oldlace olive olivedrab orange orangered orchid palegoldenrod palegreen paleturquoise palevioletred papayawhip "
    "peachpuff peru pink plum powderblue purple rebeccapurple red rosybrown royalblue saddlebrown salmon sandybrown "
    "seagreen seashell sienna silver skyblue slateblue slategray slategrey snow springgreen steelblue tan teal "
    "thistle tomato turquoise violet wheat white whitesmoke yellow yellowgreen accentcolor accentcolortext "
    "activetext buttonborder buttonface buttontext canvas canvastext field fieldtext graytext highlight "
    "highlighttext linktext mark marktext selecteditem selecteditemtext visitedtext windowtext window"
)
# CSS Color 4, 6.1 and 6.2.
_COLOURS = frozenset(_NAMES.split())

# CSS Color 4, 6.1: those that HTML 4 had, which are nearly all that mails name.
_PAINTS = {
    "aqua": "00ffff", "black": "000000", "blue": "0000ff", "fuchsia": "ff00ff", "gray": "808080", "green": "008000",
    "grey": "808080", "lime": "00ff00", "maroon": "800000", "navy": "000080", "olive": "808000", "purple": "800080",
    "red": "ff0000", "silver": "c0c0c0", "teal": "008080", "white": "ffffff", "whitesmoke": "f5f5f5",
    "yellow": "ffff00",
}  # fmt: skip


class Measure(NamedTuple):
    """What relative lengths are measured by, in pixels; without `whole` a percentage is none."""

    font: float = 16.0
    root: float = 16.0
    whole: float | None = None


def length(value: str, measure: Measure) -> float | None:
    """Return a length in pixels; None for what is none."""
    found = _DIMENSION.fullmatch(value)
    if not found:
        return _math(value, measure)
    number, unit = float(found[1]), found[2]
    if unit is None:
        return number if number == 0 else None
    return _pixels(number, unit, measure)


def font_size(value: str, measure: Measure) -> float | None:
    """Return a font's size in pixels, `measure.font` being the parent's; None for what is none."""
    if value in _FONT_SIZES:
        return _FONT_SIZES[value]
    if value in _RELATIVE_SIZES:
        return measure.font * _RELATIVE_SIZES[value]
    size = length(value, measure._replace(whole=measure.font))
    if size is None or size < 0 and not value.endswith(")"):
        return None
    return max(size, 0.0)


def size_in_font(value: str) -> str | None:
    """Return the size that a font shorthand gives; None if it is no such value."""
    if value in _SYSTEM_FONTS:
        return "medium"
    parts = words(value)
    for at, word in enumerate(parts[:7]):
        if word in _FONT_WORDS or _FONT_NUMBER.fullmatch(word):
            continue
        size = re.sub(r"\)/.*", ")", word) if "(" in word else word.partition("/")[0]
        # A family must follow, or the declaration is none.
        return size if at + 1 < len(parts) and font_size(size, Measure()) is not None else None
    return None


def opacity(value: str) -> float | None:
    """Return an opacity from 0 to 1; None for what is none."""
    if value.endswith("%"):
        number = _number(value[:-1])
        return None if number is None else min(max(number / 100, 0.0), 1.0)
    number = _number(value)
    if number is None:
        number = _math(value, Measure())
    return None if number is None else min(max(number, 0.0), 1.0)


def alpha(colour: str) -> float | None:
    """Return how much of a colour can be seen, from 0 to 1; None for what is no colour."""
    if colour == "transparent":
        return 0.0
    if colour in _COLOURS:
        return 1.0
    if found := _HEX.fullmatch(colour):
        digits = found[1] or found[2]
        return int(digits, 16) / (16 ** len(digits) - 1) if digits else 1.0
    function = _COLOUR_FUNCTION.fullmatch(colour)
    if not function:
        return None
    inside = function[2]
    if colour.startswith("light-dark("):
        return alpha(inside.partition(",")[0])
    if "/" in inside:
        return opacity(inside.rpartition("/")[2]) or 0.0
    parts = inside.split(",")
    if function[1] and len(parts) == 4:
        return opacity(parts[3])
    return 1.0 if inside else None


def paint(colour: str) -> str:
    """Return an opaque colour as six hexadecimal digits; "" for one that is seen through, or is not known by number."""
    if alpha(colour) != 1:
        return ""
    if colour.startswith("#"):
        digits = colour[1:]
        return "".join(digit * 2 for digit in digits[:3]) if len(digits) < 6 else digits[:6]
    if colour.startswith("rgb"):
        channels = [_channel(part) for part in re.split(r"[ ,/]+", colour.partition("(")[2].rstrip(")"))[:3]]
        return "".join(f"{channel:02x}" for channel in channels) if len(channels) == 3 and -1 not in channels else ""
    if colour.startswith("hsl"):
        return _of_hue(colour)
    return _PAINTS.get(colour, "")


def _of_hue(colour: str) -> str:
    """Return a hsl() without hue: white, black or a grey, in which letters are hidden on their like."""
    _hue, saturation, lightness = [*re.split(r"[ ,/]+", colour.partition("(")[2].rstrip(")")), "", "", ""][:3]
    channel = _channel(f"{lightness.rstrip('%')}%")
    is_grey = saturation in ("0", "0%") or channel in (0, 255)
    return f"{channel:02x}" * 3 if is_grey and channel >= 0 else ""


def _channel(part: str) -> int:
    number = _number(part.removesuffix("%"))
    if number is None:
        return -1
    return int(min(max(number * 255 / 100 if part.endswith("%") else number, 0.0), 255.0) + 0.5)


def words(value: str) -> list[str]:
    """Return the parts of a value between blanks that stand in no parentheses."""
    if "(" not in value:
        return [part for part in value.split(" ") if part]
    parts, start, depth = [], 0, 0
    for at, character in enumerate(f"{value} "):
        if character == " " and not depth:
            if at > start:
                parts.append(value[start:at])
            start = at + 1
        depth += (character == "(") - (character == ")")
    return parts


def _pixels(number: float, unit: str, measure: Measure) -> float | None:
    if unit == "%":
        return None if measure.whole is None else number * measure.whole / 100
    if unit in _ABSOLUTE:
        return number * _ABSOLUTE[unit]
    if unit in _OF_FONT:
        return number * _OF_FONT[unit] * measure.font
    if unit in _OF_ROOT:
        return number * _OF_ROOT[unit] * measure.root
    return number * WINDOW / 100 if _OF_WINDOW.fullmatch(unit) else None


def _number(value: str) -> float | None:
    found = _DIMENSION.fullmatch(value)
    return float(found[1]) if found and not found[2] else None


def _math(value: str, measure: Measure) -> float | None:
    """Return the result of calc(), min(), max() or clamp() (CSS Values 4, 10); None for what is none of them."""
    if not value.endswith(")") or len(value) > _MAX_MATH or value.count("(") > _MAX_NESTED:
        return None
    parts, at = [], 0
    while at < len(value):
        part = _MATH.match(value, at)
        if not part:
            return None
        parts.append(part[1])
        at = part.end()
    if not parts[0].endswith("("):
        return None
    try:
        result = _Sum(parts, measure).factor()
    except (ValueError, IndexError, ZeroDivisionError, OverflowError):
        return None
    return result if abs(result) < float("inf") else None


class _Sum:
    """Reads the parts of a calculation by descent."""

    def __init__(self, parts: list[str], measure: Measure) -> None:
        self.parts, self.measure = parts[::-1], measure

    def factor(self) -> float:
        part = self.parts.pop()
        if part.endswith("("):
            values = [self.sum()]
            while (mark := self.parts.pop()) == ",":
                values.append(self.sum())
            if mark != ")":
                raise ValueError(mark)
            return _apply(part, values)
        found = _DIMENSION.fullmatch(part)
        if not found:
            raise ValueError(part)
        pixels = _pixels(float(found[1]), found[2], self.measure) if found[2] else float(found[1])
        if pixels is None:
            raise ValueError(part)
        return pixels

    def product(self) -> float:
        value = self.factor()
        while self.parts and self.parts[-1] in ("*", "/"):
            value = value * self.factor() if self.parts.pop() == "*" else value / self.factor()
        return value

    def sum(self) -> float:
        value = self.product()
        while self.parts and self.parts[-1] in ("+", "-"):
            value = value + self.product() if self.parts.pop() == "+" else value - self.product()
        return value


def _apply(function: str, values: list[float]) -> float:
    if function in ("calc(", "(") and len(values) == 1:
        return values[0]
    if function == "min(":
        return min(values)
    if function == "max(":
        return max(values)
    if function == "clamp(" and len(values) == 3:
        return max(values[0], min(values[1], values[2]))
    raise ValueError(function)
