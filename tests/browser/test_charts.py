"""Charts as a browser draws them: whole numbers on the axis, a bar for each hour, spans that are what they are called."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from stats import figures, pages
from stats.intervals import Axis, Grain
from stats.rollup import COUNTERS
from stats.volumes import Volumes
from tests.browser.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

START = datetime(2026, 3, 1, tzinfo=UTC)
AXIS = Axis(START, START + timedelta(hours=1), Grain.MINUTE, UTC)
SHOW = """([figure]) => {
  document.getElementById("chart-0").textContent = figure;
  document.dispatchEvent(new Event("htmx:afterSettle"));
}"""


def show(page: Page, delivered: int, bounced: int) -> None:
    """Draw the queue's chart of two numbers."""
    counts = [dict.fromkeys(COUNTERS, 0) | {"delivered": delivered * (n == 9), "bounced_hard": bounced * (n == 20)}
              for n in range(60)]  # fmt: skip
    chart = figures.chart(Volumes(AXIS.buckets, counts), pages.PAGES["queue"].panels[0].series, AXIS)
    page.evaluate(SHOW, [json.dumps(chart)])
    page.wait_for_timeout(200)


def numbers(page: Page) -> list[int]:
    """The numbers beside the lines of the chart."""
    texts = page.locator(".ytick text").all_text_contents()
    return [int(text.replace(",", "")) for text in texts]


def choose_zone(person: Person, zone: str) -> None:
    """Have the console show times in a zone."""
    person.go("/time-zone/")
    person.page.locator("main select[name=zone]").select_option(zone)
    person.page.locator("main form.card button.btn-primary").click()
    expect(person.page.locator("button[name=zone].active").first).to_have_attribute("value", zone)


def test_the_axis_of_a_chart_has_each_whole_number_once(people: Callable[..., Person]) -> None:
    analyst = people("analyst")
    page = analyst.page
    analyst.go("/statistics/queue/")
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    for delivered in (1, 2, 3, 4, 6, 7, 11, 60, 1_234_567):
        show(page, delivered, 1)
        assert len(numbers(page)) >= 2
        assert len(set(numbers(page))) == len(numbers(page)), delivered
        assert numbers(page)[0] == 0
    show(page, 3, 1)
    analyst.look("chart-queue-low")
    show(page, 60, 1)
    page.locator(".legendtoggle").first.click()
    expect(page.locator(".ytick text").nth(1)).to_have_text("1")
    assert numbers(page) == [0, 1]
    # New numbers come in, and what was hidden stays hidden.
    show(page, 70, 2)
    expect(page.locator(".ytick text").nth(2)).to_have_text("2")


def test_on_the_night_the_clock_is_put_back_each_hour_is_a_bar(people: Callable[..., Person]) -> None:
    analyst = people("analyst")
    page = analyst.page
    choose_zone(analyst, "America/New_York")
    analyst.go("/statistics/overview/?since=2025-11-02&until=2025-11-02")
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    places = page.evaluate("document.querySelector('.js-plotly-plot').data[0].x")
    assert len(places) == len(set(places)) == 25
    assert places[1:3] == ["01:00 -04:00<br>2025-11-02", "01:00 -05:00<br>2025-11-02"]
    expect(page.get_by_role("heading", level=2).first).to_have_text("Outcome of emails on 2025-11-02")
    expect(page.locator(".xtick text").filter(has_text="01:00-05:00")).to_be_visible()
    analyst.look("chart-clock")
    for name, days in (("7d", 7), ("30d", 30), ("90d", 90)):
        analyst.go(f"/statistics/overview/?range={name}")
        expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
        assert len(page.evaluate("document.querySelector('.js-plotly-plot').data[0].x")) == days
    analyst.go("/statistics/overview/?since=2025-11-03&until=2025-11-02")
    expect(page.get_by_role("alert").first).to_contain_text("This is after the end date")
    analyst.look("chart-inverted")
    # The other tests have the same analyst.
    choose_zone(analyst, "UTC")
