"""Which properties an element has: a program's own, those of attributes, style sheets, and its style (CSS Cascade 5).

Pure. Sheets are read as programs read them that heed `<style>`; conditions on the window's size or colours are not
followed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from templates_app import css_syntax, css_values
from templates_app.css_properties import understood
from templates_app.markup import Token
from templates_app.selectors import Selector, Subject, parse

# Comparisons of elements with selectors in one document, so that no document takes long; rules past it do not count.
MAX_COMPARISONS = 500_000
_LETTERS = {"font-size": "13.33px", "color": "buttontext", "text-indent": "0"}
_HIDDEN = ("datalist", "noembed", "noframes", "rp", "script", "style", "template", "title")
# What programs give elements by themselves (HTML, 15.3), as far as it decides whether text is seen.
_OWN: dict[str, Mapping[str, str]] = {
    "table": {"text-indent": "0"},
    "dialog": {"display": "none", "color": "canvastext"},
    "mark": {"color": "marktext"},
    **dict.fromkeys(_HIDDEN, {"display": "none"}),
    **dict.fromkeys(("button", "input", "select", "textarea"), _LETTERS),
}
# The attributes by which elements differ from others of their name.
_DECIDE = frozenset({"background", "bgcolor", "color", "hidden", "href", "open", "popover", "size", "style", "text"})
_GROUNDED = frozenset({"body", "table", "tbody", "td", "tfoot", "th", "thead", "tr"})
_NONE: Mapping[str, str] = {}
_FONT_SIZES = ("x-small", "small", "medium", "large", "x-large", "xx-large", "xxx-large")
_Declared = tuple[bool, str, str]


class _StyleRule(NamedTuple):
    order: tuple[tuple[int, int, int], int]
    selector: Selector
    declared: tuple[_Declared, ...]


class Cascade:
    """Gives elements their properties; made for one document."""

    def __init__(self, sheets: Iterable[str] = (), *, max_comparisons: int = MAX_COMPARISONS) -> None:
        self._rules: dict[str, list[_StyleRule]] = defaultdict(list)
        self._styles: dict[str, list[_Declared]] = {}
        self._comparisons, self._max_comparisons = 0, max_comparisons
        number = 0
        for sheet in sheets:
            for rule in css_syntax.rules(sheet):
                declared = tuple(understood(rule.declarations))
                for selector in parse(rule.selector) if declared else ():
                    number += 1
                    self._rules[selector.key].append(_StyleRule((selector.specificity, number), selector, declared))

    def properties(self, token: Token, subject: Subject, depth: int) -> Mapping[str, str]:
        """Return the properties of an element, none inherited, by its start tag; it is `depth` elements deep."""
        if not self._rules and not any(attribute.name in _DECIDE for attribute in token.attributes):
            return _OWN.get(token.name, _NONE)
        style = token.attribute("style")
        inline = self._inline(style.value) if style else []
        declared = [item for rule in self._matching(subject, depth) for item in rule.declared]
        found = dict(_OWN.get(token.name, {})) | _of_attributes(token)
        for important in (False, True):
            for source in (declared, inline):
                found.update({name: value for weight, name, value in source if weight is important})
        return found

    def _inline(self, style: str) -> list[_Declared]:
        if style not in self._styles:
            self._styles[style] = understood(css_syntax.declarations(style))
        return self._styles[style]

    def _matching(self, subject: Subject, depth: int) -> list[_StyleRule]:
        if not self._rules:
            return []
        keys = ["", subject.name, *(f".{name}" for name in subject.classes)]
        if "id" in subject.attributes:
            keys.append(f"#{subject.attributes['id']}")
        matching = []
        for key in keys:
            for rule in self._rules.get(key, ()):
                self._comparisons += 1 + (depth if len(rule.selector.compounds) > 1 else 0)
                if self._comparisons > self._max_comparisons:
                    return []
                if rule.selector.matches(subject):
                    matching.append(rule)
        return sorted(matching, key=lambda rule: rule.order)


def _of_attributes(token: Token) -> dict[str, str]:
    """Return what attributes other than the style say (HTML, 15.3: presentational hints)."""
    found: dict[str, str] = {}
    if token.attribute("popover"):
        found |= _OWN["dialog"]
    if token.name == "dialog" and token.attribute("open"):
        found["display"] = "block"
    if token.attribute("hidden"):
        found["display"] = "none"
    if token.name == "a" and token.attribute("href"):
        found["color"] = "linktext"
    hint = token.attribute({"font": "color", "body": "text"}.get(token.name, ""))
    if hint and hint.raw:
        found["color"] = _legacy(hint.value)
    if token.name in _GROUNDED and (ground := token.attribute("bgcolor")) and ground.raw:
        found["background-color"] = _legacy(ground.value)
    if token.name in _GROUNDED and token.attribute("background"):
        found["background-image"] = "url()"
    if token.name == "font" and (size := token.attribute("size")):
        step = _font_step(size.value.strip())
        if step is not None:
            found["font-size"] = _FONT_SIZES[min(max(step, 1), 7) - 1]
    return found


def _legacy(colour: str) -> str:
    """Return a colour of an attribute, which is never seen through (HTML, 2.3.6); one by other rules is some text's."""
    colour = colour.strip().lower()
    written = colour if css_values.alpha(colour) == 1 else f"#{colour}"
    return written if css_values.paint(written) else "canvastext"


def _font_step(size: str) -> int | None:
    """Return the step of a <font size> (HTML, 2.3.4.7: the digits it begins with, signed from 3)."""
    sign, digits = (size[0], size[1:]) if size[:1] in ("+", "-") else ("", size)
    count = next((at for at, character in enumerate(digits[:9]) if character not in "0123456789"), len(digits[:9]))
    if not count:
        return None
    number = int(digits[:count])
    return 3 + number if sign == "+" else 3 - number if sign == "-" else number
