"""What styles load and run: addresses in style attributes and style elements (CSS Syntax 3, CSS Values 4). Pure."""

from __future__ import annotations

import re

from templates_app.visible_text import Span

_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})(?:\r\n|[ \t\n\f\r])?|([^\n\f\r]))")
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)


def _word(word: str) -> str:
    """Return a pattern for a word of a style sheet, its letters also as escapes."""
    letters = []
    for letter in word:
        codes = "|".join(f"{ord(case):x}" for case in dict.fromkeys((letter.lower(), letter.upper())))
        plain = re.escape(letter) if letter in "abcdef" else rf"\\?{re.escape(letter)}"
        letters.append(rf"(?:{plain}|\\0{{0,4}}(?:{codes})(?:\r\n|[ \t\n\f\r])?)")
    return "".join(letters)


_FETCHES = rf"(?:{_word('url')}|{_word('image-set')}|{_word('src')})\("
# One image for each declaration, however many resolutions of it there are; a font's source is none.
_NO_IMAGE = rf"(?:https?|{_word('src')}|{_word('behavior')})\s*:"
_IMAGE = re.compile(rf"(?<![\w\\-])(?!{_NO_IMAGE})[\w\\-]+\s*:[^;{{}}:]*?{_FETCHES}", re.IGNORECASE)
_IMPORT = re.compile(rf"@{_word('import')}\b", re.IGNORECASE)
# The filter is Internet Explorer's, and was how its pictures got a transparent ground.
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
    """Return the places of the declarations that load a picture."""
    return [match.span() for match in _IMAGE.finditer(style)]


def imports(style: str) -> bool:
    """Say whether the style sheet loads another one."""
    return _IMPORT.search(style) is not None


def runs(style: str) -> bool:
    """Say whether the style would run code in some program."""
    return _RUNS.search(_plain(style)) is not None


def addresses(style: str) -> list[str]:
    """Return the addresses that a style loads, escapes resolved."""
    text = _plain(style)
    quoted = [double or single for group in _SET.findall(text) for double, single in _QUOTED.findall(group)]
    return _ADDRESS.findall(text) + quoted


def _plain(style: str) -> str:
    return _ESCAPE.sub(_resolve, _COMMENT.sub("", style))


def _resolve(escape: re.Match[str]) -> str:
    if escape[2]:
        return escape[2]
    code = int(escape[1], 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
