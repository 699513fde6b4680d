"""The three blocklists: what each shows, and the release of an address."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from blocklist.models import BlockedAddress
from tests import factories

pytestmark = pytest.mark.django_db

LIST = reverse("blocklist:list")


class TestLists:
    @pytest.mark.parametrize("kind", BlockedAddress.Kind.values)
    def test_each_kind_has_its_own(self, account, browser, kind):
        for listed in BlockedAddress.Kind.values:
            factories.block(account, kind=listed, address=f"{listed}@example.com")
        page = browser.get(LIST, {"kind": kind}).content.decode()
        assert f"{kind}@example.com" in page
        assert page.count("@example.com</bdi></a>") == 1

    @pytest.mark.parametrize("kind", BlockedAddress.Kind.values)
    def test_are_shown_in_the_language_of_the_reader(self, account, browser, kind):
        factories.block(account, kind=kind)
        page = browser.get(LIST, {"kind": kind}, headers={"accept-language": "zh-CN"}).content.decode()
        assert "屏蔽时间" in page
        assert "Blocked since" not in page

    @pytest.mark.parametrize("kind", BlockedAddress.Kind.values)
    def test_are_downloaded_as_csv(self, account, browser, kind):
        factories.block(account, kind=kind)
        response = browser.get(LIST, {"kind": kind, "format": "csv"})
        assert b"ann@example.com" in b"".join(response.streaming_content)
        assert f"ses_blocklist-{kind}_" in response["Content-Disposition"]

    def test_are_narrowed_by_how_the_address_begins(self, account, browser):
        for name in ("ann", "anna", "bob"):
            factories.block(account, kind="custom", address=f"{name}@example.com")
        page = browser.get(LIST, {"kind": "custom", "address": "ANN"}).content.decode()
        assert "anna@example.com" in page
        assert "bob@example.com" not in page

    def test_never_show_another_accounts_rows(self, browser):
        for kind in BlockedAddress.Kind.values:
            factories.block(factories.account(), kind=kind)
            assert "ann@example.com</bdi>" not in browser.get(LIST, {"kind": kind}).content.decode()

    def test_cost_the_same_number_of_queries_for_any_length(self, account, browser):
        counts = []
        # The first request of a day renews the session.
        browser.get(LIST, {"kind": "custom"})
        for start in (0, 10):
            for n in range(10):
                factories.block(account, kind="custom", address=f"user{start + n}@example.com")
            with CaptureQueriesContext(connection) as seen:
                browser.get(LIST, {"kind": "custom"})
            counts.append(len(seen))
        assert counts[0] == counts[1]


def test_a_block_is_removed(account, browser):
    browser.post(reverse("blocklist:remove", args=[factories.block(account, kind="invalid").pk]))
    assert not BlockedAddress.objects.exists()
