"""What delivery passes on: the claimed message with its submission, and its rendered mail."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta

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
    # How long delivery was on hold since it was accepted.
    on_hold: timedelta = timedelta(0)
    # Why it cannot be read, or the key of its domain; then no mail can be made from it.
    fault: Exception | None = None

    @property
    def life_began_at(self) -> datetime:
        """Return the moment that its life is counted from: a mail must not expire because it was on hold."""
        return self.accepted_at + self.on_hold


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
