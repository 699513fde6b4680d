"""Feedback reports (RFC 5965 2 and 3): what their Feedback-Type says of the recipient."""

from __future__ import annotations

import re
from email.message import Message

from sending.inbound.report import Report, ReportKind, header, parts

# Feedback-Type -> what it is. A type that is not here says nothing that we know of, and changes nothing.
FEEDBACK_TYPES: dict[str, ReportKind] = {
    # RFC 5965 7.3, the four of the IANA registry's first day: somebody says that the mail does harm.
    "abuse": ReportKind.COMPLAINT,
    "fraud": ReportKind.COMPLAINT,
    "virus": ReportKind.COMPLAINT,
    "other": ReportKind.COMPLAINT,
    # Of the drafts before RFC 5965, and still sent: the recipient wants no more of this sender's mail, or of the list.
    "opt-out": ReportKind.OPT_OUT,
    "opt-out-list": ReportKind.OPT_OUT,
    # RFC 6430 2: the recipient says that the mail is wanted.
    "not-spam": ReportKind.UNKNOWN,
    # RFC 6591 3.1: a receiver's technical notice that SPF, DKIM or DMARC failed; no recipient said anything.
    "auth-failure": ReportKind.UNKNOWN,
}
_TOKEN = re.compile(r"[a-z0-9-]+")


def parse(mail: Message) -> Report | None:
    """Return what a feedback report says, or None when the mail holds no such report."""
    for part in parts(mail, frozenset({"message/feedback-report"})):
        payload = part.get_payload()
        fields = payload[0] if isinstance(payload, list) and payload else None
        if not isinstance(fields, Message):
            continue
        feedback = _TOKEN.match(header(fields, "Feedback-Type", 40).lower())
        if feedback:
            kind = FEEDBACK_TYPES.get(feedback[0], ReportKind.UNKNOWN)
            return Report(kind=kind, action=feedback[0], diagnostic=header(fields, "User-Agent"))
    return None
