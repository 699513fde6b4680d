"""What happened to messages: the only writer of the event log and of where a message stands.

Reports come in any order: an open before the receiver's 250 was stored, a bounce report before it, a click whose
pixel was never loaded. So a status only ever rises (FORWARD), and each flag is stamped once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from accounts.mail.text import storable
from blocklist import blocking
from sending.models import BounceType, DeliverStatus, EventKind

MAX_USER_AGENT = 300

# Kind -> the status it leads to, and the statuses it leads from. What the receiver says outranks what we thought,
# and a report that the mail came back outranks the 250 before it.
FORWARD: dict[EventKind, tuple[DeliverStatus, frozenset[DeliverStatus]]] = {
    EventKind.DEFERRED: (
        DeliverStatus.DEFERRED,
        frozenset({DeliverStatus.QUEUED, DeliverStatus.DEFERRED}),
    ),
    EventKind.DROPPED: (
        DeliverStatus.DROPPED,
        frozenset({DeliverStatus.QUEUED, DeliverStatus.DEFERRED}),
    ),
    EventKind.DELIVERED: (
        DeliverStatus.DELIVERED,
        frozenset({DeliverStatus.QUEUED, DeliverStatus.DEFERRED, DeliverStatus.DROPPED}),
    ),
    EventKind.BOUNCE: (
        DeliverStatus.BOUNCED,
        frozenset({DeliverStatus.QUEUED, DeliverStatus.DEFERRED, DeliverStatus.DROPPED, DeliverStatus.DELIVERED}),
    ),
}
REJECT_CAUSES = {EventKind.UNSUBSCRIBE: "unsubscribed", EventKind.SPAMREPORT: "complained"}


@dataclass(frozen=True, kw_only=True)
class NewEvent:
    """One thing that happened to `message`; `reason` is the receiver's words or ours."""

    kind: EventKind
    message: int
    reason: str = ""
    bounce_type: str = ""
    bounce_class: str = ""
    link: str = ""
    user_agent: str = ""
    machine: bool = False


@dataclass(slots=True)
class MessageState:
    """Where a message stands, as far as events move it; the flags are its stamps."""

    account_id: int
    sender_domain: str
    recipient: str
    recipient_domain: str
    from_address: str
    status: int
    words: str
    delivered: bool
    opened: bool
    clicked: bool
    unsubscribed: bool
    complained: bool
    moved: bool = False

    def take(self, event: NewEvent) -> bool:
        """Move on by the event; False when it is a repeat and says nothing new."""
        before = self.state
        new = self._is_new(event.kind)
        if new:
            self._advance(event)
            self._stamp(event)
        self.moved = self.moved or self.state != before
        return new

    @property
    def state(self) -> tuple[object, ...]:
        """Return everything that events move."""
        flags = (self.delivered, self.opened, self.clicked, self.unsubscribed, self.complained)
        return (self.status, self.words, *flags)

    def _is_new(self, kind: EventKind) -> bool:
        known = {
            EventKind.DELIVERED: self.delivered,
            EventKind.BOUNCE: self.status == DeliverStatus.BOUNCED,
            EventKind.DROPPED: self.status == DeliverStatus.DROPPED,
            EventKind.UNSUBSCRIBE: self.unsubscribed,
            EventKind.SPAMREPORT: self.complained,
        }
        return not known.get(kind, False)

    def _advance(self, event: NewEvent) -> None:
        if event.kind in FORWARD:
            to, olds = FORWARD[event.kind]
            if self.status in olds:
                self.status, self.words = to, storable(event.reason)

    def _stamp(self, event: NewEvent) -> None:
        kind = event.kind
        # A program's look at the mail is logged, but it is nobody's.
        person = not event.machine
        self.delivered = self.delivered or kind is EventKind.DELIVERED
        # Who clicked has read the mail, whether or not its pictures were loaded.
        self.opened = self.opened or (person and kind in {EventKind.OPEN, EventKind.CLICK})
        self.clicked = self.clicked or (person and kind is EventKind.CLICK)
        self.unsubscribed = self.unsubscribed or kind is EventKind.UNSUBSCRIBE
        self.complained = self.complained or kind is EventKind.SPAMREPORT


