"""The difference that readers will see between two versions: their plain texts, line by line. Pure."""

from __future__ import annotations

import difflib
from typing import Literal, NamedTuple

from django.utils.translation import gettext

from templates_app.text_part import as_written, plain_text

_MAX_LINES = 2_000


class DiffLine(NamedTuple):
    """One line of the comparison; the text is plain, the page escapes it."""

    kind: Literal["same", "gone", "new"]
    text: str


def difference(old: tuple[str, str], new: tuple[str, str]) -> list[DiffLine]:
    """Return the lines of `new` (html, text) against `old`; empty when readers see the same."""
    before, after = _lines(*old), _lines(*new)
    if before == after:
        return []
    if max(len(before), len(after)) > _MAX_LINES:
        # Comparing takes quadratic time; texts this long are shown one after the other.
        return [*(DiffLine("gone", line) for line in before), *(DiffLine("new", line) for line in after)]
    lines: list[DiffLine] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            lines += [DiffLine("same", line) for line in after[new_from:new_to]]
            continue
        lines += [DiffLine("gone", line) for line in before[old_from:old_to]]
        lines += [DiffLine("new", line) for line in after[new_from:new_to]]
    return lines


def _lines(html: str, text: str) -> list[str]:
    read = as_written(plain_text(html)).splitlines() if html else []
    written = text.splitlines()
    return [*read, *([gettext("— plain text —")] if html and text else []), *written]
