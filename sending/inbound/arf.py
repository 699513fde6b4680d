"""Feedback reports (RFC 5965 2 and 3): what their Feedback-Type says of the recipient."""

from __future__ import annotations

from email.errors import MessageError
from email.message import Message
from email.parser import HeaderParser

from sending.inbound.report import Report, ReportKind, decoded_fields, header, parts, token

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
# Of several types in one report the first of these counts: one that speaks for the mail, or is not known, before all.
_ORDER = (ReportKind.UNKNOWN, ReportKind.COMPLAINT, ReportKind.OPT_OUT)
MAX_FIELDS = 20_000


def parse(mail: Message) -> Report | None:
    """Return what a feedback report says, or None when the mail is none; without a type that is known, nothing."""
    found = parts(mail, frozenset({"message/feedback-report"}))
    if not found:
        return None
    fields = _fields(found[0])
    # RFC 5965 3.1 has the field exactly once.
    types = [token(str(value)[:200]) for value in (fields.get_all("Feedback-Type") or [])[:10]] or [""]
    kinds = {type: FEEDBACK_TYPES.get(type, ReportKind.UNKNOWN) for type in types}
    type = min(types, key=lambda type: _ORDER.index(kinds[type]))
    return Report(kind=kinds[type], action=type, diagnostic=header(fields, "User-Agent"))


def _fields(part: Message) -> Message:
    payload = part.get_payload()
    try:
        decoded = decoded_fields(part, MAX_FIELDS)
    except (MessageError, UnicodeError, LookupError, TypeError, AttributeError):
        decoded = None
    if decoded is not None:
        return HeaderParser().parsestr(decoded.replace("\r\n", "\n").lstrip("\n"))
    inner = payload[0] if isinstance(payload, list) and payload else None
    return inner if isinstance(inner, Message) else Message()
