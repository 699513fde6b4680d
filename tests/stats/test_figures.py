"""stats.figures and stats.tables: the same numbers as a chart, as rows and as a sentence."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import plotly.graph_objects
import pytest
from django.utils.translation import override

from stats import figures, pages, tables, views
from stats.intervals import Axis, Grain
from stats.rollup import COUNTERS
from stats.volumes import Volumes

START = datetime(2026, 3, 1, tzinfo=UTC)
AXIS = Axis(START, START + timedelta(days=3), Grain.DAY, UTC)


def volumes(**columns):
    """Three days; the last one is still to come unless a column says more."""
    values = [columns.get(name, [0, 0, None]) for name in COUNTERS]
    days = [dict(zip(COUNTERS, counts, strict=True)) for counts in zip(*values, strict=True)]
    begun = len([day for day in days if None not in day.values()])
    return Volumes(AXIS.buckets, days[:begun] + [None] * (len(days) - begun))


def test_a_chart_has_a_bar_per_bucket_and_a_gap_for_what_is_to_come():
    chart = figures.chart(volumes(bounced_hard=[3, 0, None]), (pages.HARD, pages.SOFT), AXIS)
    hard, soft = chart["traces"]
    assert hard["y"] == [3, 0, None]
    assert soft["y"] == [0, 0, None]
    assert hard["x"][0] == "2026-03-01T00:00:00"
    assert soft["marker"]["pattern"]["shape"] == "/"
    assert chart["layout"]["barmode"] == "stack"
    assert chart["layout"]["annotations"] == []


def test_a_chart_is_plain_json_and_begins_at_zero():
    chart = figures.chart(volumes(), pages.PAGES["queue"].panels[0].series, AXIS)
    json.dumps(chart, allow_nan=False)
    assert chart["layout"]["yaxis"]["rangemode"] == "tozero"
    assert chart["layout"]["annotations"][0]["text"] == "No data for this period"


def test_a_low_chart_has_a_line_for_each_whole_number():
    low = figures.chart(volumes(complained=[1, 2, None]), (pages.COMPLAINED,), AXIS)["layout"]["yaxis"]
    high = figures.chart(volumes(bounced_hard=[3, 0, 0], bounced_soft=[3, 0, 0]), (pages.HARD, pages.SOFT), AXIS)
    assert low["dtick"] == 1
    assert "dtick" not in high["layout"]["yaxis"]


PANELS = [*(panel for page in pages.PAGES.values() for panel in page.panels), views.OverviewPage.panel]


@pytest.mark.parametrize("grain", Grain)
@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: str(panel.title))
def test_plotly_takes_every_chart_as_a_figure(panel, grain):
    axis = Axis(START, START + timedelta(days=3), grain, UTC)
    filled = dict.fromkeys(COUNTERS, 1200)
    for counts in ([None] * len(axis.buckets), [filled] * len(axis.buckets)):
        chart = figures.chart(Volumes(axis.buckets, counts), panel.series, axis)
        figure = plotly.graph_objects.Figure(data=chart["traces"], layout=chart["layout"])
        assert [trace.name for trace in figure.data] == [str(layer.label) for layer in panel.series]
        assert all(list(trace.y) == trace_["y"] for trace, trace_ in zip(figure.data, chart["traces"], strict=True))


def test_the_texts_of_a_chart_are_translated_and_its_numbers_are_not():
    with override("zh-hans"):
        numbers = volumes(delivered=[1200, 0, None])
        chart = figures.chart(numbers, (pages.DELIVERED,), AXIS)
        assert chart["traces"][0]["name"] == "送达"
        assert json.loads(json.dumps(chart))["traces"][0]["y"] == [1200, 0, None]
        assert figures.chart(volumes(), (pages.DELIVERED,), AXIS)["layout"]["annotations"][0]["text"] == (
            "该时间段内没有数据"
        )
        assert tables.finding(pages.PAGES["queue"], numbers, AXIS, "最近一小时") == (
            "最近一小时：送达 1,200 封邮件；峰值：2026-03-01（1,200）。"
        )


@pytest.mark.parametrize("page", pages.PAGES.values(), ids=lambda page: page.name)
def test_every_series_has_a_colour_in_both_themes(page):
    for panel in page.panels:
        chart = figures.chart(volumes(), panel.series, AXIS)
        assert len(chart["colours"]["light"]) == len(chart["colours"]["dark"]) == len(panel.series)
        assert all(counter in COUNTERS for layer in panel.series for counter in layer.counters)
        # Layers of one colour differ by a pattern.
        looks = [(layer.state, layer.pattern) for layer in panel.series]
        assert len(looks) == len(set(looks))


def test_no_two_states_share_a_colour():
    for theme in (0, 1):
        colours = [pair[theme] for pair in figures.PALETTE.values()]
        assert len(colours) == len(set(colours))


def test_a_table_has_the_newest_day_first_the_sums_last_and_rates():
    page = pages.PAGES["bounced"]
    table = tables.table(
        volumes(bounced_hard=[3, 1, None], bounced_soft=[1, 0, None], accepted=[80, 0, None]),
        page.panels[0].series,
        page.rates,
        AXIS,
    )
    assert table.headings == ["Hard bounces", "Soft bounces", "Bounce rate"]
    assert [(row.label, row.counts, row.rates) for row in table.rows] == [
        ("2026-03-02", [1, 0], ["–"]),
        ("2026-03-01", [3, 1], ["5.0%"]),
    ]
    assert (table.totals, table.total_rates) == ([4, 1], ["6.2%"])


def test_a_finding_says_how_many_of_what_and_when_most():
    page = pages.PAGES["bounced"]
    numbers = volumes(bounced_hard=[3, 1, None], bounced_soft=[1, 0, None], accepted=[80, 20, None])
    assert tables.finding(page, numbers, AXIS, "in the last 3 days") == (
        "5 bounces in the last 3 days, 5.0% of 100 emails sent; peak: 2026-03-01 (4)."
    )
    assert tables.finding(page, volumes(), AXIS, "in the last 3 days") == "No bounces in the last 3 days."
    days = volumes(complained=[0, 1, None])
    assert tables.finding(pages.PAGES["complaints"], days, AXIS, "in the last 3 days") == (
        "1 spam report in the last 3 days; peak: 2026-03-02 (1)."
    )


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 0, "–"), (0, 9, "0.0%"), (1, 3, "33.3%"), (1, 1000, "0.10%"), (1, 1, "100.0%"), (8, 5, "over 100%")],
)
def test_small_shares_have_two_decimals(part, whole, text):
    assert tables.per_cent(part, whole) == text
