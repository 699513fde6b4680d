"""The mail on the wire: headers and body as bytes, 7-bit clean, the same at every attempt. Pure."""

from __future__ import annotations

import binascii
import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from django.utils.translation import gettext_noop

from sending.mime import header_fields
from sending.mime.header_fields import Unsendable

Header = tuple[bytes, bytes]

LINE = 76
# Ours to write: a client's header of these names is left out.
RESERVED = frozenset(
    {
        "from",
        "to",
        "cc",
        "bcc",
        "reply-to",
        "subject",
        "date",
        "message-id",
        "mime-version",
        "sender",
        "return-path",
        "received",
        "dkim-signature",
    }
)
# Ours while the mail carries our link.
UNSUBSCRIBE = frozenset({"list-unsubscribe", "list-unsubscribe-post"})
# Kinds of content that would be read as parts of our own mail.
OPAQUE = ("message/", "multipart/")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailContent:
    """What one recipient's mail is written from; addresses as `address` or `name <address>`."""

    sender: str
    sender_name: str = ""
    # Full value of From where the client gave its own.
    header_from: str = ""
    to: Sequence[str] = ()
    cc: Sequence[str] = ()
    reply_to: str = ""
    subject: str
    # When it was accepted, aware.
    date: datetime
    # With its angle brackets.
    message_id: str
    unsubscribe_url: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    html: str | None = None
    text: str | None = None
    attachments: Sequence[tuple[str, bytes]] = ()
    # Makes the boundaries: the same number at every try.
    number: int


def write(mail: MailContent) -> tuple[list[Header], bytes]:
    """Return the mail's headers in order (values folded, as sent) and its body; raise Unsendable."""
    entity, body = _body(mail)
    return [*_headers(mail), *entity], body


def join(head: Sequence[Header], body: bytes, signature: bytes = b"") -> bytes:
    """Return the whole mail, with `signature` (a header ended by CRLF) on top."""
    return b"".join([signature, *[b"%s: %s\r\n" % pair for pair in head], b"\r\n", body])


def _headers(mail: MailContent) -> list[Header]:
    sender = (
        header_fields.mailbox("From", mail.header_from)
        if mail.header_from
        else header_fields.named_mailbox("From", mail.sender_name, mail.sender)
    )
    lines: list[Header] = [(b"From", sender.encode("ascii"))]
    if mail.to:
        lines.append((b"To", header_fields.mailboxes("To", mail.to)))
    if mail.cc:
        lines.append((b"Cc", header_fields.mailboxes("Cc", mail.cc)))
    if not mail.to and not mail.cc:
        # Hidden recipients only: a group without members says so.
        lines.append((b"To", b"undisclosed-recipients:;"))
    if mail.reply_to:
        lines.append((b"Reply-To", header_fields.mailbox_list("Reply-To", mail.reply_to)))
    lines.append((b"Subject", header_fields.text("Subject", mail.subject)))
    lines.append((b"Date", _date(mail.date.replace(microsecond=0))))
    lines.append((b"Message-ID", _message_id(mail.message_id)))
    if mail.unsubscribe_url:
        # Never folded or encoded: receivers take the address as it stands.
        url = header_fields.clean("List-Unsubscribe", mail.unsubscribe_url).encode("ascii")
        lines.append((b"List-Unsubscribe", b"<%s>" % url))
        lines.append((b"List-Unsubscribe-Post", b"List-Unsubscribe=One-Click"))
    reserved = RESERVED | UNSUBSCRIBE if mail.unsubscribe_url else RESERVED
    for key, value in mail.extra.items():
        if key.lower() not in reserved and not key.lower().startswith("content-"):
            lines.append((header_fields.name(key), header_fields.text(key, value)))
    lines.append((b"MIME-Version", b"1.0"))
    return lines


def _body(mail: MailContent) -> tuple[list[Header], bytes]:
    parts = [_text(kind, text) for kind, text in (("plain", mail.text), ("html", mail.html)) if text is not None]
    if not parts:
        parts = [_text("plain", "")]
    whole = parts[0] if len(parts) == 1 else _multipart("alternative", mail.number, parts)
    if mail.attachments:
        files = [_attachment(name, content) for name, content in mail.attachments]
        whole = _multipart("mixed", mail.number, [whole, *files])
    return whole


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
        (b"Content-Type", kind.encode("ascii")),
        (b"Content-Transfer-Encoding", b"base64"),
        (b"Content-Disposition", b"attachment" + header_fields.parameter("filename", name)),
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
    return b"".join([encoded[at : at + LINE] + b"\r\n" for at in range(0, len(encoded), LINE)])


@lru_cache(maxsize=1024)
def _date(moment: datetime) -> bytes:
    return format_datetime(moment).encode("ascii")


def _message_id(value: str) -> bytes:
    value = header_fields.clean("Message-ID", value)
    if not value.isascii() or not value.startswith("<") or not value.endswith(">") or " " in value:
        raise Unsendable(gettext_noop("Message-ID must be ASCII between angle brackets."))
    return value.encode("ascii")
