"""What a mail program finds in a mail: its texts, links and headers. Pure; bytes in, values out."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from html.parser import HTMLParser

from django.utils.translation import gettext

from accounts.mail.header_text import decoded, head

_ONE_CLICK = re.compile(r"<(https?://[^<>\s]+)>", re.IGNORECASE)


@dataclass(frozen=True)
class ReceivedFile:
    """An attached file: its name, type and size in bytes."""

    name: str
    type: str
    size: int


@dataclass(frozen=True)
class ReceivedMail:
    """One mail, parsed for reading."""

    headers: tuple[tuple[str, str], ...]
    html: str
    text: str
    attachments: tuple[ReceivedFile, ...]

    def header(self, name: str) -> str:
        """Return the first header of that name, unfolded and decoded; empty when there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


def read(raw: bytes) -> ReceivedMail:
    """Return the parts of a mail; what is broken comes out empty, never as an error."""
    mail = message_from_bytes(raw, policy=policy.compat32)
    html = text = ""
    attachments = []
    for part in mail.walk():
        if part.is_multipart():
            continue
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        kind = part.get_content_type()
        name = decoded(part.get_filename() or "")
        if name or part.get_content_disposition() == "attachment":
            attachments.append(ReceivedFile(name or gettext("unnamed"), kind, len(content)))
        elif kind == "text/html" and not html:
            html = _text(part, content)
        elif kind == "text/plain" and not text:
            text = _text(part, content)
    headers = tuple((name, decoded(str(value))) for name, value in mail.items())
    return ReceivedMail(headers, html, text, tuple(attachments))


def from_domain(raw: bytes) -> str:
    """Return the domain of the From header, lower case; empty when it has none."""
    found = re.search(rb"^from:.*?@([\w.-]+)", head(raw), re.IGNORECASE | re.MULTILINE | re.DOTALL)
    return found[1].decode("ascii", "replace").lower() if found else ""


def one_click(mail: ReceivedMail) -> str:
    """Return the address of the RFC 8058 unsubscription, or an empty text when the mail offers none."""
    if "one-click" not in mail.header("List-Unsubscribe-Post").lower():
        return ""
    found = _ONE_CLICK.search(mail.header("List-Unsubscribe"))
    return found[1] if found else ""


class _Addresses(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.pictures: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "a" and values.get("href"):
            self.links.append(values["href"] or "")
        elif tag == "img" and values.get("src"):
            self.pictures.append(values["src"] or "")


def links_and_pictures(html: str) -> tuple[list[str], list[str]]:
    """Return the targets of links and the sources of pictures of a mail's HTML, in order."""
    addresses = _Addresses()
    # The parser asserts at declarations it does not know; what came before them counts.
    with contextlib.suppress(AssertionError):
        addresses.feed(html)
    return addresses.links, addresses.pictures


def _text(part: Message, content: bytes) -> str:
    try:
        return content.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):
        return content.decode("latin-1")
