"""Plotly figures from numbers (pure): plain dicts; every colour is in the palette here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext

from stats.intervals import Axis, Grain, label
from stats.volumes import Volumes

# One colour per state on every chart: (light theme, dark theme). Blue and orange are the main two, because
# colour-blind people can distinguish them; series of one hue differ by a pattern.
PALETTE: dict[str, tuple[str, str]] = {
    "sent": ("#475569", "#cbd5e1"),
    "delivered": ("#2f73d9", "#5b9bf5"),
    "bounced": ("#d9730d", "#f39a4a"),
    "dropped": ("#7c5cc4", "#a78bfa"),
    "opened": ("#0f8a76", "#34c3a8"),
    "clicked": ("#1d86b8", "#54bdea"),
    "complained": ("#c0392b", "#f2786d"),
    "unsubscribed": ("#8a6d1d", "#d4b04a"),
}

# Lines above the base of a chart.
MAX_STEPS = 5
_MILLISECONDS = {Grain.MINUTE: 60_000, Grain.HOUR: 3_600_000, Grain.DAY: 86_400_000}
# Figures alone: plotly has the names of months and days in English only.
_TICKS = {Grain.MINUTE: "%H:%M", Grain.HOUR: "%H:%M\n%m-%d", Grain.DAY: "%m-%d"}
# Ticks of an axis on which the clock changes.
_MAX_TICKS = 9
_HOVER = {Grain.MINUTE: "%H:%M", Grain.HOUR: "%Y-%m-%d %H:%M", Grain.DAY: "%Y-%m-%d"}


@dataclass(frozen=True)
class Series:
    """One layer of a chart: the sum of some counters, drawn as the state it stands for."""

    label: str | Promise
    counters: tuple[str, ...]
    state: str
    # "/" for a weaker sense of the same state: opens by programs, soft bounces.
    pattern: str = ""
    # A line over the bars instead of a bar.
    line: bool = False


def chart(volumes: Volumes, series: Sequence[Series], axis: Axis) -> dict[str, Any]:
    """Return what `charts.js` draws: traces, layout, and each trace's colour for either theme."""
    times = _places(volumes.buckets, axis)
    counts = [volumes.of(layer.counters) for layer in series]
    return {
        "traces": [_trace(layer, times, numbers, axis) for layer, numbers in zip(series, counts, strict=True)],
        "layout": _layout(volumes.buckets, times, axis, highest=_highest(series, counts)),
        "colours": {
            theme: [PALETTE[layer.state][position] for layer in series]
            for position, theme in enumerate(("light", "dark"))
        },
    }


def _trace(series: Series, times: list[str], numbers: list[int | None], axis: Axis) -> dict[str, Any]:
    shared = {"name": str(series.label), "x": times, "y": numbers, "hovertemplate": "%{y:,}"}
    if series.line:
        line = {"type": "scatter", "mode": "lines", "line": {"width": 2, "shape": "hvh"}, "connectgaps": False}
        return {**line, **shared}
    width = (1 if _by_label(axis) else _MILLISECONDS[axis.grain]) * (0.7 if len(times) < 45 else 0.82)
    marker: dict[str, Any] = {"line": {"width": 0}}
    if series.pattern:
        marker["pattern"] = {"shape": series.pattern, "size": 5, "solidity": 0.35, "fillmode": "replace"}
    return {"type": "bar", "width": width, "marker": marker, **shared}


def _layout(buckets: Sequence[datetime], times: list[str], axis: Axis, *, highest: int) -> dict[str, Any]:
    return {
        "barmode": "stack",
        "hovermode": "x unified",
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
        "margin": {"l": 44, "r": 8, "t": 34, "b": 40 if axis.grain is Grain.HOUR or _by_label(axis) else 26},
        "xaxis": {"showgrid": False, "ticks": "outside", "ticklen": 4, **_time_axis(buckets, times, axis)},
        "yaxis": {
            "rangemode": "tozero",
            "tickformat": ",d",
            "fixedrange": True,
            "ticks": "",
            "zeroline": False,
            "dtick": step(highest),
            **({} if highest else {"range": [0, 4], "showticklabels": False}),
        },
        "annotations": [
            {
                "text": gettext("No data for this period"),
                "xref": "paper",
                "yref": "paper",
                "x": 0.5,
                "y": 0.5,
                "showarrow": False,
            }
        ]
        if not highest
        else [],
    }


def _highest(series: Sequence[Series], counts: Sequence[Sequence[int | None]]) -> int:
    """Return the height of the chart: its lines, and its bars on top of each other."""
    bars = [numbers for layer, numbers in zip(series, counts, strict=True) if not layer.line]
    stacks = [sum(number or 0 for number in bucket) for bucket in zip(*bars, strict=True)]
    return max([*stacks, *(number or 0 for numbers in counts for number in numbers)], default=0)


def step(highest: int) -> int:
    """Return the distance of the lines of a chart so high: 1, 2 or 5 times a power of ten, `MAX_STEPS` of them at most.

    Between whole numbers there is nothing to count.
    """
    power = 1
    while power * 10 * MAX_STEPS < highest:
        power *= 10
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power * MAX_STEPS >= highest)


def _by_label(axis: Axis) -> bool:
    """Say whether the buckets stand side by side by their labels.

    Plotly's time axis knows no zone: where the clock is put back two hours would share one place, and where it is put
    on an hour that never was would stand empty.
    """
    return axis.grain is not Grain.DAY and axis.clock_changes


def _places(buckets: Sequence[datetime], axis: Axis) -> list[str]:
    """Return where each bucket stands on the axis: its time by the zone's clock, or its label in two lines."""
    if not _by_label(axis):
        return [bucket.replace(tzinfo=None).isoformat() for bucket in buckets]
    labels = [label(bucket, axis.grain) for bucket in buckets]
    if axis.grain is Grain.MINUTE:
        return labels
    return ["<br>".join([" ".join(rest), day]) for day, *rest in (text.split(" ") for text in labels)]


def _time_axis(buckets: Sequence[datetime], times: list[str], axis: Axis) -> dict[str, Any]:
    if _by_label(axis):
        return {"type": "category", "range": [-0.5, len(times) - 0.5], "tickmode": "array", **_ticks(buckets, axis)}
    return {
        "type": "date",
        "tickformat": _TICKS[axis.grain],
        "hoverformat": _HOVER[axis.grain],
        "nticks": 10,
        "range": _range(times, axis),
    }


def _ticks(buckets: Sequence[datetime], axis: Axis) -> dict[str, Any]:
    """Return ticks at even distances, and one where the clock has changed, with its offset from UTC."""
    distance = -(-len(buckets) // _MAX_TICKS)
    changed = next(n for n in range(1, len(buckets)) if buckets[n].utcoffset() != buckets[n - 1].utcoffset())
    even = [n for n in range(0, len(buckets), distance) if abs(n - changed) > distance // 2]
    texts = {n: buckets[n].strftime("%H:%M<br>%m-%d" if axis.grain is Grain.HOUR else "%H:%M") for n in even}
    offset = buckets[changed].strftime("%z")
    texts[changed] = f"{buckets[changed]:%H:%M}<br>{offset[:3]}:{offset[3:5]}"
    return {"tickvals": sorted(texts), "ticktext": [texts[n] for n in sorted(texts)]}


def _range(times: list[str], axis: Axis) -> list[float]:
    """Return the axis's ends, half a bucket beyond its buckets, in milliseconds as plotly counts them."""
    first, last = (datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp() * 1000 for at in (times[0], times[-1]))
    half = _MILLISECONDS[axis.grain] / 2
    return [first - half, last + half]
