"""The counters of an axis, bucket by bucket: pure. A page has a few hundred numbers; those need no data frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Volumes:
    """For each bucket its counts by counter, or None while the bucket is still to come."""

    buckets: Sequence[datetime]
    counts: Sequence[Mapping[str, int] | None]

    def of(self, counters: Sequence[str]) -> list[int | None]:
        """Return the sum of some counters in each bucket."""
        return [None if counts is None else sum(counts[name] for name in counters) for counts in self.counts]

    def begun(self) -> list[tuple[datetime, Mapping[str, int]]]:
        """Return the buckets that have begun, with their counts."""
        pairs = zip(self.buckets, self.counts, strict=True)
        return [(bucket, counts) for bucket, counts in pairs if counts is not None]

    def sums(self) -> Counter[str]:
        """Return the counters summed over all buckets."""
        sums: Counter[str] = Counter()
        for _, counts in self.begun():
            sums.update(counts)
        return sums
