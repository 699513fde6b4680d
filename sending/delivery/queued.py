"""What delivery passes on: the claimed message with its submission, and its rendered mail."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime

from sending.submission_fields import SubmissionFields
from templates_app.rendering import Compiled


@dataclass(frozen=True, slots=True)
class Sender:
    """A sender domain with its key."""

    name: str
    selector: str
    private_key: str
    may_send: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionData(SubmissionFields):
    """What all mails of one submission are made from."""

    id: int
    accepted_at: datetime
    has_attachments: bool
    # False while the account is suspended.
    may_send: bool
    # None when the domain was deleted.
    sender: Sender | None


@dataclass(slots=True, kw_only=True)
class QueuedMessage:
    """One claimed message; `fence` proves the claim, `attempts_before` have ended."""

    message: int
    fence: int
    attempts_before: int
    recipient: str
    recipient_domain: str
    submission: SubmissionData
    # The compiled template version, from the moment the mail is known to be still wanted.
    template: Compiled | None = None
    # When the lease ends, on this process's monotonic clock.
    lease_ends: float = 0.0
    # The room it takes up; closed when this process forgets it, whatever became of it.
    places: ExitStack = field(default_factory=ExitStack, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A mail ready to be sent: envelope, and the bytes DATA takes."""

    queued: QueuedMessage
    sender: str
    recipient: str
    data: bytes