_STATES = """
SELECT id, account_id, sender_domain, recipient, recipient_domain, from_address, deliver_status, deliver_message,
       delivered_at IS NOT NULL, opened_at IS NOT NULL, clicked_at IS NOT NULL, unsubscribed_at IS NOT NULL,
       complained_at IS NOT NULL
FROM sending_message WHERE id = ANY(%s) ORDER BY id FOR UPDATE
"""
# Both id conditions: the first lets the planner leave out the other days' partitions.
_MOVE = """
UPDATE sending_message AS m SET
    deliver_status = s.status, deliver_message = s.words,
    delivered_at = CASE WHEN s.delivered THEN coalesce(m.delivered_at, now()) END,
    opened_at = CASE WHEN s.opened THEN coalesce(m.opened_at, now()) END,
    clicked_at = CASE WHEN s.clicked THEN coalesce(m.clicked_at, now()) END,
    unsubscribed_at = CASE WHEN s.unsubscribed THEN coalesce(m.unsubscribed_at, now()) END,
    complained_at = CASE WHEN s.complained THEN coalesce(m.complained_at, now()) END
FROM unnest(%s::bigint[], %s::smallint[], %s::text[], %s::bool[], %s::bool[], %s::bool[], %s::bool[], %s::bool[])
     AS s(id, status, words, delivered, opened, clicked, unsubscribed, complained)
WHERE m.id = ANY(%s) AND m.id = s.id
"""
_LOG = """
COPY sending_event (kind, message, account_id, sender_domain, recipient_domain, recipient, from_address,
                    reason, bounce_type, bounce_class, link, user_agent, machine) FROM STDIN
"""


def record(new_events: Sequence[NewEvent]) -> list[NewEvent]:
    """Record what happened, in one transaction, and return what was really recorded, in order.

    A second delivery, bounce, drop, unsubscription or complaint of a message is not; an unknown message is dropped.
    A hard bounce blocks the address for all, an unsubscription or complaint blocks it for the sender domain.
    """
    if not new_events:
        return []
    with transaction.atomic():
        states = _load_states({event.message for event in new_events})
        recorded = [event for event in new_events if event.message in states and states[event.message].take(event)]
        _move({message: state for message, state in states.items() if state.moved})
        _log((event, states[event.message]) for event in recorded)
        _block(recorded, states)
    return recorded


def _load_states(messages: set[int]) -> dict[int, MessageState]:
    # In the order of ids: two batches that share messages wait for each other instead of locking up.
    with connection.cursor() as cursor:
        cursor.execute(_STATES, [sorted(messages)])
        return {row[0]: MessageState(*row[1:]) for row in cursor.fetchall()}


def _move(moved: dict[int, MessageState]) -> None:
    if not moved:
        return
    states = list(moved.values())
    ids = list(moved)
    columns: list[list[Any]] = [
        ids,
        [state.status for state in states],
        [state.words for state in states],
        [state.delivered for state in states],
        [state.opened for state in states],
        [state.clicked for state in states],
        [state.unsubscribed for state in states],
        [state.complained for state in states],
        ids,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, columns)


def _log(lines: Iterable[tuple[NewEvent, MessageState]]) -> None:
    # COPY goes past Django, and so would its errors.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(_LOG) as copy:
        for event, about in lines:
            copy.write_row(
                (
                    event.kind.value,
                    event.message,
                    about.account_id,
                    about.sender_domain,
                    about.recipient_domain,
                    about.recipient,
                    about.from_address,
                    storable(event.reason),
                    event.bounce_type,
                    event.bounce_class,
                    storable(event.link),
                    storable(event.user_agent)[:MAX_USER_AGENT],
                    event.machine,
                )
            )


def _block(recorded: Sequence[NewEvent], states: dict[int, MessageState]) -> None:
    blocking.block_invalid(
        [
            blocking.InvalidAddress(
                account_id=states[event.message].account_id,
                address=states[event.message].recipient,
                reason=storable(event.reason),
                message=event.message,
            )
            for event in recorded
            if event.kind is EventKind.BOUNCE and event.bounce_type == BounceType.HARD
        ]
    )
    blocking.block_rejects(
        [
            blocking.Reject(
                account_id=states[event.message].account_id,
                sender_domain=states[event.message].sender_domain,
                address=states[event.message].recipient,
                cause=REJECT_CAUSES[event.kind],
                reason=storable(event.reason),
                message=event.message,
            )
            for event in recorded
            if event.kind in REJECT_CAUSES
        ]
    )
