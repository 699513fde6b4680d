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
_LABELS = {Grain.MINUTE: "%H:%M", Grain.HOUR: "%Y-%m-%d %H:%M", Grain.DAY: "%Y-%m-%d"}
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
        # By the zone's clock: its hours need not begin with those of UTC.
        minutes = self.start.astimezone(self.zone).minute if self.grain is Grain.HOUR else 0
        return self.start.astimezone(UTC).replace(second=0, microsecond=0) - timedelta(minutes=minutes)

    @property
    def days(self) -> tuple[date, date]:
        """Return the first and the last day of the axis, in `zone`."""
        last = (self.end - timedelta(microseconds=1)).astimezone(self.zone).date()
        return self.start.astimezone(self.zone).date(), last

    @property
    def on_whole_hours(self) -> bool:
        """Say whether the zone's days begin on whole hours of UTC all along, so that hours add up to them."""
        moments = [*self.buckets, self.end.astimezone(self.zone)]
        return all(_offset(moment) % timedelta(hours=1) == timedelta(0) for moment in moments)

    @property
    def clock_changes(self) -> bool:
        """Say whether the zone's clock is put on or back between the first and the last bucket."""
        return len({_offset(bucket) for bucket in self.buckets}) > 1


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta(0)


def label(bucket: datetime, grain: Grain) -> str:
    """Return how a bucket is called: its day, or its time, with the offset from UTC where the clock shows it twice."""
    text = bucket.strftime(_LABELS[grain])
    if grain is Grain.DAY or bucket.replace(fold=0).utcoffset() == bucket.replace(fold=1).utcoffset():
        return text
    offset = bucket.strftime("%z")
    return f"{text} {offset[:3]}:{offset[3:5]}"


def iso(bucket: datetime, grain: Grain) -> str:
    """Return how files have a bucket: its day, or its time with the offset from UTC (ISO 8601)."""
    return bucket.date().isoformat() if grain is Grain.DAY else bucket.isoformat(timespec="minutes")


def axis(start: datetime, end: datetime, zone: tzinfo, *, by_recipient: bool = False) -> Axis:
    """Return the axis of a span; figures by recipient domain are kept for UTC days alone."""
    first, last = Axis(start, end, Grain.DAY, zone).days
    if by_recipient:
        # As many days as asked for: those of the same dates; where the span ends now, up to the UTC day that runs.
        whole = end == midnight(last + timedelta(days=1), zone)
        last_utc = last if whole else end.astimezone(UTC).date()
        first_utc = last_utc - (last - first)
        return Axis(midnight(first_utc, UTC), midnight(last_utc + timedelta(days=1), UTC), Grain.DAY, UTC)
    if end - start <= BY_MINUTE:
        return Axis(start, end, Grain.MINUTE, zone)
    # By the clock: a day on which it is put back is one day too.
    clock = end.astimezone(zone).replace(tzinfo=None) - start.astimezone(zone).replace(tzinfo=None)
    return Axis(start, end, Grain.HOUR if clock <= BY_HOUR else Grain.DAY, zone)


def last_minutes(now: datetime, minutes: int, zone: tzinfo) -> Axis:
    """Return the axis of the last `minutes`, the running one included."""
    end = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return Axis(end - timedelta(minutes=minutes), end, Grain.MINUTE, zone)


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return when a calendar day begins in `zone`."""
    return datetime.combine(day, time.min, zone)
