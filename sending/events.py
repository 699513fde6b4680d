"""What happened to messages: the only writer of the event log and of where a message stands.

Reports come in any order: an open before the receiver's 250 was stored, a bounce report before it, a click whose
pixel was never loaded. So a status only ever rises (FORWARD), and each flag is stamped once. One thing is corrected:
an open or click that turns out within seconds to be a program's (docs/decisions/0022).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from operator import attrgetter

from django.conf import settings
from django.db import connection, transaction
from django.db.models.expressions import RawSQL

from accounts.erased_addresses import PREFIX
from accounts.mail.addresses import key_or_text
from accounts.mail.text import storable
from blocklist import blocking
from sending.models import BounceType, DeliverStatus, Event, EventKind, Message
from sending.models.ids import SEQUENCE_BITS, first_of, time_of
from sending.models.rows import as_json, fetch, insert, names_of, recordset, selected, types_of

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
VISITS = (EventKind.OPEN, EventKind.CLICK)
REJECT_CAUSES = {EventKind.UNSUBSCRIBE: "unsubscribed", EventKind.SPAMREPORT: "complained"}
BLOCKED = "BlockedByRecipient"


@dataclass(frozen=True, kw_only=True)
class NewEvent:
    """One thing that happened to `message`, each field a column; `reason` is the receiver's words or ours."""

    kind: EventKind
    message: int
    reason: str = ""
    bounce_type: str = ""
    bounce_class: str = ""
    link: str = ""
    user_agent: str = ""
    machine: bool = False


@dataclass(slots=True, kw_only=True)
class MessageParties:
    """What an event's row repeats of its message: whose mail it is, from whom and to whom."""

    account_id: int
    sender_domain: str
    recipient: str
    recipient_domain: str
    from_address: str


@dataclass(slots=True, kw_only=True)
class MessageState(MessageParties):
    """A message and where it stands, as far as events move it; a flag says that the column `<flag>_at` is set."""

    id: int
    deliver_status: int
    deliver_message: str
    delivered: bool
    opened: bool
    clicked: bool
    unsubscribed: bool
    complained: bool

    def apply(self, event: NewEvent) -> bool:
        """Move on by the event; False when it is a repeat and says nothing new."""
        if not self._is_new(event.kind):
            return False
        self._advance(event)
        self._stamp(event)
        return True

    def _is_new(self, kind: EventKind) -> bool:
        known = {
            EventKind.DELIVERED: self.delivered,
            EventKind.BOUNCE: self.deliver_status == DeliverStatus.BOUNCED,
            EventKind.DROPPED: self.deliver_status == DeliverStatus.DROPPED,
            EventKind.UNSUBSCRIBE: self.unsubscribed,
            EventKind.SPAMREPORT: self.complained,
        }
        return not known.get(kind, False)

    def _advance(self, event: NewEvent) -> None:
        if event.kind in FORWARD:
            to, olds = FORWARD[event.kind]
            if self.deliver_status in olds:
                self.deliver_status, self.deliver_message = to, storable(event.reason)

    def _stamp(self, event: NewEvent) -> None:
        kind = event.kind
        # What a program fetched is logged, but counts as no person's open or click.
        person = not event.machine
        self.delivered = self.delivered or kind is EventKind.DELIVERED
        # Who clicked has read the mail, whether or not its pictures were loaded.
        self.opened = self.opened or (person and kind in {EventKind.OPEN, EventKind.CLICK})
        self.clicked = self.clicked or (person and kind is EventKind.CLICK)
        self.unsubscribed = self.unsubscribed or kind is EventKind.UNSUBSCRIBE
        self.complained = self.complained or kind is EventKind.SPAMREPORT


_PARTIES = names_of(MessageParties)
_FLAGS = tuple(field.name for field in fields(MessageState) if field.type == "bool")
_TEXTS = tuple(name for name in names_of(MessageState) if name not in {"id", *_PARTIES, *_FLAGS})
# What events move.
_moving = attrgetter(*_TEXTS, *_FLAGS)
_STATES = f"""
SELECT {selected(MessageState, "m", **{flag: f"m.{flag}_at IS NOT NULL" for flag in _FLAGS})}
FROM sending_message AS m WHERE id = ANY(%s) ORDER BY id FOR UPDATE
"""  # noqa: S608
# Both id conditions: the first lets the planner leave out the other days' partitions.
_MOVE = f"""
UPDATE sending_message AS m SET {
    ", ".join(
        [f"{name} = s.{name}" for name in _TEXTS]
        + [f"{flag}_at = CASE WHEN s.{flag} THEN coalesce(m.{flag}_at, now()) END" for flag in _FLAGS]
    )
}
FROM {recordset("s", {"id": "bigint", **types_of(Message, _TEXTS), **dict.fromkeys(_FLAGS, "boolean")})}
WHERE m.id = ANY(%s) AND m.id = s.id
"""  # noqa: S608

