"""What may be written into a template, whoever reviews it later: names, sizes, characters."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from django.conf import settings

from accounts.errors import Refused
from accounts.mail.text import NOT_IN_BODY, code_point
from templates_app.models import Version

_WRONG_CONTENT = "InvalidParameterValue.TemplateContentIsWrong"


class CheckedContent(NamedTuple):
    """A version's content that has passed the checks."""

    name: str
    html: str
    text: str
    summary: str

    @property
    def digest(self) -> str:
        """Return the SHA-256 of both bodies, hexadecimal."""
        return hashlib.sha256(f"{self.html}\x00{self.text}".encode()).hexdigest()


def check(*, name: str, html: str, text: str, summary: str, renamed: bool = False) -> CheckedContent:
    """Return the content of a version, or refuse it with what to change; `renamed`: the template exists already."""
    name, summary = name.strip(), summary.strip()
    max_characters = settings.RULES.template_name_max_characters
    if not name and renamed:
        raise Refused("InvalidParameterValue.TemplateNameIsNULL", "Give the template a name.", field="name")
    if not 0 < len(name) <= max_characters or not name.isprintable():
        raise Refused(
            "InvalidParameterValue.TemplateNameIllegal",
            f"Give a name of 1 to {max_characters} characters without line breaks or control characters.",
            field="name",
        )
    if len(summary) > 200 or not summary.isprintable():
        raise Refused("InvalidParameterValue", "Give a summary of at most 200 characters in one line.", field="summary")
    if not html.strip() and not text.strip():
        raise Refused("InvalidParameterValue.TemplateContentIsNULL", "Write a body, as HTML or as text.", field="html")
    for field, body in (("html", html), ("text", text)):
        wrong = NOT_IN_BODY.search(body)
        if wrong:
            place = f"{code_point(wrong[0])} in line {body.count(chr(10), 0, wrong.start()) + 1:,}"
            raise Refused(_WRONG_CONTENT, f"The body holds a control character ({place}); take it out.", field=field)
    size = len(html.encode()) + len(text.encode())
    if size > settings.RULES.template_max_bytes:
        raise Refused(
            "FailedOperation.TemplateContentToolarge",
            f"The template has {size:,} bytes; at most {settings.RULES.template_max_bytes:,} are allowed.",
            field="html" if html else "text",
        )
    return CheckedContent(name, html if html.strip() else "", text if text.strip() else "", summary)


def is_same(version: Version, content: CheckedContent) -> bool:
    """Say whether the version has exactly this content."""
    return (version.html, version.text, version.summary) == (content.html, content.text, content.summary)
