"""Texts that are stored in English and translated when they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext


def filled(text: str, values: Mapping[str, Any]) -> str:
    """Return a stored sentence in the active language with its %(name)s filled in; a list of values is lines."""
    shown = {name: lines("\n".join(value)) if isinstance(value, list) else value for name, value in values.items()}
    return gettext(text) % shown


def lines(text: str) -> str:
    """Return a stored text with each line translated that is a sentence of the product; others stay as they are."""
    return "\n".join(gettext(line) if line else "" for line in text.splitlines())
