from __future__ import annotations

import base64
import json

import pytest
from django.db.models import QuerySet

from accounts import audit
from accounts.console import paging
from accounts.models import AuditEntry
from tests import factories

pytestmark = pytest.mark.django_db

ORDER = ("-id",)


@pytest.fixture
def entries() -> QuerySet[AuditEntry]:
    caller = factories.service_caller(factories.account())
    for number in range(10):
        audit.log(caller, f"act {number % 3}", str(number))
    return AuditEntry.objects.all()


def targets(rows: list[AuditEntry]) -> str:
    return "".join(row.target for row in rows)


def test_following_older_shows_every_row_once(entries: QuerySet[AuditEntry]) -> None:
    seen, after = [], ""
    while True:
        found = paging.page(entries, ORDER, after=after, before="", size=4)
        seen.append(targets(found.rows))
        after = found.older
        if not after:
            break
    assert seen == ["9876", "5432", "10"]


def test_following_newer_goes_the_same_way_back(entries: QuerySet[AuditEntry]) -> None:
    second = paging.page(
        entries, ORDER, after=paging.page(entries, ORDER, after="", before="", size=4).older, before="", size=4
    )
    assert second.newer
    first = paging.page(entries, ORDER, after="", before=second.newer, size=4)
    assert targets(first.rows) == "9876"
    assert first.newer == ""
    assert first.older


def test_the_first_page_has_nothing_newer_and_the_last_nothing_older(entries: QuerySet[AuditEntry]) -> None:
    only = paging.page(entries, ORDER, after="", before="", size=10)
    assert (only.newer, only.older) == ("", "")


def test_new_rows_on_top_shift_nothing(entries: QuerySet[AuditEntry]) -> None:
    first = paging.page(entries, ORDER, after="", before="", size=4)
    audit.log(factories.service_caller(factories.account()), "new", "N")
    assert targets(paging.page(entries, ORDER, after=first.older, before="", size=4).rows) == "5432"


def test_rows_can_be_ordered_by_several_columns(entries: QuerySet[AuditEntry]) -> None:
    order = ("act", "-id")
    seen, after = "", ""
    for _ in range(4):
        found = paging.page(entries, order, after=after, before="", size=3)
        seen += targets(found.rows)
        after = found.older
    assert seen == targets(list(entries.order_by(*order)))


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%%%",
        "W10",
        base64.urlsafe_b64encode(b'["a"]').decode(),
        base64.urlsafe_b64encode(b"[1e400]").decode(),
        base64.urlsafe_b64encode(json.dumps([str(2**80)]).encode()).decode(),
        base64.urlsafe_b64encode(b"[null]").decode(),
        "\x00",
        "é",
    ],
)
def test_a_made_up_cursor_means_the_first_page(entries: QuerySet[AuditEntry], cursor: str) -> None:
    assert targets(paging.page(entries, ORDER, after=cursor, before="", size=4).rows) == "9876"
    assert targets(paging.page(entries, ORDER, after="", before=cursor, size=4).rows) == "9876"


def test_a_cursor_behind_the_last_row_begins_anew(entries: QuerySet[AuditEntry]) -> None:
    last = paging.cursor(entries.order_by("id")[0], ORDER)
    assert targets(paging.page(entries, ORDER, after=last, before="", size=4).rows) == "9876"


def test_no_page_is_found_by_offset_or_count(entries: QuerySet[AuditEntry], django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    older = paging.page(entries, ORDER, after="", before="", size=4).older
    with django_assert_num_queries(1) as queries:
        paging.page(entries, ORDER, after=older, before="", size=4)
    assert "OFFSET" not in queries.captured_queries[0]["sql"]
    assert "COUNT" not in queries.captured_queries[0]["sql"]


@pytest.mark.parametrize("chunk", [1, 3, 5, 10, 100])
def test_walking_yields_every_row_in_order(entries: QuerySet[AuditEntry], chunk: int) -> None:
    assert targets(list(paging.walk(entries, ORDER, chunk=chunk))) == "9876543210"
