"""Delivery reports: as RFC 3464 2 has them, else the prose that some programs write."""

from __future__ import annotations

import re
from dataclasses import replace
from email.errors import MessageError
from email.message import Message
from email.parser import HeaderParser

from accounts.mail.addresses import key_or_text
from sending.inbound import non_delivery, prose
from sending.inbound.report import Report, ReportKind, decoded_fields, header, parts, text_header, text_of, token
from sending.smtp.codes import enhanced_code
from sending.smtp.replies import classify_report

STATUS_PARTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
MAX_TEXT = 20_000
MAX_BLOCKS = 200

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
# What Sendmail leaves out of its field and has behind the same words in its transcript.
_OF_DNS = r"\s*(\((?:name server|authoritative answer)[^()\n]{1,300}\))"


def parse(mail: Message, sent: str = "") -> Report | None:
    """Return what a delivery report says, or None when the mail is none; `sent` is the subject of our email."""
    return _standard(mail) or _prose(mail, sent)


def for_recipient(report: Report, recipient: str) -> Report:
    """Return what a delivery report says of the recipient that the email went to.

    When it names several recipients and not that one, or each as expanded from that one, a list or an alias was
    expanded behind it: its address is alive when one of them is, so that the mildest counts.
    """
    if not report.recipients:
        return report
    key = key_or_text(recipient)
    named = [each for each in report.recipients if key in map(key_or_text, each.addresses)]
    reached = [each for each in named if key == key_or_text(each.addresses[-1])]
    if reached:
        return min(reached, key=_gravity)
    return max(named or report.recipients, key=lambda each: (_gravity(each), not _is_hard(each)))


def _is_hard(report: Report) -> bool:
    return classify_report(report.status, report.diagnostic, stage=report.stage).hard


def _standard(mail: Message) -> Report | None:
    reports = []
    for part in parts(mail, STATUS_PARTS):
        blocks = _blocks(part)
        for block, following in zip(blocks, [*blocks[1:], Message()], strict=True):
            status = enhanced_code(header(block, "Status"))
            action = token(header(block, "Action", 200))
            if not status and not action:
                continue
            if action not in ACTIONS:
                action = _ACTION_OF_CLASS.get(status[:1], "failed")
            diagnostic = _TYPE.sub("", text_header(block, "Diagnostic-Code", 1000).strip())
            if diagnostic.endswith(":") and not following.keys():
                # Its second line is not indented as RFC 5322 2.2.3 wants it.
                diagnostic = " ".join(f"{diagnostic} {following.get_payload() or ''}".split())[:1000]
            addresses = tuple(_address(header(block, name)) for name in ("Original-Recipient", "Final-Recipient"))
            reports.append(
                Report(kind=ACTIONS[action], status=status, diagnostic=diagnostic, action=action, addresses=addresses)
            )
    if not reports:
        return None
    text = prose.text_for_people(mail)
    said = prose.refusal_in(text)
    # Which of several recipients its words are about is not known.
    instead, text = (said.diagnostic, text) if len(reports) == 1 else ("", "")
    reports = [
        replace(report, diagnostic=_whole(report.diagnostic, instead, text), stage=said.stage) for report in reports
    ]
    return replace(min(reports, key=_gravity), addresses=(), recipients=tuple(reports) if len(reports) > 1 else ())


def _whole(diagnostic: str, instead: str, text: str) -> str:
    """Return a diagnostic, or instead of one that is missing, or ends within a reply, what the words beside it say."""
    if diagnostic.lower().endswith("host unknown") and (found := re.search(f"host unknown{_OF_DNS}", text, re.I)):
        return f"{diagnostic} {found[1]}"
    is_cut = not diagnostic or (diagnostic.endswith(":") and diagnostic[:3] in instead)
    return instead if is_cut and instead else diagnostic


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
                # Bytes that are not ASCII stay as they came: `text_header` reads them.
                raw = b"\n\n".join(block.as_bytes() for block in payload if isinstance(block, Message))
                text = raw.decode("utf-8", "surrogateescape")
        except (MessageError, UnicodeError, LookupError, TypeError, AttributeError):
            return []
    else:
        text = text_of(part, MAX_TEXT)
    lines = text.replace("\r\n", "\n")
    return [HeaderParser().parsestr(block) for block in re.split(r"\n\s*\n", lines)[:MAX_BLOCKS] if block.strip()]


def _prose(mail: Message, sent: str) -> Report | None:
    if not non_delivery.is_told(mail, sent):
        return None
    text = prose.text_for_people(mail)
    is_delay = non_delivery.is_still_tried(mail, sent)
    whole, *recipients = (
        Report(
            kind=ReportKind.DELAY if is_delay else ReportKind.BOUNCE,
            status=said.status,
            diagnostic=said.diagnostic,
            action="delayed" if is_delay else "failed",
            stage=said.stage,
            addresses=said.addresses,
        )
        for said in (prose.refusal_in(text), *prose.refusals_in(text))
    )
    return replace(whole, recipients=tuple(recipients))
