"""stats.views: the pages of figures."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import formats

from accounts.models import AuditEntry
from sending.models import EventKind
from stats import pages, rollup
from tests import factories

pytestmark = pytest.mark.django_db

COUNTED = {
    "queue": "emails delivered",
    "opens": "human opens",
    "bounced": "bounces",
    "complaints": "spam reports",
    "unsubscribed": "unsubscriptions",
}
DATED = [name for name, page in pages.PAGES.items() if not page.live_minutes]


def client(account, role="analyst", **fields):
    browser = Client()
    browser.force_login(factories.user(account, role, **fields))
    return browser


def fill(account, count=3):
    """Make some events of each kind and return when they happened, which is within the live page's hour."""
    at = datetime.now(UTC) - timedelta(minutes=5)
    for kind in EventKind:
        for _ in range(count):
            factories.event(account, kind, at, bounce_type="hard_bounce")
    rollup.roll_up()
    return at


def figures(html):
    found = re.findall(r'<script id="chart-\d" type="application/json">(.*?)</script>', html)
    return [json.loads(text) for text in found]


@pytest.mark.parametrize("name", pages.PAGES)
class TestChartPages:
    def test_show_chart_sentence_table_and_stamp(self, name):
        account = factories.account()
        fill(account)
        html = client(account).get(reverse(f"stats:{name}")).content.decode()
        drawn = figures(html)
        assert len(drawn) == len(pages.PAGES[name].panels)
        assert sum(filter(None, drawn[0]["traces"][0]["y"])) == 3
        assert f"3 {COUNTED[name]} in " in html
        assert "Data up to " in html
        assert "times in UTC" in html

    def test_say_so_when_nothing_was_ever_counted(self, name):
        html = client(factories.account()).get(reverse(f"stats:{name}")).content.decode()
        assert "No data yet" in html
        assert f"No {COUNTED[name]} in " in html

    def test_narrow_to_a_domain_by_the_url(self, name):
        account = factories.account()
        fill(account)
        html = client(account).get(reverse(f"stats:{name}"), {"recipient_domain": "other.test"}).content.decode()
        assert f"No {COUNTED[name]} in " in html

    def test_survive_any_query(self, name):
        browser = client(factories.account())
        for query in (
            "range=never",
            "since=x&until=2026-02-31",
            "since=2026-03-01&until=2020-01-01",
            "sender_domain=%00",
            "since=0001-01-01&until=9999-12-31",
        ):
            assert browser.get(f"{reverse(f'stats:{name}')}?{query}").status_code == 200

    def test_give_the_events_behind_them_with_the_time_in_column_c(self, name):
        account = factories.account()
        at = fill(account)
        response = client(account).get(reverse(f"stats:{name}"), {"format": "csv"})
        rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"), newline="")))
        assert len(rows) == 1 + 3 * len(pages.PAGES[name].kinds)
        assert rows[0][2] == "event_time_ms"
        shown = datetime.fromtimestamp(int(rows[1][2]) / 1000, UTC)
        assert abs(shown - at) < timedelta(seconds=1)
        assert re.fullmatch(
            rf'attachment; filename="ses_{name}_\d{{8}}-\d{{8}}_UTC\.csv"', response["Content-Disposition"]
        )
        entry = AuditEntry.objects.get()
        assert (entry.act, entry.target) == ("exports.download", name)

    def test_cost_the_same_number_of_queries_however_much_there_is(self, name):
        account = factories.account()
        browser = client(account)
        browser.get(reverse(f"stats:{name}"))
        counts = []
        for _ in range(2):
            fill(account, 5)
            with CaptureQueriesContext(connection) as seen:
                browser.get(reverse(f"stats:{name}"))
            counts.append(len(seen))
        assert counts[0] == counts[1] <= 12


def test_the_queue_page_shows_what_waits_and_refreshes():
    html = client(factories.account()).get(reverse("stats:queue")).content.decode()
    assert 'data-live="5000"' in html
    assert "waiting now" in html


def test_dates_and_buckets_are_those_of_the_persons_zone():
    account = factories.account()
    late = datetime(2026, 3, 1, 20, tzinfo=UTC)
    factories.event(account, EventKind.BOUNCE, late)
    rollup.rebuild(late.date())
    url = f"{reverse('stats:bounced')}?since=2026-03-02&until=2026-03-02"
    assert "No bounces on 2026-03-02" in client(account).get(url).content.decode()
    shanghai = client(account, time_zone="Asia/Shanghai").get(url).content.decode()
    assert "1 bounce on 2026-03-02" in shanghai
    assert "times in Asia/Shanghai" in shanghai


def test_a_span_that_is_too_long_or_inverted_is_said_and_not_applied():
    browser = client(factories.account())
    long = browser.get(reverse("stats:bounced"), {"since": "2020-01-01", "until": "2026-03-01"}).content.decode()
    first = formats.date_format(date(2025, 1, 26), "DATE_FORMAT")
    assert f"A chart shows at most 400 days. Choose {first} or a later day." in long
    assert "No bounces in the last 30 days" in long
    inverted = browser.get(reverse("stats:bounced"), {"since": "2026-03-02", "until": "2026-03-01"}).content.decode()
    assert "This is after the end date" in inverted
    assert "This is before the start date" in inverted
    assert "No bounces in the last 30 days" in inverted
    whole = browser.get(reverse("stats:bounced"), {"since": "2025-01-26", "until": "2026-03-01"}).content.decode()
    assert "No bounces from 2025-01-26 to 2026-03-01" in whole
    assert len(figures(whole)[0]["traces"][0]["x"]) == 400


