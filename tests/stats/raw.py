"""What the roll-ups must say, counted from the raw events the slow way."""

from __future__ import annotations

from collections import Counter

from sending.models import BounceType, Event, EventKind
from sending.models.ids import time_of
from stats.models import DayVolume, HourVolume, MinuteVolume
from stats.rollup import COUNTERS

COLUMN_OF = {
    EventKind.ACCEPTED: "accepted",
    EventKind.REFUSED: "refused",
    EventKind.DELIVERED: "delivered",
    EventKind.DEFERRED: "deferred",
    EventKind.DROPPED: "dropped",
    EventKind.SPAMREPORT: "complained",
    EventKind.UNSUBSCRIBE: "unsubscribed",
}


def column(event):
    if event.kind == EventKind.BOUNCE:
        return "bounced_hard" if event.bounce_type == BounceType.HARD else "bounced_soft"
    if event.kind in (EventKind.OPEN, EventKind.CLICK):
        name = "opened" if event.kind == EventKind.OPEN else "clicked"
        return f"{name}_by_machine" if event.machine else name
    return COLUMN_OF[event.kind]


def expected():
    """Return {minute, hour, day} -> counts by key and column."""
    minutes, hours, days = Counter(), Counter(), Counter()
    for event in Event.objects.all():
        at, name = time_of(event.pk), column(event)
        minute, hour = at.replace(second=0, microsecond=0), at.replace(minute=0, second=0, microsecond=0)
        minutes[event.account_id, event.sender_domain, minute, name] += 1
        hours[event.account_id, event.sender_domain, hour, name] += 1
        days[event.account_id, event.sender_domain, event.recipient_domain, at.date(), name] += 1
    return minutes, hours, days


def rolled():
    """Return the same, read from the roll-ups."""
    minutes, hours, days = Counter(), Counter(), Counter()
    for name in COUNTERS:
        for row in MinuteVolume.objects.exclude(**{name: 0}):
            minutes[row.account_id, row.sender_domain, row.minute, name] += getattr(row, name)
        for row in HourVolume.objects.exclude(**{name: 0}):
            hours[row.account_id, row.sender_domain, row.hour, name] += getattr(row, name)
        for row in DayVolume.objects.exclude(**{name: 0}):
            days[row.account_id, row.sender_domain, row.recipient_domain, row.day, name] += getattr(row, name)
    return minutes, hours, days
