"""stats.figures and stats.tables: the same numbers as a chart, as rows and as a sentence."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import plotly.graph_objects
import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from stats import figures, intervals, pages, tables, views
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


@given(st.integers(0, 10**12))
def test_the_lines_of_a_chart_are_few_and_stand_at_whole_numbers(highest):
    step = figures.step(highest)
    assert step >= 1
    assert highest <= figures.MAX_STEPS * step
    assert step == 1 or highest > figures.MAX_STEPS * step / 2.5
    assert str(step).strip("0") in {"1", "2", "5"}


@pytest.mark.parametrize(("counts", "step"), [([1, 0, 0], 1), ([5, 2, 0], 1), ([3, 0, 0], 2), ([60, 0, 0], 50)])
def test_a_low_chart_has_a_line_for_each_whole_number(counts, step):
    soft = counts if counts[0] in {3, 60} else [0, 0, 0]
    chart = figures.chart(volumes(bounced_hard=counts, bounced_soft=soft), (pages.HARD, pages.SOFT), AXIS)
    assert chart["layout"]["yaxis"]["dtick"] == step


NEW_YORK, LORD_HOWE = ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")


def bars(start, end, zone, grain=Grain.HOUR):
    """The places of a chart whose buckets count 1, 2, 3 …"""
    axis = Axis(start, end, grain, zone)
    counts = [dict.fromkeys(COUNTERS, number) for number, _bucket in enumerate(axis.buckets, start=1)]
    numbers = Volumes(axis.buckets, counts)
    chart = figures.chart(numbers, (pages.DELIVERED,), axis)
    rows = tables.table(numbers, (pages.DELIVERED,), (), axis).rows
    assert chart["traces"][0]["y"] == [row.counts[0] for row in reversed(rows)]
    return chart["traces"][0]["x"], [row.label for row in reversed(rows)], chart["layout"]["xaxis"]


def test_the_hour_that_comes_twice_is_two_bars_with_labels_of_their_own():
    start = datetime(2026, 11, 1, tzinfo=NEW_YORK)
    places, labels, axis = bars(start, datetime(2026, 11, 2, tzinfo=NEW_YORK), NEW_YORK)
    assert len(places) == len(set(places)) == 25
    assert places[:4] == [
        "00:00<br>2026-11-01",
        "01:00 -04:00<br>2026-11-01",
        "01:00 -05:00<br>2026-11-01",
        "02:00<br>2026-11-01",
    ]
    assert labels[:4] == ["2026-11-01 00:00", "2026-11-01 01:00 -04:00", "2026-11-01 01:00 -05:00", "2026-11-01 02:00"]
    assert (axis["type"], axis["range"]) == ("category", [-0.5, 24.5])
    assert axis["ticktext"][:3] == ["00:00<br>11-01", "01:00<br>-05:00", "05:00<br>11-01"]
    assert axis["tickvals"][:3] == [0, 2, 6]


def test_a_clock_that_is_put_back_by_half_an_hour_hides_no_bar():
    start = datetime(2026, 4, 4, 12, tzinfo=UTC)
    places, labels, _axis = bars(start, start + timedelta(hours=6), LORD_HOWE)
    assert len(places) == len(set(places)) == 6
    assert labels[2:5] == ["2026-04-05 01:00", "2026-04-05 01:30 +10:30", "2026-04-05 02:30"]


def test_minutes_that_come_twice_stand_in_their_order():
    start = datetime(2026, 11, 1, 5, 58, tzinfo=UTC)
    places, _labels, _axis = bars(start, start + timedelta(minutes=4), NEW_YORK, Grain.MINUTE)
    assert places == ["01:58 -04:00", "01:59 -04:00", "01:00 -05:00", "01:01 -05:00"]


def test_an_hour_that_never_was_leaves_no_gap():
    start = datetime(2026, 3, 8, tzinfo=NEW_YORK)
    places, labels, axis = bars(start, datetime(2026, 3, 9, tzinfo=NEW_YORK), NEW_YORK)
    assert len(places) == 23
    assert labels[1:3] == ["2026-03-08 01:00", "2026-03-08 03:00"]
    assert axis["type"] == "category"


def test_days_on_which_the_clock_changes_are_days():
    start = datetime(2026, 10, 31, tzinfo=NEW_YORK)
    places, labels, axis = bars(start, datetime(2026, 11, 3, tzinfo=NEW_YORK), NEW_YORK, Grain.DAY)
    assert labels == ["2026-10-31", "2026-11-01", "2026-11-02"]
    assert (places[1], axis["type"]) == ("2026-11-01T00:00:00", "date")


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    st.timedeltas(timedelta(minutes=1), timedelta(days=3)),
    st.sampled_from(
        ["UTC", "Asia/Shanghai", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"]
    ),
)
def test_no_two_bars_share_a_place_or_a_label(start, span, zone):
    start = start.replace(tzinfo=UTC)
    axis = intervals.axis(start, start + span, ZoneInfo(zone))
    places, labels, _axis = bars(axis.start, axis.end, axis.zone, axis.grain)
    assert len(places) == len(set(places)) == len(set(labels))


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
    assert [(row.label, row.counts, row.rate_texts) for row in table.rows] == [
        ("2026-03-02", [1, 0], ["–"]),
        ("2026-03-01", [3, 1], ["5.0%"]),
    ]
    assert (table.totals.counts, table.totals.rate_texts) == ([4, 1], ["6.2%"])


def test_rows_of_zeros_in_a_row_are_shown_as_one():
    axis = Axis(START, START + timedelta(minutes=60), Grain.MINUTE, UTC)
    nothing, something = dict.fromkeys(COUNTERS, 0), dict.fromkeys(COUNTERS, 7)
    counts = [*[nothing] * 20, something, nothing, nothing, something, *[nothing | {"accepted": 9}] * 36]
    table = tables.table(Volumes(axis.buckets, counts), (pages.HARD,), (pages.BOUNCE_RATE,), axis)
    assert len(table.rows) == 60
    assert [(row.label, row.counts, row.rate_texts) for row in table.shown_rows] == [
        ("00:24 – 00:59", [0], ["0.0%"]),
        ("00:23", [7], ["–"]),
        ("00:22", [0], ["–"]),
        ("00:21", [0], ["–"]),
        ("00:20", [7], ["–"]),
        ("00:00 – 00:19", [0], ["–"]),
    ]


def test_a_finding_says_how_many_of_what_and_when_most():
    page = pages.PAGES["bounced"]
    numbers = volumes(bounced_hard=[3, 1, None], bounced_soft=[1, 0, None], accepted=[80, 20, None])
    assert tables.finding(page, numbers, AXIS, "in the last 3 days") == (
        "5 bounces in the last 3 days, 5.0% of 100 emails sent; peak: 2026-03-01 (4)."
    )
    assert tables.finding(page, volumes(), AXIS, "in the last 3 days") == "No bounces in the last 3 days."
    more = volumes(opened=[3, 0, None], delivered=[1, 1, None])
    assert tables.finding(pages.PAGES["opens"], more, AXIS, "today") == "3 human opens today; peak: 2026-03-01 (3)."
    days = volumes(complained=[0, 1, None])
    assert tables.finding(pages.PAGES["complaints"], days, AXIS, "in the last 3 days") == (
        "1 spam report in the last 3 days; peak: 2026-03-02 (1)."
    )


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 0, "–"), (0, 9, "0.0%"), (1, 3, "33.3%"), (1, 1000, "0.10%"), (1, 1, "100.0%"), (8, 5, "–")],
)
def test_small_shares_have_two_decimals(part, whole, text):
    assert tables.per_cent(part, whole) == text