@pytest.mark.parametrize(("preset", "days"), [("7d", 7), ("30d", 30), ("90d", 90)])
def test_the_last_days_are_so_many_bars(preset, days):
    browser = client(factories.account(), time_zone="America/New_York")
    for query in ({"range": preset}, {"range": preset, "recipient_domain": "example.com"}):
        html = browser.get(reverse("stats:bounced"), query).content.decode()
        assert len(figures(html)[0]["traces"][0]["x"]) == days


def test_a_domain_in_any_letter_case_is_the_one_that_is_meant():
    account = factories.account()
    fill(account)
    html = client(account).get(reverse("stats:bounced"), {"recipient_domain": "EXAMPLE.com"}).content.decode()
    assert "3 bounces in" in html


def test_the_hour_that_comes_twice_is_two_lines_of_page_and_file():
    account = factories.account()
    for hour, count in ((5, 1), (6, 2)):
        for _ in range(count):
            factories.event(account, EventKind.ACCEPTED, datetime(2026, 11, 1, hour, 30, tzinfo=UTC))
    rollup.rebuild(date(2026, 11, 1))
    browser = client(account, time_zone="America/New_York")
    query = {"since": "2026-11-01", "until": "2026-11-01"}
    html = browser.get(reverse("stats:overview"), query).content.decode()
    assert '<th scope="row" class="fw-normal">2026-11-01 01:00 -04:00</th>' in html
    assert '<th scope="row" class="fw-normal">2026-11-01 01:00 -05:00</th>' in html
    response = browser.get(reverse("stats:overview"), query | {"format": "csv"})
    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"), newline="")))
    assert len(rows) == 1 + 25
    assert [row[:2] for row in rows[2:4]] == [["2026-11-01T01:00-04:00", "1"], ["2026-11-01T01:00-05:00", "2"]]


def test_a_recipient_domain_is_shown_by_utc_days_and_the_page_says_so():
    account = factories.account()
    fill(account)
    browser = client(account, time_zone="Asia/Shanghai")
    html = browser.get(reverse("stats:bounced"), {"recipient_domain": "example.com"}).content.decode()
    assert "3 bounces in" in html
    assert "kept for UTC days" in html


class TestOverview:
    def test_shows_days_with_counts_and_rates(self):
        account = factories.account()
        at = fill(account)
        html = client(account).get(reverse("stats:overview")).content.decode()
        row = re.search(rf"<tr><th scope=\"row\" class=\"fw-normal\">{at:%Y-%m-%d}</th>(.*?)</tr>", html, re.S)
        numbers = re.findall(r">([^<>]+)</td>", row[1])
        assert numbers == ["6", "3", "3", "3", "3", "3", "3", "100.0%", "100.0%", "100.0%", "100.0%", "100.0%"]

    def test_gives_its_table_as_csv(self):
        account = factories.account()
        at = fill(account)
        response = client(account).get(reverse("stats:overview"), {"format": "csv"})
        rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"), newline="")))
        assert rows[0][:3] == ["day", "requests", "accepted"]
        assert [f"{at:%Y-%m-%d}", "6", "3"] in [row[:3] for row in rows]

    def test_gives_rates_as_numbers_and_none_where_there_is_none(self):
        account = factories.account()
        at = datetime.now(UTC) - timedelta(minutes=5)
        for kind, count in ((EventKind.ACCEPTED, 32), (EventKind.DELIVERED, 31), (EventKind.OPEN, 40)):
            for _ in range(count):
                factories.event(account, kind, at)
        rollup.roll_up()
        response = client(account).get(reverse("stats:overview"), {"format": "csv"})
        rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"), newline="")))
        row = next(row for row in rows if row["day"] == f"{at:%Y-%m-%d}")
        assert (row["delivery_rate"], row["open_rate"], row["click_rate"]) == ("0.96875", "", "0.0")


def test_pages_are_in_the_reader_s_language_and_files_are_not():
    account = factories.account()
    fill(account)
    browser = client(account)
    browser.cookies["ses_language"] = "zh-hans"
    html = browser.get(reverse("stats:bounced")).content.decode()
    assert "最近 30 天：退信 3 次" in html
    assert "数据截至" in html
    response = browser.get(reverse("stats:overview"), {"format": "csv", "range": "7d"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert text.splitlines()[0] == (
        "day,requests,accepted,delivered,opened,clicked,bounced,unsubscribed,"
        "delivery_rate,open_rate,click_rate,bounce_rate,unsubscribe_rate"
    )
    assert not re.search("[一-龥]", text)
    assert not re.search("[一-龥]", str(AuditEntry.objects.get().details))


def test_downloads_need_the_right_to_export():
    account = factories.account()
    browser = client(account, "reviewer")
    assert browser.get(reverse("stats:bounced"), {"format": "csv"}).status_code == 403
