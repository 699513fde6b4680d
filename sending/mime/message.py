"""A mail as bytes: header (RFC 5322 3.6) and body (RFC 2045 6, RFC 2046 5.1), 7-bit clean. Pure.

Every attempt gets the same bytes. The fields List-Unsubscribe and List-Unsubscribe-Post are those of RFC 2369 3.2 and
RFC 8058 3.1.
"""

from __future__ import annotations

import binascii
import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from django.utils.translation import gettext_noop

from sending.header_names import is_reserved
from sending.mime import header_fields
from sending.mime.file_names import filename_parameter, name_parameter
from sending.mime.header_fields import Unsendable
from sending.submission_fields import SubmissionFields

Header = tuple[bytes, bytes]

# RFC 2045 6.8.
MAX_BASE64_LINE = 76
# The platform's while the mail carries its link.
UNSUBSCRIBE = frozenset({"list-unsubscribe", "list-unsubscribe-post"})
# Kinds of content that would be read as parts of our own mail.
OPAQUE = ("message/", "multipart/")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailContent:
    """What one recipient's mail is written from: its submission, and what is this mail's own."""

    submission: SubmissionFields
    # With its variables filled in.
    subject: str
    # When it was accepted, aware.
    date: datetime
    # Who sends, for all mails of this platform: the last field of Feedback-ID.
    feedback_sender: str
    unsubscribe_url: str = ""
    html: str | None = None
    text: str | None = None
    attachments: Sequence[tuple[str, bytes]] = ()
    # Makes the boundaries: the same number at every attempt.
    number: int


def write(mail: MailContent) -> tuple[list[Header], bytes]:
    """Return the mail's headers in order (values folded, as sent) and its body; raise Unsendable."""
    entity, body = _body(mail)
    return [*_headers(mail), *entity], body


def join(head: Sequence[Header], body: bytes, signature: bytes = b"") -> bytes:
    """Return the whole mail, with `signature` (a header ended by CRLF) on top."""
    return b"".join([signature, *[b"%s: %s\r\n" % pair for pair in head], b"\r\n", body])


def _headers(mail: MailContent) -> list[Header]:
    submission = mail.submission
    sender = (
        header_fields.mailbox("From", submission.header_from)
        if submission.header_from
        else header_fields.named_mailbox("From", submission.from_name, submission.from_address)
    )
    lines: list[Header] = [(b"From", sender.encode("ascii"))]
    if submission.to:
        lines.append((b"To", header_fields.mailboxes("To", submission.to)))
    if submission.cc:
        lines.append((b"Cc", header_fields.mailboxes("Cc", submission.cc)))
    if not submission.to and not submission.cc:
        # Hidden recipients only: a group without members says so.
        lines.append((b"To", b"undisclosed-recipients:;"))
    if submission.reply_to:
        lines.append((b"Reply-To", header_fields.mailbox_list("Reply-To", submission.reply_to)))
    lines.append((b"Subject", header_fields.text("Subject", mail.subject)))
    lines.append((b"Date", _date(mail.date.replace(microsecond=0))))
    lines.append((b"Message-ID", _message_id(submission.header_message_id)))
    lines.append((b"Feedback-ID", _feedback_id(mail)))
    if mail.unsubscribe_url:
        # Never folded or encoded: receivers take the address as it stands.
        url = header_fields.clean("List-Unsubscribe", mail.unsubscribe_url).encode("ascii")
        lines.append((b"List-Unsubscribe", b"<%s>" % url))
        lines.append((b"List-Unsubscribe-Post", b"List-Unsubscribe=One-Click"))
    unsubscribe = UNSUBSCRIBE if mail.unsubscribe_url else frozenset[str]()
    for key, value in submission.headers.items():
        if not is_reserved(key) and key.lower() not in unsubscribe and not key.lower().startswith("content-"):
            lines.append((header_fields.name(key), header_fields.text(key, value)))
    lines.append((b"MIME-Version", b"1.0"))
    return lines


def _body(mail: MailContent) -> tuple[list[Header], bytes]:
    parts = [_text(kind, text) for kind, text in (("plain", mail.text), ("html", mail.html)) if text is not None]
    if not parts:
        parts = [_text("plain", "")]
    entity = parts[0] if len(parts) == 1 else _multipart("alternative", mail.number, parts)
    if mail.attachments:
        files = [_attachment(name, content) for name, content in mail.attachments]
        entity = _multipart("mixed", mail.number, [entity, *files])
    return entity


def _text(kind: str, text: str) -> tuple[list[Header], bytes]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    return [
        (b"Content-Type", b"text/%s; charset=utf-8" % kind.encode()),
        (b"Content-Transfer-Encoding", b"base64"),
    ], _base64(lines.encode())


def _attachment(name: str, content: bytes) -> tuple[list[Header], bytes]:
    kind = mimetypes.guess_type(name, strict=False)[0] or "application/octet-stream"
    if kind.startswith(OPAQUE):
        kind = "application/octet-stream"
    return [
        (b"Content-Type", kind.encode("ascii") + name_parameter(name)),
        (b"Content-Transfer-Encoding", b"base64"),
        (b"Content-Disposition", b"attachment" + filename_parameter(name)),
    ], _base64(content)


def _multipart(kind: str, number: int, parts: Sequence[tuple[list[Header], bytes]]) -> tuple[list[Header], bytes]:
    # "=_" never occurs in base64, and every part is base64.
    boundary = b"=_%s_%x" % (kind.encode(), number)
    pieces = []
    for head, body in parts:
        pieces.append(b"--%s\r\n%s\r\n" % (boundary, join(head, body)))
    pieces.append(b"--%s--\r\n" % boundary)
    return [(b"Content-Type", b'multipart/%s;\r\n\tboundary="%s"' % (kind.encode(), boundary))], b"".join(pieces)


def _base64(content: bytes) -> bytes:
    encoded = binascii.b2a_base64(content, newline=False)
    return b"".join([encoded[at : at + MAX_BASE64_LINE] + b"\r\n" for at in range(0, len(encoded), MAX_BASE64_LINE)])


@lru_cache(maxsize=1024)
def _date(moment: datetime) -> bytes:
    return format_datetime(moment).encode("ascii")


def _message_id(value: str) -> bytes:
    value = header_fields.clean("Message-ID", value)
    if not value.isascii() or not value.startswith("<") or not value.endswith(">") or " " in value:
        raise Unsendable(gettext_noop("Message-ID must be ASCII between angle brackets."))
    return value.encode("ascii")


def _feedback_id(mail: MailContent) -> bytes:
    """Return what Gmail's feedback loop counts spam reports by: no field repeats, and none names a single mail."""
    submission = mail.submission
    fields = (f"t{submission.trigger_type}", f"v{submission.template}", f"a{submission.account_id}")
    return header_fields.clean("Feedback-ID", ":".join((*fields, mail.feedback_sender))).encode("ascii")
