"""The languages of the way out, by the API's unsubscribe codes (pure)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

# Code -> language tag. "0" is no link at all.
_BY_CODE = {
    "1": "zh-Hans", "2": "en", "3": "zh-Hant", "4": "es", "5": "fr", "6": "de", "7": "ja", "8": "ko", "9": "ar",
    "10": "th", "11": "id", "12": "vi",
}  # fmt: skip
# The international site has English and Simplified Chinese the other way round.
SITES = {"mainland": _BY_CODE, "international": {**_BY_CODE, "1": "en", "2": "zh-Hans"}}
NAMES = {
    "zh-Hans": gettext_lazy("Simplified Chinese"),
    "en": gettext_lazy("English"),
    "zh-Hant": gettext_lazy("Traditional Chinese"),
    "es": gettext_lazy("Spanish"),
    "fr": gettext_lazy("French"),
    "de": gettext_lazy("German"),
    "ja": gettext_lazy("Japanese"),
    "ko": gettext_lazy("Korean"),
    "ar": gettext_lazy("Arabic"),
    "th": gettext_lazy("Thai"),
    "id": gettext_lazy("Indonesian"),
    "vi": gettext_lazy("Vietnamese"),
}
CODES = frozenset({"0", *_BY_CODE})


def by_code(site: str) -> dict[str, str]:
    """Return the language tag of each code on "mainland" or "international"."""
    return SITES.get(site, _BY_CODE)


def tag_of(code: str, site: str) -> str:
    """Return the language tag of a code; English where the code names no language."""
    return by_code(site).get(code, "en")


def direction_of(tag: str) -> str:
    """Return "rtl" for languages written from right to left, else "ltr"."""
    return "rtl" if tag == "ar" else "ltr"
