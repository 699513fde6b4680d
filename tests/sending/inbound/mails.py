"""Mails as receivers send them back."""

from __future__ import annotations

from email.header import Header

from sending.inbound.report import ParsingLimits

CAPS = ParsingLimits(max_bytes=1_000_000, max_parts=100, max_header_bytes=100 * 1024)

DSN = b"""\
From: MAILER-DAEMON@mx.example.net\r
To: b-token@mail.example.test\r
Subject: Delivery Status Notification (Failure)\r
Auto-Submitted: auto-replied\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r
\r
--B\r
Content-Type: text/plain\r
\r
It did not work.\r
--B\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.example.net\r
\r
Final-Recipient: rfc822; ann@example.net\r
Action: %(action)s\r
Status: %(status)s\r
Diagnostic-Code: smtp; %(words)s\r
\r
--B\r
Content-Type: message/rfc822\r
\r
Subject: What was sent\r
\r
Hello\r
--B--\r
"""

ARF = b"""\
From: feedback@example.net\r
Subject: Complaint\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=feedback-report; boundary="B"\r
\r
--B\r
Content-Type: text/plain\r
\r
A complaint.\r
--B\r
Content-Type: message/feedback-report\r
\r
Feedback-Type: %(type)s\r
User-Agent: Loop/1.0\r
Version: 1\r
\r
--B\r
Content-Type: message/rfc822\r
\r
Subject: What was sent\r
\r
Hello\r
--B--\r
"""

PROSE = b"""\
From: Mail Delivery System <MAILER-DAEMON@old.example.net>\r
Subject: failure notice\r
\r
I could not deliver your mail to the following address.\r
\r
<ann@example.net>:\r
192.0.2.7 does not like recipient.\r
Remote host said: 550 5.1.1 User unknown\r
"""

AWAY = b"""\
From: ann@example.net\r
Subject: Out of office: your mail\r
Auto-Submitted: auto-replied\r
\r
Back on Monday.\r
"""

LETTER = b"""\
From: ann@example.net\r
Subject: Hello\r
\r
A mail like any other.\r
"""


def dsn(action: bytes = b"failed", status: bytes = b"5.1.1", words: bytes = b"550 5.1.1 No such user") -> bytes:
    """Return an RFC 3464 report."""
    return DSN % {b"action": action, b"status": status, b"words": words}


def arf(type: bytes = b"abuse") -> bytes:
    """Return an RFC 5965 report."""
    return ARF % {b"type": type}


def written(
    subject: str,
    *fields: str,
    sender: str = "Ann <ann@example.net>",
    body: str = "Back on Monday.",
    charset: str = "utf-8",
    type: str = "text/plain",
) -> bytes:
    """Return a mail without parts."""
    head = [f"From: {sender}", *fields, f"Content-Type: {type}; charset={charset}"]
    return (
        "\r\n".join(head).encode()
        + b"\r\nSubject: "
        + encoded(subject, charset)
        + b"\r\n\r\n"
        + body.encode(charset, "replace")
        + b"\r\n"
    )


def encoded(text: str, charset: str) -> bytes:
    """Return a header's value in encoded words (RFC 2047), or as it is where it is ASCII."""
    if text.isascii():
        return text.encode()
    return Header(text, charset if _holds(charset, text) else "utf-8").encode(linesep="\r\n").encode()


def _holds(charset: str, text: str) -> bool:
    try:
        text.encode(charset)
    except UnicodeError:
        return False
    return True
