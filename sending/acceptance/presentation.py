"""What the gates found, as people read it: rows hold figures and codes, since each reader has a language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.console import badges
from domains.models import SenderDomain
from sending.acceptance.case import grouped
from templates_app.models import Template


@dataclass(frozen=True)
class CheckLabel:
    """A gate's name, and how what it saw and what it allows are written; "%(found)s" stands for the finding."""

    name: str | Promise
    value: str | Promise = "%(found)s"
    limit: str | Promise = "%(found)s"


_BYTES = gettext_lazy("%(found)s bytes")
_CHARACTERS = gettext_lazy("%(found)s characters")

# Gate -> its label.
LABELS: dict[str, CheckLabel] = {
    "account_active": CheckLabel(gettext_lazy("Account status")),
    "sender_format": CheckLabel(gettext_lazy("Format of the sender address")),
    "sender_verified": CheckLabel(gettext_lazy("State of the sender domain")),
    "header_from": CheckLabel(gettext_lazy("Domain of the From header")),
    "reply_to": CheckLabel(gettext_lazy("Reply-To address")),
    "recipients_present": CheckLabel(gettext_lazy("Recipients given")),
    "recipients_number": CheckLabel(gettext_lazy("Recipients in To, Cc and Bcc")),
    "recipients_format": CheckLabel(gettext_lazy("Distinct valid recipients")),
    "content_given": CheckLabel(gettext_lazy("Template given")),
    "template_approved": CheckLabel(gettext_lazy("Approved template"), gettext_lazy("version %(found)s")),
    "variables_given": CheckLabel(
        gettext_lazy("Variables"), gettext_lazy("%(found)s given"), gettext_lazy("%(found)s required")
    ),
    "subject_fits": CheckLabel(gettext_lazy("Length of the subject"), _CHARACTERS, _CHARACTERS),
    "extra_headers": CheckLabel(gettext_lazy("Additional headers")),
    "attachments_allowed": CheckLabel(gettext_lazy("Number of attachments")),
    "attachments_size": CheckLabel(gettext_lazy("Size of the attachments"), _BYTES, _BYTES),
    "content_size": CheckLabel(gettext_lazy("Size of the content"), _BYTES, _BYTES),
    "queue_room": CheckLabel(gettext_lazy("Emails in the queue")),
    "not_blocked": CheckLabel(gettext_lazy("Blocklists and unsubscriptions"), gettext_lazy("on no list")),
    "recipient_frequency": CheckLabel(
        gettext_lazy("Emails to one recipient"), gettext_lazy("within the limit"), gettext_lazy("%(found)s per hour")
    ),
    "sending_rate": CheckLabel(gettext_lazy("Sending rate"), limit=gettext_lazy("%(found)s per second")),
    "daily_volume": CheckLabel(gettext_lazy("Daily limit"), limit=gettext_lazy("%(found)s per day")),
}
# The states that gates find.
CODES: dict[str, str | Promise] = {
    "active": badges.LABELS["active"],
    **{
        state.value: state.label
        for state in (SenderDomain.State.VERIFIED, SenderDomain.State.FAILING, Template.State.APPROVED)
    },
}


@dataclass(frozen=True)
class CheckRow:
    """One gate's finding as the page shows it."""

    name: str
    passed: bool
    value: str
    limit: str


def checks(trace: Iterable[Mapping[str, Any]]) -> list[CheckRow]:
    """Return each gate of a message's trace in the active language; what made a gate refuse stays as stored."""
    return [_row(line, LABELS.get(line["gate"]) or CheckLabel(line["gate"])) for line in trace]


def _row(line: Mapping[str, Any], label: CheckLabel) -> CheckRow:
    value = _filled(label.value, line["value"]) if line["passed"] else str(line["value"])
    limit = "" if line["limit"] == "" else _filled(label.limit, line["limit"])
    return CheckRow(str(label.name), line["passed"], value, limit)


def _filled(text: str | Promise, found: object) -> str:
    written = grouped(found) if isinstance(found, int) else str(CODES.get(str(found), found))
    return str(text) % {"found": written}
