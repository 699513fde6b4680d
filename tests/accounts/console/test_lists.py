from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import IntegerChoices
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import audit
from accounts.caller import Caller
from accounts.console import lists
from accounts.models import AuditEntry
from accounts.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Caller:
    return factories.caller(factories.account(), Role.ADMIN)


@pytest.fixture
def browser(admin: Caller, client: Client) -> Client:
    client.force_login(admin.user)
    return client


def write(admin: Caller, count: int) -> None:
    for number in range(count):
        audit.log(admin, "test.act", f"target {number}")


def test_a_page_has_25_rows_and_a_way_on(browser: Client, admin: Caller) -> None:
    write(admin, 30)
    page = browser.get("/audit/")
    assert len(page.context["lines"]) == 25
    assert b"Next" in page.content
    assert b"Previous" not in page.content
    rest = browser.get("/audit/", {"after": page.context["older"]})
    assert len(rest.context["lines"]) == 5
    assert b"Previous" in rest.content


def test_the_number_of_rows_can_be_chosen_from_three(browser: Client, admin: Caller) -> None:
    write(admin, 60)
    assert len(browser.get("/audit/?size=50").context["lines"]) == 50
    assert len(browser.get("/audit/?size=100000").context["lines"]) == 25


def test_the_number_of_queries_does_not_grow_with_the_rows(browser: Client, admin: Caller) -> None:
    write(admin, 5)
    # The first request of a day renews the session.
    browser.get("/audit/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/audit/")
    write(admin, 20)
    with CaptureQueriesContext(connection) as many:
        browser.get("/audit/")
    assert len(few) == len(many)


def test_filters_narrow_the_rows_and_the_url_keeps_them(browser: Client, admin: Caller) -> None:
    write(admin, 3)
    page = browser.get("/audit/", {"q": "target 2"})
    assert [line.row.target for line in page.context["lines"]] == ["target 2"]
    assert "target 2" in page.content.decode()
    assert "Remove this filter" in page.content.decode()


def test_the_audit_log_is_searched_for_an_address_in_any_spelling(browser: Client, admin: Caller) -> None:
    audit.log(admin, "test.act", "ann@xn--bcher-kva.example")
    audit.log(admin, "test.act", "Herr Örtel")
    for asked in ("ANN@Bücher.example", "bücher.example", "ann@XN--BCHER"):
        page = browser.get("/audit/", {"q": asked})
        assert [line.row.target for line in page.context["lines"]] == ["ann@xn--bcher-kva.example"]
    page = browser.get("/audit/", {"q": "Örtel"})
    assert [line.row.target for line in page.context["lines"]] == ["Herr Örtel"]


def test_no_match_and_nothing_yet_say_different_things(browser: Client, admin: Caller) -> None:
    assert b"No actions in this period" in browser.get("/audit/").content
    page = browser.get("/audit/", {"q": "zzz"})
    assert b"No matches" in page.content
    assert b"Clear all filters" in page.content


def test_rows_outside_the_window_are_not_shown_until_asked_for(browser: Client, admin: Caller) -> None:
    AuditEntry.objects.create(
        account=admin.account,
        at=timezone.now() - timedelta(days=8),
        actor="a",
        channel="task",
        act="old.act",
        target="t",
    )
    assert browser.get("/audit/").context["lines"] == []
    assert len(browser.get("/audit/?range=30d").context["lines"]) == 1


def test_the_csv_has_every_row_of_the_filter_and_no_more(browser: Client, admin: Caller) -> None:
    write(admin, 120)
    audit.log(admin, "other.act", "=cmd()")
    response = browser.get("/audit/", {"format": "csv", "q": "target"})
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert [row["target"] for row in rows] == [f"target {number}" for number in reversed(range(120))]
    assert list(rows[0]) == ["at", "actor", "act", "target", "details", "channel", "ip"]
    assert response["Content-Type"] == "text/csv; charset=utf-8"


def test_the_csv_is_inert(browser: Client, admin: Caller) -> None:
    audit.log(admin, "test.act", "=cmd()")
    response = browser.get("/audit/", {"format": "csv"})
    assert ",'=cmd()," in b"".join(response.streaming_content).decode()