# By the database's clock, from which ids are made.
_SINCE = "((extract(epoch FROM clock_timestamp()) * 1000)::bigint - %s) << %s"
_MARK = "UPDATE sending_event SET machine = true WHERE id = ANY(%s) AND NOT machine"
_FIRST_VISITS = f"""
UPDATE sending_message SET
    opened_at = to_timestamp((people.opened >> {SEQUENCE_BITS}) / 1000.0),
    clicked_at = to_timestamp((people.clicked >> {SEQUENCE_BITS}) / 1000.0)
FROM (
    SELECT min(id) AS opened, min(id) FILTER (WHERE kind = {EventKind.CLICK.value}) AS clicked
    FROM sending_event
    WHERE message = %(message)s AND id >= %(floor)s AND kind IN ({", ".join(str(kind.value) for kind in VISITS)})
      AND NOT machine
) AS people
WHERE id = %(message)s
"""  # noqa: S608


def record(new_events: Sequence[NewEvent]) -> list[NewEvent]:
    """Record what happened, in one transaction, and return what was really recorded, in order.

    A second delivery, bounce, drop, unsubscription or complaint of a message is not; an unknown message is dropped.
    A hard bounce blocks the address for all; an unsubscription, a complaint, and a bounce because the recipient has
    blocked the sender, block it for the sender domain.
    """
    if not new_events:
        return []
    with transaction.atomic():
        found = _lock({event.message for event in new_events})
        states = {state.id: state for state in found}
        before = {state.id: _moving(state) for state in found}
        known = [_without_person(event, states[event.message]) for event in new_events if event.message in states]
        recorded = [event for event in known if states[event.message].apply(event)]
        _move([state for state in found if _moving(state) != before[state.id]])
        _log(recorded, states)
        _block(recorded, states)
    return recorded


def visits_settle_after() -> timedelta:
    """Return how old an open or click is once it stays a person's or a program's for good.

    Half of the time for which roll-ups wait for late events, so that they never have to be made again.
    """
    return timedelta(seconds=settings.RULES.late_event_seconds / 2)


def last_visits(message: int) -> list[Event]:
    """Return the opens and clicks of a message that may still be corrected, oldest first."""
    since = RawSQL(_SINCE, [int(visits_settle_after().total_seconds() * 1000), SEQUENCE_BITS])  # noqa: S611
    return list(Event.objects.filter(message=message, kind__in=VISITS, id__gte=since).order_by("id"))


def mark_automated(message: int, events: Collection[int]) -> None:
    """Count opens and clicks of a message as a program's, and let its first ones be those of people that remain.

    For events out of `last_visits`, in the transaction that recorded one of them, which holds the message.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [sorted(events)])
        floor = first_of(time_of(message) - timedelta(minutes=10))
        cursor.execute(_FIRST_VISITS, {"message": message, "floor": floor})


def _without_person(event: NewEvent, state: MessageState) -> NewEvent:
    """Return the event as it may be kept: of a person whose data was erased, without texts that may name the person."""
    return replace(event, reason="", link="", user_agent="") if state.recipient.startswith(PREFIX) else event


def _lock(messages: set[int]) -> list[MessageState]:
    # In the order of ids: two batches that share messages wait for each other instead of locking up.
    with connection.cursor() as cursor:
        cursor.execute(_STATES, [sorted(messages)])
        return fetch(cursor, MessageState)


def _move(moved: Sequence[MessageState]) -> None:
    if not moved:
        return
    rows = [{name: getattr(state, name) for name in ("id", *_TEXTS, *_FLAGS)} for state in moved]
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [as_json(rows), [state.id for state in moved]])


def _log(recorded: Sequence[NewEvent], states: Mapping[int, MessageState]) -> None:
    insert(
        Event,
        [
            {
                **vars(event),
                **{name: getattr(states[event.message], name) for name in _PARTIES},
                "reason": storable(event.reason),
                "link": storable(event.link),
                "user_agent": storable(event.user_agent)[:MAX_USER_AGENT],
            }
            for event in recorded
        ],
    )


def _block(recorded: Sequence[NewEvent], states: Mapping[int, MessageState]) -> None:
    blocking.block_invalid(
        [
            blocking.InvalidAddress(
                account_id=states[event.message].account_id,
                address=key_or_text(states[event.message].recipient),
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
                address=key_or_text(states[event.message].recipient),
                cause=_reject_cause(event),
                reason=storable(event.reason),
                message=event.message,
            )
            for event in recorded
            if _reject_cause(event)
        ]
    )


def _reject_cause(event: NewEvent) -> str:
    """Return why the recipient wants no mail of the sender domain, or an empty string."""
    if event.kind is EventKind.BOUNCE and event.bounce_class == BLOCKED:
        return "refused"
    return REJECT_CAUSES.get(event.kind, "")
