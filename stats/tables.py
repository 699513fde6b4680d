"""The numbers of a chart as the rows of its table, its rates, and one sentence; without database or request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from stats.figures import Series
from stats.intervals import Axis, Grain
from stats.pages import ChartDefinition, Rate
from stats.volumes import Volumes

_LABELS = {Grain.MINUTE: "%H:%M", Grain.HOUR: "%Y-%m-%d %H:%M", Grain.DAY: "%Y-%m-%d"}


@dataclass(frozen=True)
class TableRow:
    """One bucket: its numbers in the order of the series, its rates in per cent."""

    at: datetime
    label: str
    counts: list[int]
    rates: list[str]


@dataclass(frozen=True)
class Table:
    """The table under a chart; the newest bucket first, the sums last."""

    headings: list[str]
    rows: list[TableRow]
    totals: list[int]
    total_rates: list[str]


def per_cent(part: int, whole: int) -> str:
    """Return a share as "12.3%" ("0.04%" below one), a dash when there is no whole.

    Opens count on their own day and each counts, so that they can be more than the mails delivered that day.
    """
    if not whole:
        return "–"
    if part > whole:
        return gettext("over 100%")
    share = 100 * part / whole
    return f"{share:.2f}%" if 0 < share < 1 else f"{share:.1f}%"


def rate(definition: Rate, counts: Mapping[str, int]) -> str:
    """Return a rate over `counts`, the numbers by counter."""
    return per_cent(_sum(definition.part, counts), _sum(definition.whole, counts))


def table(volumes: Volumes, series: Sequence[Series], rates: Sequence[Rate], axis: Axis) -> Table:
    """Return the rows of `volumes` that have begun."""
    begun, sums = volumes.begun(), volumes.sums()
    return Table(
        headings=[str(layer.label) for layer in series] + [str(definition.label) for definition in rates],
        rows=[
            TableRow(
                at,
                at.strftime(_LABELS[axis.grain]),
                [_sum(layer.counters, counts) for layer in series],
                [rate(definition, counts) for definition in rates],
            )
            for at, counts in reversed(begun)
        ],
        totals=[_sum(layer.counters, sums) for layer in series],
        total_rates=[rate(definition, sums) for definition in rates],
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
        "at": at.strftime(_LABELS[axis.grain]),
        "most": f"{highest:,}",
    }
    # The plural form is chosen when the values are filled in, which the type of a lazy text does not say.
    text: Any = page.found if whole else page.found_alone
    return str(text % values)


def _sum(counters: Sequence[str], counts: Mapping[str, int]) -> int:
    return sum(counts[name] for name in counters)