def test_each_download_is_written_down(browser: Client, admin: Caller) -> None:
    browser.get("/audit/", {"format": "csv", "q": "ann"})
    entry = AuditEntry.objects.get(act="exports.download")
    assert (entry.actor, entry.target, entry.details) == (admin.name, "audit", {"filters": {"Actor or target": "ann"}})


def test_a_download_is_written_down_in_english_whoever_asks(browser: Client) -> None:
    browser.get("/audit/", {"format": "csv", "channel": "task"}, headers={"accept-language": "zh-CN"})
    assert AuditEntry.objects.get(act="exports.download").details == {"filters": {"Channel": "Service"}}


def test_the_audit_log_tells_actions_on_the_page_and_keeps_their_codes_in_the_csv(
    browser: Client, admin: Caller
) -> None:
    audit.log(admin, "templates.approve", "Welcome", version=3)
    audit.log(admin, "users.add", "ann@example.test", role="analyst")
    query = {"act": "templates.approve"}
    page = browser.get("/audit/", query)
    assert [cell.value for cell in page.context["lines"][0].cells[2:6]] == [
        "Template approved",
        "Welcome",
        "version: 3",
        "Console",
    ]
    assert [chip.value for chip in page.context["chips"]] == ["Template approved"]
    chinese = browser.get("/audit/", query, headers={"accept-language": "zh-CN"})
    assert chinese.context["lines"][0].cells[2].value == "模板审核通过"
    response = browser.get("/audit/", query | {"format": "csv"}, headers={"accept-language": "zh-CN"})
    (row,) = csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig")))
    assert (row["act"], row["details"], row["channel"]) == ("templates.approve", '{"version": 3}', "console")


def test_more_than_a_download_holds_is_said_rather_than_cut(
    browser: Client, admin: Caller, rules: Callable[..., None]
) -> None:
    rules(csv_stream_rows=10)
    write(admin, 11)
    response = browser.get("/audit/", {"format": "csv", "q": "target"}, follow=True)
    assert response.redirect_chain == [("/audit/?q=target", 302)]
    assert b"Narrow the filters or the dates" in response.content


def test_text_of_others_is_shown_and_not_run(browser: Client, admin: Caller) -> None:
    audit.log(admin, "test.act", "<script>alert(1)</script>")
    assert b"<script>alert" not in browser.get("/audit/").content
    assert b"<script>alert" not in browser.get("/audit/", {"q": "<script>alert(1)"}).content


@pytest.mark.parametrize(
    "query", ["after=%00", "before=x&after=y", "size=-1", "range=%FF", "since=x", "q=%00", "format=xml"]
)
def test_no_query_breaks_the_page(browser: Client, admin: Caller, query: str) -> None:
    write(admin, 2)
    assert browser.get(f"/audit/?{query}").status_code == 200


def test_a_filter_that_is_not_applied_says_so(browser: Client) -> None:
    page = browser.get("/audit/?until=9999-12-31").content.decode()
    assert "Enter a year from 2000 to 2100. This filter is not applied." in page


class Stage(IntegerChoices):
    QUEUED = 0, "Queued"


def test_a_state_whose_number_is_zero_shows_its_word() -> None:
    cell = lists.Cell(lists.Column("state", "State", "state", kind="badge"), Stage.QUEUED, "")
    assert "Queued" in render_to_string("console/_cell.html", {"cell": cell})
    nothing = lists.Cell(cell.column, None, "")
    assert render_to_string("console/_cell.html", {"cell": nothing}).strip() == ""


def test_a_page_says_which_column_leads_to_the_row(admin: Caller, client: Client) -> None:
    message = factories.message(admin.account, recipient="ann@example.test")
    client.force_login(admin.user)
    page = client.get("/sending/status/").content.decode()
    link = page[page.index('class="row-link"') :]
    assert f'href="/sending/status/{message.pk}/"' in link[:80]
    assert "ann@example.test" in link[: link.index("</a>")]
