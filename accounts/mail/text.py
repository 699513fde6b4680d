"""Which characters may stand in a header, a row and a page: each class once (pure)."""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext as _

# C0, DEL, C1, and the two line separators of Unicode: each can end a line or steer a terminal.
_CONTROLS = "\x00-\x1f\x7f-\x9f\u2028\u2029"
# Halves of UTF-16 pairs: no UTF-8 text holds one.
_SURROGATES = "\ud800-\udfff"

# In no text of one line: header fields (RFC 5322 2.2), names, addresses, lines of a log.
NOT_IN_LINE = re.compile(f"[{_CONTROLS}{_SURROGATES}]")
# In no text of several lines: tab, LF and CR may stand there, and what only looks odd.
NOT_IN_BODY = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f{_SURROGATES}]")
# In no row: PostgreSQL stores no NUL, UTF-8 no surrogates.
NOT_IN_ROW = re.compile(f"[\x00{_SURROGATES}]")
# In no name: embeddings, overrides and isolates (UAX 9) turn the text after them around, wherever it is shown.
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# On a page, but unseen: zero width, joiners, direction marks, fillers, controls. White space is seen.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
# The same, and white space that looks like a space and is none.
_UNSEEN = re.compile(f"{INVISIBLE.pattern}|[^\\S \t\r\n]")


class TooLong(ValueError):
    """A name or an address has more characters than any of its kind may have."""


def code_point(character: str) -> str:
    """Return the name of a character by its number, as in "U+000A"."""
    return f"U+{ord(character):04X}"


def first_not_in_line(text: str) -> str:
    """Return the first character that may stand in no line, as "U+000A"; "" for clean text."""
    found = NOT_IN_LINE.search(text)
    return code_point(found[0]) if found else ""


def check_line(text: str, what: str) -> None:
    """Raise ValueError naming the first character that may not stand in a line; `what` names the text."""
    character = first_not_in_line(text)
    if character:
        raise ValueError(
            _("%(what)s contains the control character %(character)s. Remove it.")
            % {"what": what, "character": character}
        )


def check_name(text: str, what: str) -> None:
    """Raise ValueError naming the first character that may not stand in a name; `what` names the text."""
    check_line(text, what)
    found = _DIRECTIONS.search(text)
    if found:
        raise ValueError(
            _("%(what)s contains the invisible character %(character)s, which turns text around. Remove it.")
            % {"what": what, "character": code_point(found[0])}
        )


def unseen(text: str) -> str:
    """Return by their Unicode names the characters of a text that nobody sees, or takes for a space; "" for none."""
    return ", ".join(dict.fromkeys(map(_named, _UNSEEN.findall(text))))


def shown(text: str) -> str:
    """Return a text with each character that nobody sees written out, as in "ann⟨U+200B⟩@example.com"."""
    return _UNSEEN.sub(lambda found: f"⟨{code_point(found[0])}⟩", text)


def without_turns(text: str) -> str:
    """Return a text in which each character that turns text around is written out, as in "⟨U+202E⟩".

    For one line that is put together of several: there a turn would reach into what follows.
    """
    return _DIRECTIONS.sub(lambda found: f"⟨{code_point(found[0])}⟩", text)


def storable(text: str) -> str:
    """Return text as a row can hold it: without NUL, each unpaired surrogate a question mark."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _named(character: str) -> str:
    name = unicodedata.name(character, "")
    return f"{name} ({code_point(character)})" if name else code_point(character)
