"""The time axis of a chart: its granularity and its buckets. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import Enum


class Grain(Enum):
    """The width of a bucket."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


# The longest span that is shown by minutes, and by hours.
BY_MINUTE = timedelta(hours=3)
BY_HOUR = timedelta(days=3)
_STEP = {Grain.MINUTE: timedelta(minutes=1), Grain.HOUR: timedelta(hours=1)}


@dataclass(frozen=True)
class Axis:
    """The buckets of a chart: from the one that holds `start` to the one before `end`, in `zone`."""

    start: datetime
    end: datetime
    grain: Grain
    zone: tzinfo

    @property
    def buckets(self) -> list[datetime]:
        """Return the start of every bucket, in `zone`; days are the zone's calendar days."""
        if self.grain is Grain.DAY:
            first, last = self.days
            return [midnight(first + timedelta(days=n), self.zone) for n in range((last - first).days + 1)]
        step, at, found = _STEP[self.grain], self.first, []
        while at < self.end:
            found.append(at.astimezone(self.zone))
            at += step
        return found

    @property
    def first(self) -> datetime:
        """Return the start of the first bucket, UTC."""
        if self.grain is Grain.DAY:
            return midnight(self.days[0], self.zone).astimezone(UTC)
        start = self.start.astimezone(UTC).replace(second=0, microsecond=0)
        return start if self.grain is Grain.MINUTE else start.replace(minute=0)

    @property
    def days(self) -> tuple[date, date]:
        """Return the first and the last day of the axis, in `zone`."""
        last = (self.end - timedelta(microseconds=1)).astimezone(self.zone).date()
        return self.start.astimezone(self.zone).date(), last

    @property
    def on_whole_hours(self) -> bool:
        """Say whether the zone's days begin on whole hours of UTC, so that hours add up to them."""
        offsets = (moment.astimezone(self.zone).utcoffset() or timedelta(0) for moment in (self.start, self.end))
        return all(offset % timedelta(hours=1) == timedelta(0) for offset in offsets)


def axis(start: datetime, end: datetime, zone: tzinfo, *, by_recipient: bool = False) -> Axis:
    """Return the axis of a span; figures by recipient domain are kept for UTC days alone."""
    if by_recipient:
        return Axis(start, end, Grain.DAY, UTC)
    span = end - start
    if span <= BY_MINUTE:
        return Axis(start, end, Grain.MINUTE, zone)
    return Axis(start, end, Grain.HOUR if span <= BY_HOUR else Grain.DAY, zone)


def last_minutes(now: datetime, minutes: int, zone: tzinfo) -> Axis:
    """Return the axis of the last `minutes`, the running one included."""
    end = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return Axis(end - timedelta(minutes=minutes), end, Grain.MINUTE, zone)


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return when a calendar day begins in `zone`."""
    return datetime.combine(day, time.min, zone)
