"""The mails that simulated receivers send back. Pure.

Bounce report (RFC 3464 2), spam report (RFC 5965 2), out-of-office note (RFC 3834 3 and 5).
"""

from __future__ import annotations

from email.utils import formatdate, make_msgid

RECEIVER = "mx.receiver.test"


def bounce_report(raw: bytes, *, to: str, recipient: str) -> bytes:
    """Return an RFC 3464 report that the mailbox turned out not to exist."""
    status = (
        f"Reporting-MTA: dns; {RECEIVER}\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\n"
        "Action: failed\r\n"
        "Status: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 The mailbox was found not to exist\r\n"
    )
    return _report(
        "delivery-status",
        [
            ("From", f"Mail Delivery System <MAILER-DAEMON@{RECEIVER}>"),
            ("Subject", "Undelivered mail returned to sender"),
            ("Auto-Submitted", "auto-replied"),
        ],
        f"Your mail to {recipient} could not be delivered: there is no such mailbox.\r\n",
        status,
        raw,
        to=to,
    )


def spam_report(raw: bytes, *, to: str, recipient: str) -> bytes:
    """Return an RFC 5965 report that the reader pressed the spam button."""
    feedback = (
        "Feedback-Type: abuse\r\n"
        "User-Agent: Simulated-Mailbox/1.0\r\n"
        "Version: 1\r\n"
        f"Original-Mail-From: <{to}>\r\n"
        f"Original-Rcpt-To: <{recipient}>\r\n"
    )
    return _report(
        "feedback-report",
        [("From", f"Feedback loop <feedback@{RECEIVER}>"), ("Subject", "A reader reported this mail as spam")],
        "A reader of this mail pressed the spam button.\r\n",
        feedback,
        raw,
        to=to,
    )


def away_note(*, to: str, recipient: str) -> bytes:
    """Return an out-of-office note (RFC 3834)."""
    headers = _headers(
        [
            ("From", recipient),
            ("To", to),
            ("Subject", "Automatic reply: out of office"),
            ("Auto-Submitted", "auto-replied"),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
        ]
    )
    return f"{headers}\r\nI am away until Monday and shall read your mail then.\r\n".encode()


def _report(kind: str, headers: list[tuple[str, str]], text: str, fields: str, raw: bytes, *, to: str) -> bytes:
    boundary = f"report-{kind}-of-the-simulator"
    head = _headers(
        [
            *headers,
            ("To", to),
            ("MIME-Version", "1.0"),
            ("Content-Type", f'multipart/report; report-type={kind}; boundary="{boundary}"'),
        ]
    )
    original = raw.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")
    return (
        f"{head}\r\n--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        f"--{boundary}\r\nContent-Type: message/{kind}\r\n\r\n{fields}\r\n"
        f"--{boundary}\r\nContent-Type: text/rfc822-headers\r\n\r\n{original}\r\n\r\n--{boundary}--\r\n"
    ).encode()


def _headers(headers: list[tuple[str, str]]) -> str:
    all_of_them = [*headers, ("Date", formatdate()), ("Message-ID", make_msgid(domain=RECEIVER))]
    return "".join(f"{name}: {value}\r\n" for name, value in all_of_them)
