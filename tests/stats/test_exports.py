"""stats.exports: events as CSV that spreadsheets open rightly and that runs nothing."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.csv import formulas
from sending.models import EventKind
from sending.models.ids import first_of, ms_of
from stats import exports
from tests import factories

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 1, 10, 20, 30, 456_000, tzinfo=UTC)
KINDS = tuple(EventKind)


def export(account, zone="UTC", kinds=KINDS, **fields):
    span = {"start": START - timedelta(days=1), "end": START + timedelta(days=1), **fields}
    return b"".join(exports.lines(exports.Selection(account_id=account.pk, kinds=kinds, **span), zone))


def read(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def formula(cell):
    """=TEXT(C2/86400000+DATE(1970,1,1),"YYYY-MM-DD HH:mm:ss") as a spreadsheet counts it: days, then a text."""
    days = int(cell) / 86_400_000 + (datetime(1970, 1, 1) - datetime(1899, 12, 30)).days
    return (datetime(1899, 12, 30) + timedelta(days=round(days * 86_400) / 86_400)).strftime("%Y-%m-%d %H:%M:%S")


def test_column_c_is_the_time_that_the_spreadsheet_formula_shows():
    account = factories.account()
    event = factories.event(account, EventKind.BOUNCE, START, reason="550 5.1.1 no", bounce_type="hard_bounce")
    header, row = read(export(account))
    assert header[:3] == ["message_id", "recipient", "event_time_ms"]
    assert row[2] == str(ms_of(event.pk))
    assert formula(row[2]) == "2026-03-01 10:20:30"


def test_the_columns_and_their_order_are_fixed():
    assert read(export(factories.account()))[0] == [
        "message_id",
        "recipient",
        "event_time_ms",
        "event_time",
        "sender",
        "sender_domain",
        "recipient_domain",
        "event",
        "reason",
        "bounce_type",
        "bounce_class",
        "link",
        "user_agent",
        "machine",
    ]


def test_an_event_fills_its_line():
    account = factories.account()
    factories.event(
        account,
        EventKind.CLICK,
        START,
        link="https://x.test/?a=1,2",
        user_agent='Agent "7"',
        machine=True,
        message=4711,
    )
    assert read(export(account, "Asia/Shanghai"))[1] == [
        "4711",
        "ann@example.com",
        str(int(START.timestamp() * 1000)),
        "2026-03-01T18:20:30.456+08:00",
        "news@mail.test",
        "mail.test",
        "example.com",
        "click",
        "",
        "",
        "",
        "https://x.test/?a=1,2",
        'Agent "7"',
        "true",
    ]


def test_the_message_id_is_the_one_the_client_was_given():
    account = factories.account()
    message = factories.message(account)
    factories.event(account, message=message.pk)
    row = read(export(account, end=datetime.now(UTC) + timedelta(days=1)))[1]
    assert row[0] == message.message_id


def test_only_what_was_asked_for_is_in_the_file():
    account = factories.account()
    wanted = factories.event(account, EventKind.BOUNCE, START, recipient="in@example.com")
    factories.event(account, EventKind.OPEN, START)
    factories.event(account, EventKind.BOUNCE, START, sender_domain="news.test")
    factories.event(account, EventKind.BOUNCE, START, recipient_domain="b.test")
    factories.event(account, EventKind.BOUNCE, START + timedelta(days=2))
    factories.event(factories.account(), EventKind.BOUNCE, START)
    content = export(
        account, kinds=(EventKind.BOUNCE,), sender_domain="mail.test", recipient_domain=wanted.recipient_domain
    )
    assert [row[1] for row in read(content)[1:]] == ["in@example.com"]


def test_the_file_is_utf8_with_a_mark_and_crlf():
    account = factories.account()
    factories.event(account, at=START, reason="Zeile 1\nZeile 2 ä")
    content = export(account)
    assert content.startswith(b"\xef\xbb\xbfmessage_id,")
    assert content.count(b"\r\n") == 2
    assert content.endswith(b"\r\n")
    assert read(content)[1][8] == "Zeile 1\nZeile 2 ä"


def test_lines_come_oldest_first():
    account = factories.account()
    for seconds in (5, 1, 9, 3):
        factories.event(account, at=START + timedelta(seconds=seconds))
    times = [int(row[2]) for row in read(export(account))[1:]]
    assert times == sorted(times)


def test_long_files_come_in_pieces():
    account = factories.account()
    for _ in range(120):
        factories.event(account, at=START, reason="x" * 1500)
    pieces = list(
        exports.lines(
            exports.Selection(account_id=account.pk, kinds=KINDS, start=START, end=START + timedelta(days=1)), "UTC"
        )
    )
    assert len(pieces) == 3
    assert max(map(len, pieces)) < exports.PIECE + 4000
    assert len(read(b"".join(pieces))) == 121


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "＝", "－", " =", "\t", "\r", "\n"])
def test_every_text_from_outside_is_guarded(first):
    account, text = factories.account(), f"{first}cmd|x"
    names = {"recipient": 1, "from_address": 4, "reason": 8, "link": 11, "user_agent": 12}
    factories.event(account, at=START, **dict.fromkeys(names, text))
    row = read(export(account))[1]
    assert {name: row[at] for name, at in names.items()} == dict.fromkeys(names, f"'{text}")


def test_a_file_begins_with_its_start_and_ends_before_its_end():
    account = factories.account()
    for days in (-1, 0, 1):
        factories.event(account, id=first_of(START + timedelta(days=days)), reason=f"day {days}")
    rows = read(export(account, start=START, end=START + timedelta(days=1)))[1:]
    assert [row[8] for row in rows] == ["day 0"]


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
    | st.text(st.sampled_from("=+-@＝－−\t\r\n; '\"a\u00a0\u200b"), max_size=12)
)
@example("\t=1")
@example("a;=1;=2\n-3")
def test_the_database_guards_cells_as_every_other_file_has_them(text):
    from django.db import transaction

    with transaction.atomic():
        account = factories.account()
        factories.event(account, at=START, reason=text)
        cell = read(export(account))[1][8]
        transaction.set_rollback(True)
    assert cell == formulas.guarded(text)


def test_the_files_name_says_what_when_and_in_which_zone():
    assert exports.file_name("bounced", START, START + timedelta(days=6), "Asia/Shanghai") == (
        "ses_bounced_20260301-20260307_Asia-Shanghai.csv"
    )
