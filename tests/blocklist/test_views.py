"""blocklist.views: three lists, the look-up, and what may be done about a block."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import formats, timezone

from blocklist.models import BlockedAddress, Exemption
from tests import factories

pytestmark = pytest.mark.django_db

LIST = reverse("blocklist:list")
LATER = datetime.now(UTC).date() + timedelta(days=30)


@pytest.fixture
def account():
    return factories.account()


@pytest.fixture
def browser(account):
    client = Client()
    client.force_login(factories.user(account))
    return client


def block(account, kind="custom", **fields):
    causes = {"invalid": "bounced", "reject": "unsubscribed", "custom": "entered"}
    domain = {"sender_domain": "mail.test"} if kind == "reject" else {}
    return factories.block(account, kind=kind, cause=causes[kind], **domain, **fields)


class TestLists:
    @pytest.mark.parametrize("kind", BlockedAddress.Kind.values)
    def test_each_kind_has_its_own(self, account, browser, kind):
        for listed in BlockedAddress.Kind.values:
            block(account, listed, address=f"{listed}@example.com")
        page = browser.get(LIST, {"kind": kind}).content.decode()
        assert f"{kind}@example.com" in page
        assert page.count("@example.com</span></a>") == 1

    @pytest.mark.parametrize("kind", BlockedAddress.Kind.values)
    def test_are_told_in_the_language_of_the_reader(self, account, browser, kind):
        block(account, kind)
        page = browser.get(LIST, {"kind": kind}, headers={"accept-language": "zh-CN"}).content.decode()
        assert "屏蔽时间" in page
        assert "Blocked since" not in page

    @pytest.mark.parametrize("kind", BlockedAddress.Kind.values)
    def test_are_downloaded_as_csv(self, account, browser, kind):
        block(account, kind)
        response = browser.get(LIST, {"kind": kind, "format": "csv"})
        assert b"ann@example.com" in b"".join(response.streaming_content)
        assert f"ses_blocklist-{kind}_" in response["Content-Disposition"]

    def test_are_narrowed_by_how_the_address_begins(self, account, browser):
        for name in ("ann", "anna", "bob"):
            block(account, address=f"{name}@example.com")
        page = browser.get(LIST, {"kind": "custom", "address": "ANN"}).content.decode()
        assert "anna@example.com" in page
        assert "bob@example.com" not in page

    def test_never_show_another_accounts_rows(self, browser):
        for kind in BlockedAddress.Kind.values:
            block(factories.account(), kind)
            assert "ann@example.com</span>" not in browser.get(LIST, {"kind": kind}).content.decode()

    def test_cost_the_same_number_of_queries_for_any_length(self, account, browser):
        counts = []
        for start in (0, 10):
            for n in range(10):
                block(account, address=f"user{start + n}@example.com")
            with CaptureQueriesContext(connection) as seen:
                browser.get(LIST, {"kind": "custom"})
            counts.append(len(seen))
        assert counts[0] == counts[1]


class TestLookUp:
    URL = reverse("blocklist:look_up")

    def look(self, browser, address):
        return browser.get(self.URL, {"address": address}).content.decode()

    def test_says_by_what_since_when_until_when_and_which_mail_showed_it(self, account, browser):
        ends = timezone.now() + timedelta(days=99)
        block(account, "invalid", reason="550 5.1.1 unknown here", message=77, expires_at=ends)
        page = self.look(browser, " Ann@EXAMPLE.com ")
        assert "ann@example.com is blocked" in page
        assert "550 5.1.1 unknown here" in page
        assert formats.date_format(ends, "DATETIME_FORMAT") in page
        assert reverse("sending:message", args=[77]) in page
        assert "Remove" in page

    def test_keeps_another_accounts_mail_to_itself_and_offers_the_whitelist(self, browser):
        block(factories.account(), "invalid", reason="550 said to others", message=77)
        page = self.look(browser, "ann@example.com")
        assert "is blocked" in page
        assert "another account" in page
        assert "550 said to others" not in page
        assert reverse("sending:message", args=[77]) not in page
        assert "Whitelist" in page

    def test_knows_no_reject_or_custom_block_of_another_account(self, browser):
        for kind in ("reject", "custom"):
            block(factories.account(), kind)
        assert "is not blocked" in self.look(browser, "ann@example.com")

    def test_names_the_domain_that_is_blocked(self, account, browser):
        block(account, "reject")
        assert "gets no email from mail.test" in self.look(browser, "ann@example.com")

    def test_counts_no_block_that_is_over_or_lifted(self, account, browser):
        block(account, "custom", expires_at=timezone.now() - timedelta(days=1))
        block(factories.account(), "invalid")
        Exemption.objects.create(account=account, address="ann@example.com")
        page = self.look(browser, "ann@example.com")
        assert "is not blocked" in page
        assert "Whitelisted" in page
        assert "Expired" in page

    def test_says_what_is_wrong_with_an_address(self, browser):
        response = browser.get(self.URL, {"address": "ann"})
        assert response.status_code == 422
        assert "needs a name, an @" in response.content.decode()


class TestActs:
    def test_an_address_is_added_with_its_expiry(self, account, browser):
        response = browser.post(reverse("blocklist:add"), {"address": "Ann@example.com", "expires": LATER})
        assert response["Location"] == f"{LIST}?kind=custom"
        assert BlockedAddress.objects.get(account=account).expires_at.date() == LATER

    def test_a_refusal_stands_at_its_field_and_nothing_typed_is_lost(self, browser):
        response = browser.post(
            reverse("blocklist:add"), {"address": "ann@example.com", "expires": "2020-01-01", "reason": "because"}
        )
        assert response.status_code == 422
        assert "must be later than today" in response.content.decode()
        assert "because" in response.content.decode()

    def test_an_expiry_is_changed(self, account, browser):
        row = block(account)
        browser.post(reverse("blocklist:expiry", args=[row.pk]), {"expires": LATER})
        row.refresh_from_db()
        assert row.expires_at.date() == LATER
        assert LATER.isoformat() in browser.get(reverse("blocklist:expiry", args=[row.pk])).content.decode()

    def test_only_own_entries_have_an_expiry_to_change(self, account, browser):
        row = block(account, "invalid")
        assert browser.get(reverse("blocklist:expiry", args=[row.pk])).status_code == 404

    def test_a_block_is_removed(self, account, browser):
        browser.post(reverse("blocklist:remove", args=[block(account, "invalid").pk]))
        assert not BlockedAddress.objects.exists()

    def test_an_address_is_whitelisted_and_taken_off_again(self, account, browser):
        block(factories.account(), "invalid", expires_at=timezone.now() + timedelta(days=9))
        browser.post(reverse("blocklist:whitelist"), {"address": "ann@example.com", "reason": "she wrote"})
        assert Exemption.objects.get(account=account).reason == "she wrote"
        assert "she wrote" in browser.get(LIST).content.decode()
        browser.post(reverse("blocklist:unwhitelist"), {"address": "ann@example.com"})
        assert not Exemption.objects.exists()


class TestImport:
    URL = reverse("blocklist:import")

    def test_a_pasted_list_is_stored_and_every_bad_line_named(self, browser):
        response = browser.post(
            self.URL, {"text": f"ann@example.com\nbob@example.com,{LATER}\nnobody\nann@example.com"}
        )
        page = response.content.decode()
        assert response.status_code == 200
        assert "2 of 4 addresses are now blocked" in page
        assert "<td>3</td>" in page
        assert "needs a name, an @" in page
        assert "Already in line 1." in page
        assert BlockedAddress.objects.count() == 2

    def test_a_file_is_read_as_spreadsheets_write_it(self, browser):
        file = SimpleUploadedFile("list.csv", "Email;Expires\r\nann@example.com;\r\n".encode("utf-16"))
        browser.post(self.URL, {"file": file})
        assert BlockedAddress.objects.get().cause == "imported"

    def test_a_check_stores_nothing(self, browser):
        page = browser.post(self.URL, {"text": "ann@example.com", "dry_run": "on"}).content.decode()
        assert "1 of 1 address can be imported" in page
        assert not BlockedAddress.objects.exists()

    @pytest.mark.parametrize("data", [{}, {"text": "  \n "}, {"text": "\n,\n"}])
    def test_nothing_is_no_list(self, browser, data):
        assert browser.post(self.URL, data).status_code == 422

    def test_a_file_in_another_encoding_is_refused(self, browser):
        file = SimpleUploadedFile("list.csv", "ann@bücher.example".encode("latin-1"))
        response = browser.post(self.URL, {"file": file})
        assert response.status_code == 422
        assert "not UTF-8" in response.content.decode()
