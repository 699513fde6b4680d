"""Delivery reports: as RFC 3464 2 has them, else the prose that some programs write."""

from __future__ import annotations

import re
from dataclasses import replace
from email.errors import MessageError
from email.message import Message
from email.parser import HeaderParser

from accounts.mail.addresses import key_or_text
from sending.inbound import non_delivery, own_words
from sending.inbound.report import Report, ReportKind, decoded_fields, header, parts, text_of, token
from sending.smtp.codes import enhanced_code

STATUS_PARTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
MAX_TEXT = 20_000
MAX_BLOCKS = 200
MAX_LINE = 1000

# Action (RFC 3464 2.3.3) -> the kind of report, the gravest first.
ACTIONS: dict[str, ReportKind] = {
    "failed": ReportKind.BOUNCE,
    "delayed": ReportKind.DELAY,
    "delivered": ReportKind.UNKNOWN,
    "relayed": ReportKind.UNKNOWN,
    "expanded": ReportKind.UNKNOWN,
}

# The first digit of Status says what an Action that is not known means.
_ACTION_OF_CLASS = {"2": "delivered", "4": "delayed"}
_TYPE = re.compile(r"^\s*[\w-]+\s*;\s*")
_REPLY = re.compile(r"(?<![\d.])[45]\d\d(?:[ -]|\b.{0,40}[45]\.\d{1,3}\.\d{1,3})")


def parse(mail: Message, sent: str = "") -> Report | None:
    """Return what a delivery report says, or None when the mail is none; `sent` is the subject of our email."""
    return _standard(mail) or _prose(mail, sent)


def for_recipient(report: Report, recipient: str) -> Report:
    """Return what a delivery report says of the recipient that the email went to.

    When it names several recipients and not that one, a list or an alias was expanded behind it: its address is alive
    when one of them is, so that the mildest counts.
    """
    if not report.recipients:
        return report
    key = key_or_text(recipient)
    named = [each for each in report.recipients if key in map(key_or_text, each.addresses)]
    return min(named, key=_gravity) if named else max(report.recipients, key=_gravity)


def _standard(mail: Message) -> Report | None:
    reports = []
    for part in parts(mail, STATUS_PARTS):
        for block in _blocks(part):
            status = enhanced_code(header(block, "Status"))
            action = token(header(block, "Action", 200))
            if not status and not action:
                continue
            if action not in ACTIONS:
                action = _ACTION_OF_CLASS.get(status[:1], "failed")
            diagnostic = _TYPE.sub("", header(block, "Diagnostic-Code", 1000))
            addresses = tuple(_address(header(block, name)) for name in ("Original-Recipient", "Final-Recipient"))
            reports.append(
                Report(kind=ACTIONS[action], status=status, diagnostic=diagnostic, action=action, addresses=addresses)
            )
    if not reports:
        return None
    return replace(min(reports, key=_gravity), addresses=(), recipients=tuple(reports) if len(reports) > 1 else ())


def _gravity(report: Report) -> int:
    return list(ACTIONS).index(report.action)


def _address(field: str) -> str:
    """Return the address of a recipient field (RFC 3464 2.3.1): "rfc822; ann@example.net"."""
    return _TYPE.sub("", field).strip().strip("<>")


def _blocks(part: Message) -> list[Message]:
    payload = part.get_payload()
    if isinstance(payload, list):
        try:
            text = decoded_fields(part, MAX_TEXT)
            if text is None:
                text = "\n\n".join(block.as_string() for block in payload if isinstance(block, Message))
        except (MessageError, UnicodeError, LookupError, TypeError, AttributeError):
            return []
    else:
        text = text_of(part, MAX_TEXT)
    lines = text.replace("\r\n", "\n")
    return [HeaderParser().parsestr(block) for block in re.split(r"\n\s*\n", lines)[:MAX_BLOCKS] if block.strip()]


def _prose(mail: Message, sent: str) -> Report | None:
    if not non_delivery.is_told(mail, sent):
        return None
    text = own_words.text(mail)
    reply_line = next((line for line in text.splitlines() if _REPLY.search(line[:MAX_LINE])), "")[:MAX_LINE]
    status = enhanced_code(reply_line) or enhanced_code(text)
    diagnostic = " ".join((reply_line or text[:400]).split())
    if non_delivery.is_still_tried(mail, sent):
        return Report(kind=ReportKind.DELAY, status=status, diagnostic=diagnostic, action="delayed")
    return Report(kind=ReportKind.BOUNCE, status=status, diagnostic=diagnostic, action="failed")
