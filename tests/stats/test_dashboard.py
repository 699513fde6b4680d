"""stats.dashboard: the first page says where one stands and what to do next."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import notices
from accounts.models import Notice
from domains.models import SenderDomain
from sending.models import EventKind
from stats import dashboard, rollup
from templates_app import review
from tests import factories
from tests.templates_app.bodies import GOOD

pytestmark = pytest.mark.django_db


def html(account, role="operator"):
    browser = Client()
    browser.force_login(factories.user(account, role))
    return browser.get(reverse("stats:dashboard")).content.decode()


def test_a_new_account_is_led_to_its_first_mail():
    account = factories.account()
    page = html(account)
    assert "Get started" in page
    assert reverse("domains:create") in page
    assert 'id="today"' not in page
    assert "Send email" not in page


def test_today_is_shown_with_rates():
    account = factories.account()
    factories.message(account)
    for kind in (EventKind.ACCEPTED, EventKind.ACCEPTED, EventKind.DELIVERED, EventKind.OPEN):
        factories.event(account, kind)
    rollup.roll_up()
    page = html(account)
    assert "50.0% of accepted" in page
    assert "100.0% of delivered" in page


def test_the_quota_is_what_the_level_allows_and_the_day_has_used():
    account = factories.account()
    domain = factories.domain(account, name="mail.test", state=SenderDomain.State.VERIFIED, reputation_level=1)
    factories.domain(account, state=SenderDomain.State.PENDING)
    for _ in range(5):
        factories.event(account, EventKind.ACCEPTED, datetime.now(UTC))
    rollup.roll_up()
    (quota,) = dashboard.quotas(factories.caller(account))
    assert (quota.domain, quota.used, quota.allowed, quota.share) == (domain, 5, 500, 1)


def test_open_notices_are_shown_and_closed_ones_are_not():
    account = factories.account()
    notices.post(account, level=Notice.Level.WARNING, subject="spf", text="SPF is missing", link="/domains/")
    notices.post(account, level=Notice.Level.INFO, subject="old", text="long settled")
    notices.withdraw(account, subject="old")
    page = html(account)
    assert "SPF is missing" in page
    assert "long settled" not in page


def test_a_reviewer_sees_no_figures():
    account = factories.account()
    page = html(account, "reviewer")
    assert "Today" not in page
    assert "Quota" not in page


def test_the_page_costs_the_same_number_of_queries_for_any_account():
    account = factories.account()
    html(account)
    counts = []
    for _ in range(2):
        factories.domain(account, state=SenderDomain.State.VERIFIED)
        factories.event(account)
        rollup.roll_up()
        with CaptureQueriesContext(connection) as seen:
            html(account)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_opens_of_earlier_mails_are_no_share_of_todays():
    account = factories.account()
    factories.message(account)
    for kind in (EventKind.ACCEPTED, EventKind.DELIVERED, EventKind.OPEN, EventKind.OPEN):
        factories.event(account, kind)
    rollup.roll_up()
    page = html(account)
    assert "100.0% of accepted" in page
    assert "of delivered" in page
    assert "200.0%" not in page


def test_a_reviewer_sees_what_waits():
    account = factories.account()
    assert "your review" not in html(account, "reviewer")
    author = factories.caller(account)
    review.submit(author, template=review.create(author, name="Spring", html=GOOD))
    page = html(account, "reviewer")
    assert "1 template is waiting for your review" in page
    assert reverse("templates:review_queue") in page
    assert "waiting for your review" not in html(account)
