"""What may be written into a template, whoever reviews it later: names, sizes, characters."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from django.conf import settings
from django.utils import formats
from django.utils.translation import gettext as _

from accounts.errors import Refused
from accounts.mail.text import NOT_IN_BODY, check_name, code_point
from templates_app.models import Version


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
    _check_name(name, renamed=renamed)
    if len(summary) > 200 or not summary.isprintable():
        raise Refused(
            "InvalidParameterValue", _("Enter a summary of one line with at most 200 characters."), field="summary"
        )
    _check_bodies(html, text)
    return CheckedContent(name, html if html.strip() else "", text if text.strip() else "", summary)


def is_same(version: Version, content: CheckedContent) -> bool:
    """Say whether the version has exactly this content."""
    return (version.html, version.text, version.summary) == (content.html, content.text, content.summary)


def _check_name(name: str, *, renamed: bool) -> None:
    if not name and renamed:
        raise Refused("InvalidParameterValue.TemplateNameIsNULL", _("Enter a name for the template."), field="name")
    try:
        check_name(name, _("The template name"))
    except ValueError as error:
        raise Refused("InvalidParameterValue.TemplateNameIllegal", str(error), field="name") from None
    limit = settings.RULES.template_name_max_characters
    if not 0 < len(name) <= limit or not name.isprintable():
        raise Refused(
            "InvalidParameterValue.TemplateNameIllegal",
            _("Enter a name of 1 to %(limit)d characters, without line breaks or control characters.")
            % {"limit": limit},
            field="name",
        )


def _check_bodies(html: str, text: str) -> None:
    if not html.strip() and not text.strip():
        raise Refused(
            "InvalidParameterValue.TemplateContentIsNULL", _("Enter a body, as HTML or as plain text."), field="html"
        )
    for field, body in (("html", html), ("text", text)):
        found = NOT_IN_BODY.search(body)
        if found:
            line = body.count("\n", 0, found.start()) + 1
            raise Refused(
                "InvalidParameterValue.TemplateContentIsWrong",
                _("Line %(line)s of the body contains the control character %(character)s. Remove it.")
                % {"line": formats.number_format(line, force_grouping=True), "character": code_point(found[0])},
                field=field,
            )
    size, limit = len(html.encode()) + len(text.encode()), settings.RULES.template_max_bytes
    if size > limit:
        raise Refused(
            "FailedOperation.TemplateContentToolarge",
            _("The template has %(size)s bytes; at most %(limit)s are allowed.")
            % {
                "size": formats.number_format(size, force_grouping=True),
                "limit": formats.number_format(limit, force_grouping=True),
            },
            field="html" if html else "text",
        )
