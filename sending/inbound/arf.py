"""Spam reports (RFC 5965 2 and 3): a person pressed the spam button."""

from __future__ import annotations

from email.message import Message

from sending.inbound.report import Report, ReportKind, header, parts

# RFC 5965 7.3. Neither "not-spam" (RFC 6430) nor "auth-failure" (RFC 6591), a technical notice, is a complaint.
COMPLAINTS = frozenset({"abuse", "fraud", "virus", "other", "miscategorized", "opt-out"})


def parse(mail: Message) -> Report | None:
    """Return the complaint a feedback report makes, or None when the mail holds no such report."""
    for part in parts(mail, frozenset({"message/feedback-report"})):
        payload = part.get_payload()
        fields = payload[0] if isinstance(payload, list) and payload else None
        if not isinstance(fields, Message):
            continue
        feedback = header(fields, "Feedback-Type", 40).lower()
        if feedback:
            kind = ReportKind.COMPLAINT if feedback in COMPLAINTS else ReportKind.UNKNOWN
            return Report(kind=kind, action=feedback, diagnostic=header(fields, "User-Agent"))
    return None
