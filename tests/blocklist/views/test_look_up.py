"""The look-up of one address, and the whitelist."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import formats, timezone

from blocklist.models import Exemption
from tests import factories

pytestmark = pytest.mark.django_db


class TestLookUp:
    URL = reverse("blocklist:look_up")

    def look(self, browser, address):
        return browser.get(self.URL, {"address": address}).content.decode()

    def test_says_by_what_since_when_until_when_and_which_mail_showed_it(self, account, browser):
        ends = timezone.now() + timedelta(days=99)
        factories.block(account, kind="invalid", reason="550 5.1.1 unknown here", message=77, expires_at=ends)
        page = self.look(browser, " Ann@EXAMPLE.com ")
        assert "ann@example.com is blocked" in page
        assert "550 5.1.1 unknown here" in page
        assert formats.date_format(ends, "DATETIME_FORMAT") in page
        assert reverse("sending:message", args=[77]) in page
        assert "Remove" in page

    def test_keeps_another_accounts_mail_to_itself_and_offers_the_whitelist(self, browser):
        factories.block(factories.account(), kind="invalid", reason="550 said to others", message=77)
        page = self.look(browser, "ann@example.com")
        assert "is blocked" in page
        assert "another account" in page
        assert "550 said to others" not in page
        assert reverse("sending:message", args=[77]) not in page
        assert "Whitelist" in page

    def test_knows_no_reject_or_custom_block_of_another_account(self, browser):
        for kind in ("reject", "custom"):
            factories.block(factories.account(), kind=kind)
        assert "is not blocked" in self.look(browser, "ann@example.com")

    def test_names_the_domain_that_is_blocked(self, account, browser):
        factories.block(account, kind="reject")
        assert "gets no email from mail.test" in self.look(browser, "ann@example.com")

    def test_counts_no_block_that_is_over_or_lifted(self, account, browser):
        factories.block(account, kind="custom", expires_at=timezone.now() - timedelta(days=1))
        factories.block(factories.account(), kind="invalid")
        Exemption.objects.create(account=account, address="ann@example.com")
        page = self.look(browser, "ann@example.com")
        assert "is not blocked" in page
        assert "Whitelisted" in page
        assert "Expired" in page

    def test_says_what_is_wrong_with_an_address(self, browser):
        response = browser.get(self.URL, {"address": "ann"})
        assert response.status_code == 422
        assert "needs a name, an @" in response.content.decode()


def test_an_address_is_whitelisted_and_taken_off_again(account, browser):
    factories.block(factories.account(), kind="invalid", expires_at=timezone.now() + timedelta(days=9))
    browser.post(reverse("blocklist:whitelist"), {"address": "ann@example.com", "reason": "she wrote"})
    assert Exemption.objects.get(account=account).reason == "she wrote"
    assert "she wrote" in browser.get(reverse("blocklist:list")).content.decode()
    browser.post(reverse("blocklist:unwhitelist"), {"address": "ann@example.com"})
    assert not Exemption.objects.exists()
