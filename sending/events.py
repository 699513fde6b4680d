"""What happened to messages: the one door to the event log and to where a message stands.

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

USER_AGENT_MAX = 300

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
BAR_CAUSES = {EventKind.UNSUBSCRIBE: "unsubscribed", EventKind.SPAMREPORT: "complained"}


@dataclass(frozen=True, kw_only=True)
class Happening:
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
class Standing:
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

    def take(self, happening: Happening) -> bool:
        """Move on by what happened; False when it is told a second time and says nothing new."""
        before = self.state
        new = self._is_new(happening.kind)
        if new:
            self._rise(happening)
            self._stamp(happening)
        self.moved = self.moved or self.state != before
        return new

    @property
    def state(self) -> tuple[object, ...]:
        """Return everything that events move."""
        flags = (self.delivered, self.opened, self.clicked, self.unsubscribed, self.complained)
        return (self.status, self.words, *flags)

    def _is_new(self, kind: EventKind) -> bool:
        told = {
            EventKind.DELIVERED: self.delivered,
            EventKind.BOUNCE: self.status == DeliverStatus.BOUNCED,
            EventKind.DROPPED: self.status == DeliverStatus.DROPPED,
            EventKind.UNSUBSCRIBE: self.unsubscribed,
            EventKind.SPAMREPORT: self.complained,
        }
        return not told.get(kind, False)

    def _rise(self, happening: Happening) -> None:
        if happening.kind in FORWARD:
            to, olds = FORWARD[happening.kind]
            if self.status in olds:
                self.status, self.words = to, storable(happening.reason)

    def _stamp(self, happening: Happening) -> None:
        kind = happening.kind
        # A program's look at the mail is logged, but it is nobody's.
        person = not happening.machine
        self.delivered = self.delivered or kind is EventKind.DELIVERED
        # Who clicked has read the mail, whether or not its pictures were loaded.
        self.opened = self.opened or (person and kind in {EventKind.OPEN, EventKind.CLICK})
        self.clicked = self.clicked or (person and kind is EventKind.CLICK)
        self.unsubscribed = self.unsubscribed or kind is EventKind.UNSUBSCRIBE
        self.complained = self.complained or kind is EventKind.SPAMREPORT


_STAND = """
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


def record(happenings: Sequence[Happening]) -> list[Happening]:
    """Record what happened, in one transaction, and return what was really recorded, in order.

    A second delivery, bounce, drop, unsubscription or complaint of a message is not; an unknown message is dropped.
    A hard bounce blocks the address for all, an unsubscription or complaint bars the sender domain.
    """
    if not happenings:
        return []
    with transaction.atomic():
        standings = _stand({one.message for one in happenings})
        recorded = [one for one in happenings if one.message in standings and standings[one.message].take(one)]
        _move({message: standing for message, standing in standings.items() if standing.moved})
        _log((one, standings[one.message]) for one in recorded)
        _block(recorded, standings)
    return recorded


def _stand(messages: set[int]) -> dict[int, Standing]:
    # In the order of ids: two batches that share messages wait for each other instead of locking up.
    with connection.cursor() as cursor:
        cursor.execute(_STAND, [sorted(messages)])
        return {row[0]: Standing(*row[1:]) for row in cursor.fetchall()}


def _move(moved: dict[int, Standing]) -> None:
    if not moved:
        return
    standings = list(moved.values())
    ids = list(moved)
    columns: list[list[Any]] = [
        ids,
        [one.status for one in standings],
        [one.words for one in standings],
        [one.delivered for one in standings],
        [one.opened for one in standings],
        [one.clicked for one in standings],
        [one.unsubscribed for one in standings],
        [one.complained for one in standings],
        ids,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, columns)


def _log(lines: Iterable[tuple[Happening, Standing]]) -> None:
    # COPY goes past Django, and so would its errors.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(_LOG) as copy:
        for one, about in lines:
            copy.write_row(
                (
                    one.kind.value,
                    one.message,
                    about.account_id,
                    about.sender_domain,
                    about.recipient_domain,
                    about.recipient,
                    about.from_address,
                    storable(one.reason),
                    one.bounce_type,
                    one.bounce_class,
                    storable(one.link),
                    storable(one.user_agent)[:USER_AGENT_MAX],
                    one.machine,
                )
            )


def _block(recorded: Sequence[Happening], standings: dict[int, Standing]) -> None:
    blocking.block_dead(
        [
            blocking.Dead(
                account_id=standings[one.message].account_id,
                address=standings[one.message].recipient,
                reason=storable(one.reason),
                message=one.message,
            )
            for one in recorded
            if one.kind is EventKind.BOUNCE and one.bounce_type == BounceType.HARD
        ]
    )
    blocking.bar(
        [
            blocking.Bar(
                account_id=standings[one.message].account_id,
                sender_domain=standings[one.message].sender_domain,
                address=standings[one.message].recipient,
                cause=BAR_CAUSES[one.kind],
                reason=storable(one.reason),
                message=one.message,
            )
            for one in recorded
            if one.kind in BAR_CAUSES
        ]
    )
