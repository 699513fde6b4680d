"""What a client asks to send: the same for every channel (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class File:
    """One attachment, decoded."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Draft:
    """One mail for all its recipients; only `from_address`, `header_from` and `reply_to` may have an alias."""

    from_address: str
    subject: str
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    template_id: int | None = None
    # None: the client gave none at all.
    variables: Mapping[str, str] | None = None
    reply_to: str = ""
    attachments: tuple[File, ...] = ()
    # "0" none, else the language of the unsubscribe link.
    unsubscribe: str = "0"
    # 0 bulk, 1 triggered.
    trigger_type: int = 0
    header_message_id: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    # The From header where it differs from `from_address`.
    header_from: str = ""
