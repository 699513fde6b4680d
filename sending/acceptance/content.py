"""Gates about what is sent: template, variables, subject, headers, files, size."""

from __future__ import annotations

import json
from collections import Counter
from functools import lru_cache
from html import escape

from django.conf import settings
from django.utils.translation import gettext, ngettext

from accounts.errors import Refused
from accounts.mail.text import NOT_IN_ROW, check_line
from sending.acceptance import attachments
from sending.acceptance.case import Case, GateFinding, grouped, listed
from sending.acceptance.extra_headers import MAX_HEADERS, check_header, check_message_id
from sending.models import Submission
from sending.unsubscribe_languages import CODES
from templates_app import sensitive_names
from templates_app.queries import compiled, sendable
from templates_app.rendering import Link, Variable, fill_plain, names_in


def content_given(case: Case) -> GateFinding:
    """The mail has a template."""
    if case.draft.template_id is None:
        raise Refused(
            "FailedOperation.MissingEmailContent",
            gettext("The email has no content. Choose an approved template."),
            field="template_id",
        )
    return GateFinding(str(case.draft.template_id))


def template_approved(case: Case) -> GateFinding:
    """The template is the account's and has an approved version."""
    number = case.draft.template_id or 0
    version = sendable(case.account.pk, number) if 0 < number < 2**63 else None
    if version is None:
        raise Refused(
            "FailedOperation.InvalidTemplateID",
            gettext(
                "Template %(number)d is not an approved template of this account. "
                "Choose another one, or wait until it is approved."
            )
            % {"number": number},
            field="template_id",
        )
    case.version = version
    return GateFinding(version.number, "approved")


def variables_given(case: Case) -> GateFinding:
    """Every variable of template and subject has a value that can be stored."""
    wanted = compiled(case.version.pk).names | set(names_in(case.draft.subject))
    missing = sorted(wanted - case.values.keys())
    if missing:
        raise Refused(
            "FailedOperation.WrongContentJson",
            gettext(
                "TemplateData has no value for %(names)s. Give every variable in the template and the subject a value."
            )
            % {"names": listed(missing)},
            field="variables",
        )
    if any(NOT_IN_ROW.search(name + value) for name, value in case.values.items()):
        raise Refused(
            "FailedOperation.WrongContentJson",
            gettext("A variable contains a NUL character or an unpaired surrogate. Remove it."),
            field="variables",
        )
    case.sensitive = sensitive_names.among(case.values, case.version.template.sensitive)
    return GateFinding(len(case.values), len(wanted))


def subject_fits(case: Case) -> GateFinding:
    """The subject, filled, is a line of allowed length."""
    case.subject = fill_plain(case.draft.subject, case.values)
    limit = settings.RULES.subject_max_characters
    if not case.subject.strip() or len(case.subject) > limit:
        raise Refused(
            "InvalidParameterValue",
            gettext(
                "The subject has %(length)d characters once its variables are filled in; 1 to %(limit)d are allowed."
            )
            % {"length": len(case.subject), "limit": limit},
            field="subject",
        )
    try:
        check_line(case.subject, gettext("The subject"))
    except ValueError as fault:
        raise Refused("InvalidParameterValue", str(fault), field="subject") from None
    return GateFinding(len(case.subject), limit)


def options_known(case: Case) -> None:
    """Unsubscribe language and kind of mail are among those there are."""
    if case.draft.unsubscribe not in CODES:
        raise Refused(
            "InvalidParameterValue",
            gettext("Unsubscribe must be a number from 0 (no link) to 12, as a string."),
            field="unsubscribe",
        )
    if case.draft.trigger_type not in Submission.TriggerType.values:
        raise Refused(
            "InvalidParameterValue", gettext("TriggerType must be 0 (bulk) or 1 (triggered)."), field="trigger_type"
        )


def extra_headers(case: Case) -> GateFinding | None:
    """Headers of the client's own are few, well formed and none of the platform's."""
    given = case.draft.headers
    try:
        for name, value in given.items():
            check_header(name, value)
        if len(given) > MAX_HEADERS or len({name.lower() for name in given}) < len(given):
            raise ValueError(gettext("Give at most %(limit)d headers, each only once.") % {"limit": MAX_HEADERS})
    except ValueError as fault:
        message = gettext("SmtpHeaders: %(error)s") % {"error": fault}
        raise Refused("InvalidParameterValue", message, field="headers") from None
    try:
        if case.draft.header_message_id:
            check_message_id(case.draft.header_message_id)
    except ValueError as fault:
        message = gettext("SmtpMessageId: %(error)s") % {"error": fault}
        raise Refused("InvalidParameterValue", message, field="header_message_id") from None
    return GateFinding(len(given), MAX_HEADERS) if given else None


def attachments_allowed(case: Case) -> GateFinding | None:
    """Files are few and of allowed types."""
    files, limit = case.draft.attachments, settings.RULES.attachments_per_mail
    if len(files) > limit:
        raise Refused(
            "FailedOperation.TooManyAttachments",
            ngettext(
                "%(count)d file is attached; %(limit)d are allowed.",
                "%(count)d files are attached; %(limit)d are allowed.",
                len(files),
            )
            % {"count": len(files), "limit": limit},
            field="attachments",
        )
    try:
        for file in files:
            attachments.check_name(file.name)
    except ValueError as fault:
        raise Refused("FailedOperation.InvalidAttachName", str(fault), field="attachments") from None
    return GateFinding(len(files), limit) if files else None


def attachments_size(case: Case) -> GateFinding | None:
    """Files are not too large, one or all."""
    size, limit = sum(len(file.content) for file in case.draft.attachments), settings.RULES.attachments_max_bytes
    if size > limit:
        raise Refused(
            "FailedOperation.AttachContentToolarge",
            gettext("The attachments have %(size)s bytes in total; %(limit)s are allowed. Send a link to them instead.")
            % {"size": grouped(size), "limit": grouped(limit)},
            field="attachments",
        )
    return GateFinding(size, limit) if size else None


def content_size(case: Case) -> GateFinding:
    """The filled template and its variables are not too large."""
    values, rules = case.values, settings.RULES
    literal, places = _template_size(case.version.pk)
    data = len(json.dumps(values, ensure_ascii=False).encode()) if values else 0
    size = literal + sum(times * len(escape(values.get(name, "")).encode()) for name, times in places.items())
    if size > rules.template_max_bytes or data > rules.template_data_max_bytes:
        raise Refused(
            "FailedOperation.EmailContentToolarge",
            gettext(
                "The email has %(size)s bytes once its variables are filled in (%(limit)s are allowed), the variables "
                "have %(data)s (%(data_limit)s are allowed). Shorten the values of the variables."
            )
            % {
                "size": grouped(size),
                "limit": grouped(rules.template_max_bytes),
                "data": grouped(data),
                "data_limit": grouped(rules.template_data_max_bytes),
            },
            field="variables",
        )
    return GateFinding(size, rules.template_max_bytes)


@lru_cache(maxsize=256)
def _template_size(version_id: int) -> tuple[int, Counter[str]]:
    """Return the bytes of a version's own text and how often each variable stands in it."""
    template = compiled(version_id)
    literal, places = 0, Counter[str]()
    for part in (*(template.html or ()), *template.text):
        for piece in part.source if isinstance(part, Link) else (part,):
            if isinstance(piece, str):
                literal += len(piece.encode())
            elif isinstance(piece, Variable):
                places[piece.name] += 1
    return literal, places
