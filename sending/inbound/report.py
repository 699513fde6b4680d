"""What a mail at the report port says: pure, from bytes to a value, with caps before any parsing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from enum import StrEnum

from accounts.mail import charsets
from accounts.mail.header_text import decoded
from accounts.mail.text import NOT_IN_LINE


class ReportKind(StrEnum):
    """What sort of mail it is; the values are those of the stored report."""

    BOUNCE = "dsn"
    DELAY = "delay"
    COMPLAINT = "arf"
    OPT_OUT = "optout"
    REPLY = "reply"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Report:
    """The facts of a report: enhanced status, the receiver's text, and the action or feedback type."""

    kind: ReportKind
    status: str = ""
    diagnostic: str = ""
    action: str = ""
    # What the refusal answered, where the report says it: "mail" for the sender and all before, "rcpt", or "data" for
    # the text of the mail.
    stage: str = ""
    # False when the mail could not be read, for a fault of its own.
    is_parsed: bool = True
    # The addresses it speaks of; and, of a delivery report on several recipients, what it says of each.
    addresses: tuple[str, ...] = ()
    recipients: tuple[Report, ...] = ()


def not_parsed(reason: str) -> Report:
    """Return the report of a mail that cannot be read for a fault of its own."""
    return Report(kind=ReportKind.UNKNOWN, diagnostic=f"Not parsed: {reason}", is_parsed=False)


@dataclass(frozen=True, kw_only=True)
class ParsingLimits:
    """How large a mail may be to be parsed at all."""

    max_bytes: int
    max_parts: int
    max_header_bytes: int


class OverLimit(ValueError):
    """The mail is over a cap; it is kept raw and not parsed."""


_COMMENT = re.compile(r"\([^()]*\)")
_TOKEN = re.compile(r"[a-z0-9-]+")
_MAX_COMMENT_DEPTH = 5
_ENCODED = frozenset({"base64", "quoted-printable"})
_CONTAINER = re.compile(rb"^content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_BOUNDARY = re.compile(rb"^--", re.MULTILINE)
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LINES_PER_PART = 200
MAX_RETURN_PATH = 400


def opened(raw: bytes, limits: ParsingLimits) -> Message:
    """Return the parsed mail; raise OverLimit when it is larger or deeper than the caps allow."""
    if len(raw) > limits.max_bytes:
        raise OverLimit("larger than a report may be")
    end = _HEAD_END.search(raw, 0, limits.max_header_bytes + 4)
    if (end.start() if end else len(raw)) > limits.max_header_bytes:
        raise OverLimit("its headers are too long")
    if sum(1 for _ in _CONTAINER.finditer(raw)) > limits.max_parts:
        raise OverLimit("too many parts in parts")
    if sum(1 for _ in _BOUNDARY.finditer(raw)) > limits.max_parts * _LINES_PER_PART:
        raise OverLimit("too many parts")
    # The older policy leaves header values as they came: the structured one recurses on brackets.
    return message_from_bytes(raw, policy=policy.compat32)


def return_path(mail_from: str) -> bytes:
    """Return the field that keeps an envelope sender in a mail (RFC 5321 4.4), `MAX_RETURN_PATH` bytes at most."""
    sender = NOT_IN_LINE.sub("", mail_from).encode("utf-8", "replace")
    return b"Return-Path: <" + sender[: MAX_RETURN_PATH - 20] + b">\r\n"


def header(mail: Message, name: str, limit: int = 500) -> str:
    """Return a header on one line, cut to `limit` characters; empty when there is none."""
    return " ".join(str(mail.get(name, ""))[: 4 * limit].split())[:limit]


def text_header(mail: Message, name: str, limit: int = 500) -> str:
    """Return a header of free text on one line, decoded (RFC 2047, and bytes that came without it)."""
    # `get` would put U+FFFD for each byte that is not ASCII.
    value = next((str(value) for key, value in mail.raw_items() if key.lower() == name.lower()), "")
    return decoded(charsets.text(value[: 8 * limit].encode("utf-8", "surrogateescape")))[:limit]


def token(value: str) -> str:
    """Return the first word of a structured field in lower case, without comments (RFC 5322 3.2.2); may be empty."""
    for _ in range(_MAX_COMMENT_DEPTH):
        value, found = _COMMENT.subn(" ", value)
        if not found:
            break
    word = _TOKEN.match(value.lower().lstrip(' \t\r\n"'))
    return word[0] if word else ""


def decoded_fields(part: Message, limit: int) -> str | None:
    """Return the fields of a report's part that came encoded, which RFC 2046 5.2 does not allow; else None."""
    encoding = token(header(part, "Content-Transfer-Encoding"))
    payload = part.get_payload()
    if encoding not in _ENCODED or not isinstance(payload, list):
        return None
    # The parser took it for mails, so that it is their text that is encoded.
    whole = Message()
    whole["Content-Transfer-Encoding"] = encoding
    whole.set_payload("\n\n".join(block.as_string().strip("\n") for block in payload if isinstance(block, Message)))
    return text_of(whole, limit)


def parts(mail: Message, content_types: frozenset[str]) -> list[Message]:
    """Return the parts of one of the given content types, in order, attached mails' parts left out."""
    found: list[Message] = []
    waiting = [mail]
    while waiting:
        part = waiting.pop(0)
        # Old programs leave out the semicolon before the first parameter.
        kind = part.get_content_type().split(maxsplit=1)[0]
        if kind.startswith("multipart/") and not part.is_multipart():
            # Without its boundary it has no parts: its text is all there is (RFC 2046 5.1.1).
            kind = "text/plain"
        if kind in content_types:
            found.append(part)
        elif part.is_multipart() and not kind.startswith("message/"):
            waiting[:0] = [inner for inner in part.get_payload() if isinstance(inner, Message)]
    return found


def text_of(part: Message, limit: int) -> str:
    """Return the text of a leaf part, at most `limit` characters, by its charset (`accounts.mail.charsets`)."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        charset = part.get_content_charset() or ""
    except (LookupError, ValueError):
        charset = ""
    return charsets.text(payload[: 4 * limit], charset)[:limit]
