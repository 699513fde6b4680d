"""The numbers of a chart as the rows of its table, its rates, and one sentence; without database or request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from stats.figures import Series
from stats.intervals import Axis, label
from stats.pages import ChartDefinition, Rate
from stats.volumes import Volumes

# What stands where there is no rate.
NO_RATE = "–"
# So many rows of zeros in a row are shown as one.
MIN_SILENT = 3


@dataclass(frozen=True)
class TableRow:
    """One bucket: its numbers in the order of the series, and its rates, None for none."""

    label: str
    counts: list[int]
    rates: list[float | None]

    @property
    def rate_texts(self) -> list[str]:
        """Return the rates as a page shows them."""
        return [in_per_cent(rate) for rate in self.rates]


@dataclass(frozen=True)
class Table:
    """The table under a chart; the newest bucket first, the sums last."""

    headings: list[str]
    rows: list[TableRow]
    totals: TableRow

    @property
    def shown_rows(self) -> list[TableRow]:
        """Return the rows with each run of zeros drawn together: one row, from its first to its last bucket."""
        shown: list[TableRow] = []
        for silent, run in groupby(self.rows, key=lambda row: not any(row.counts)):
            rows = list(run)
            if silent and len(rows) >= MIN_SILENT:
                columns = zip(*(row.rates for row in rows), strict=True)
                rates = [next((rate for rate in column if rate is not None), None) for column in columns]
                rows = [TableRow(f"{rows[-1].label} – {rows[0].label}", rows[0].counts, rates)]
            shown += rows
        return shown


def rate(part: int, whole: int) -> float | None:
    """Return a share; None when there is no whole, or less of it than of the part.

    Opens count on their own day and each counts, so that they can be more than the mails delivered that day: then
    the two numbers are of different emails, and there is no rate of them.
    """
    return part / whole if whole and part <= whole else None


def in_per_cent(share: float | None) -> str:
    """Return a share as "12.3%" ("0.04%" below one), a dash for none."""
    if share is None:
        return NO_RATE
    return f"{100 * share:.2f}%" if 0 < share < 0.01 else f"{100 * share:.1f}%"


def per_cent(part: int, whole: int) -> str:
    """Return the share of `part` in per cent."""
    return in_per_cent(rate(part, whole))


def table(volumes: Volumes, series: Sequence[Series], rates: Sequence[Rate], axis: Axis) -> Table:
    """Return the rows of `volumes` that have begun."""

    def row(name: str, counts: Mapping[str, int]) -> TableRow:
        shares = [rate(_sum(definition.part, counts), _sum(definition.whole, counts)) for definition in rates]
        return TableRow(name, [_sum(layer.counters, counts) for layer in series], shares)

    return Table(
        headings=[str(layer.label) for layer in series] + [str(definition.label) for definition in rates],
        rows=[row(label(at, axis.grain), counts) for at, counts in reversed(volumes.begun())],
        totals=row("", volumes.sums()),
    )


def finding(page: ChartDefinition, volumes: Volumes, axis: Axis, span: str) -> str:
    """Return one sentence that sums the chart up; `span` is its time in words ("in the last 30 days")."""
    begun, sums = volumes.begun(), volumes.sums()
    count, whole = _sum(page.counted, sums), _sum(page.of, sums)
    if not count:
        return str(page.nothing) % {"span": span}
    highest, at = max((_sum(page.counted, counts), at) for at, counts in begun)
    values = {
        "number": count,
        "count": f"{count:,}",
        "span": span,
        "share": per_cent(count, whole),
        "whole": f"{whole:,}",
        "at": label(at, axis.grain),
        "most": f"{highest:,}",
    }
    # The plural form is chosen when the values are filled in, which the type of a lazy text does not say.
    text: Any = page.found if rate(count, whole) is not None else page.found_alone
    return str(text % values)


def _sum(counters: Sequence[str], counts: Mapping[str, int]) -> int:
    return sum(counts[name] for name in counters)
