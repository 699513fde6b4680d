"""What styles load and run: addresses in style attributes and style elements (CSS Syntax 3, CSS Values 4). Pure."""

from __future__ import annotations

import re

from templates_app.css_syntax import tokens, unescape
from templates_app.visible_text import Span

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
# No picture without one of these, or an escape that may hide it.
_MAY_LOAD = re.compile(r"\\|(?:url|src|image|image-set|loader)\(", re.IGNORECASE)
_FETCHES = frozenset({"image", "src", "url"})
_SETS = frozenset({"image-set", "-webkit-image-set"})
# The filter is Internet Explorer's, and was how its pictures got a transparent ground.
_FILTER = "alphaimageloader"
# They load something, but no picture.
_NO_IMAGE = frozenset({"src", "behavior", "-ms-behavior", "-moz-binding"})
_IMPORT = re.compile(r"@import(?![\w-])\s*(?:url\(\s*)?(?:\"([^\"]*)|'([^']*)|([^\s;)\"']*))", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:(?:url|src)\(|AlphaImageLoader\([^)]{0,300}?\bsrc\s*=)\s*[\"']?([^\"')]*)", re.IGNORECASE)
_SET = re.compile(r"image-set\(([^)]*)", re.IGNORECASE)
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
# Internet Explorer's expressions and components, and Gecko's bindings. A behaviour that comes with the program
# (#default#VML) is how Outlook is told to draw.
_RUNS = re.compile(
    r"expression\s*\(|(?<![\w-])-moz-binding\s*:|(?<![\w-])(?:-ms-)?behavior\s*:(?!\s*url\(\s*[\"']?#default#)",
    re.IGNORECASE,
)


def images(style: str) -> list[Span]:
    """Return the places of the pictures that declarations load, whatever the property: of a set it is one."""
    found: list[Span] = []
    if not _MAY_LOAD.search(style):
        return found
    name, before, inside, sets = "", "", [""], 0
    for token in tokens(style):
        opens = token.kind == "function" or token.text == "(" and token.kind == "mark"
        if token.kind == "mark" and token.text in ";{}":
            name, before, inside, sets = "", "", [""], 0
        elif token.text == ":" and token.kind == "mark" and not name:
            name = before.lower()
        elif name and name not in _NO_IMAGE and not sets:
            is_address = token.kind == "url" or token.kind == "string" and inside[-1] in _FETCHES
            # An address within the document itself (url(#shadow)) is of no picture.
            is_picture = is_address and token.text and not token.text.startswith("#")
            if is_picture or token.kind == "function" and token.text in (*_SETS, _FILTER):
                found.append((token.start, token.end))
        if opens:
            inside.append(token.text)
            sets += token.text in _SETS
        elif token.text == ")" and token.kind == "mark" and len(inside) > 1:
            sets -= inside.pop() in _SETS
        if token.kind != "space":
            before = token.text if token.kind == "word" else ""
    return found


def imports(style: str) -> list[str]:
    """Return the addresses of the style sheets that the style takes from elsewhere."""
    return [double or single or bare for double, single, bare in _IMPORT.findall(unescape(_COMMENT.sub(" ", style)))]


def runs(style: str) -> bool:
    """Say whether the style would run code in some program."""
    return _RUNS.search(_plain(style)) is not None


def addresses(style: str) -> list[str]:
    """Return the addresses that a style loads, escapes resolved."""
    text = _plain(style)
    quoted = [double or single for group in _SET.findall(text) for double, single in _QUOTED.findall(group)]
    return _ADDRESS.findall(text) + quoted + list(filter(None, imports(style)))


def _plain(style: str) -> str:
    return unescape(_COMMENT.sub("", style))
