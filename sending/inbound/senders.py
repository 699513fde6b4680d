"""Who wrote a mail that came in: the program that delivers, the postmaster's mailbox, or somebody else (pure)."""

from __future__ import annotations

import re
from email.message import Message
from enum import Enum

from sending.inbound.report import header, text_header


class SenderKind(Enum):
    """Whose name stands in From."""

    # Nobody but a program that delivers mail writes under it.
    DAEMON = "daemon"
    # A program that delivers mail, or people and their ticket system (RFC 2142 5).
    POSTMASTER = "postmaster"
    OTHER = "other"


_ADDRESS = re.compile(r"<([^<>]*)>")
_EMPTY = re.compile(r"<\s*>")
_BARE = re.compile(r"[^\s<>()\",;]+")
_SEPARATORS = re.compile(r"[-_. \"'\\]")
_DAEMONS = frozenset({"mailerdaemon", "maildaemon", "mdaemon"})
_POSTMASTERS = frozenset(
    {"postmaster", "maildeliverysystem", "maildeliverysubsystem", "systemadministrator", "mailadministrator", "ndr"}
)
# In the name of a mail gateway's mailbox; and Exchange's own, with a number that is the same everywhere.
_GATEWAY = re.compile(r"smtp|^microsoftexchange")
_NAMES = re.compile(
    r"mailer[- ]?daemon|post[- ]?master|mail deliver(?:y|) (?:sub)?system|(?:system|mail) administrator"
    r"|internet mail|mail service|\bsmtp\b|系统管理员|系統管理員|退信|邮件系统|郵件系統",
    re.IGNORECASE,
)


def of(mail: Message) -> SenderKind:
    """Return whose name stands in From; an empty address is a daemon's, as RFC 5321 4.5.5 has its envelope."""
    sender = text_header(mail, "From")
    local, name = _parts(sender)
    if local in _DAEMONS or (not local and _EMPTY.search(sender)):
        return SenderKind.DAEMON
    is_postmaster = local in _POSTMASTERS or _GATEWAY.search(local) or _NAMES.search(name)
    return SenderKind.POSTMASTER if is_postmaster else SenderKind.OTHER


def has_empty_envelope(mail: Message) -> bool:
    """Say whether the envelope sender is known to be empty (RFC 5321 4.4 keeps it in Return-Path)."""
    path = _return_path(mail)
    return path is not None and path in {"", *_DAEMONS}


def has_personal_envelope(mail: Message) -> bool:
    """Say whether the envelope sender is known to be neither empty nor a mail system's."""
    path = _return_path(mail)
    return path is not None and path not in {"", *_DAEMONS, *_POSTMASTERS}


def _return_path(mail: Message) -> str | None:
    """Return the local part of the envelope sender as it is compared; None when it is not known."""
    if "Return-Path" not in mail:
        return None
    return _parts(header(mail, "Return-Path"))[0]


def _parts(value: str) -> tuple[str, str]:
    """Return the local part of an address without separators in lower case, and the rest of the field."""
    address = _ADDRESS.search(value)
    if address is None:
        address = _BARE.search(value)
        local = address[0] if address else ""
    else:
        local = address[1]
    rest = value[: address.start()] + value[address.end() :] if address else ""
    return _SEPARATORS.sub("", local.partition("@")[0]).lower(), rest
