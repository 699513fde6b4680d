"""Templates to begin with, in each language of the console: they pass the screening as they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

# Emails in .htm: what is in .html is a page of the console, to which its rules of style and language apply.
_FOLDER = Path(__file__).parent / "samples"


@dataclass(frozen=True)
class SampleTemplate:
    """One sample: its name and what it is for, in the reader's language; its HTML is there in each language."""

    key: str
    name: str | Promise
    summary: str | Promise


SAMPLES = {
    sample.key: sample
    for sample in (
        SampleTemplate(
            "verification-code",
            gettext_lazy("Verification code"),
            gettext_lazy("A code that confirms an email address or a login."),
        ),
        SampleTemplate(
            "password-reset",
            gettext_lazy("Password reset"),
            gettext_lazy("A link by which a customer chooses a new password."),
        ),
        SampleTemplate(
            "order-confirmation",
            gettext_lazy("Order received"),
            gettext_lazy("What was ordered, and what comes next."),
        ),
        SampleTemplate(
            "shipping-notice",
            gettext_lazy("Shipping notice"),
            gettext_lazy("Carrier, tracking number and the expected day of delivery."),
        ),
        SampleTemplate(
            "monthly-news",
            gettext_lazy("Monthly news"),
            gettext_lazy("News for subscribers; send it with the unsubscribe link."),
        ),
    )
}


@lru_cache(maxsize=32)
def html_of(key: str, language: str) -> str:
    """Return a sample's HTML in a language of the console; KeyError when there is no such sample or language."""
    if key not in SAMPLES or language not in dict(settings.LANGUAGES):
        raise KeyError(key, language)
    return (_FOLDER / language / f"{key}.htm").read_text(encoding="utf-8")
