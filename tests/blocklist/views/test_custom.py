"""The account's own list: adding, importing, changing an expiry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from blocklist.models import BlockedAddress
from tests import factories

pytestmark = pytest.mark.django_db

LATER = datetime.now(UTC).date() + timedelta(days=30)


def test_an_address_is_added_with_its_expiry(account, browser):
    response = browser.post(reverse("blocklist:add"), {"address": "Ann@example.com", "expires": LATER})
    assert response["Location"] == f"{reverse('blocklist:list')}?kind=custom"
    assert BlockedAddress.objects.get(account=account).expires_at.date() == LATER


def test_a_refusal_stands_at_its_field_and_nothing_typed_is_lost(browser):
    response = browser.post(
        reverse("blocklist:add"), {"address": "ann@example.com", "expires": "2020-01-01", "reason": "because"}
    )
    assert response.status_code == 422
    assert "must be later than today" in response.content.decode()
    assert "because" in response.content.decode()


def test_an_expiry_is_changed(account, browser):
    row = factories.block(account, kind="custom")
    browser.post(reverse("blocklist:expiry", args=[row.pk]), {"expires": LATER})
    row.refresh_from_db()
    assert row.expires_at.date() == LATER
    assert LATER.isoformat() in browser.get(reverse("blocklist:expiry", args=[row.pk])).content.decode()


def test_only_own_entries_have_an_expiry_to_change(account, browser):
    row = factories.block(account, kind="invalid")
    assert browser.get(reverse("blocklist:expiry", args=[row.pk])).status_code == 404


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

    def test_the_report_says_how_the_file_was_read(self, browser):
        content = "原因;邮箱;负责人\r\n客户要求退订;ann@example.com;王伟\r\n".encode("gb18030")
        page = browser.post(self.URL, {"file": SimpleUploadedFile("list.csv", content)}).content.decode()
        assert "Read as GB18030" in page
        assert "Columns are separated by semicolons." in page
        assert "Columns read: 原因, 邮箱." in page
        assert "Columns not read: 负责人." in page
        assert BlockedAddress.objects.get().reason == "客户要求退订"

    def test_what_cannot_be_seen_is_named_on_the_page(self, browser):
        page = browser.post(self.URL, {"text": "a\u200bnn@example.com"}).content.decode()
        assert "ZERO WIDTH SPACE (U+200B)" in page
        assert "a⟨U+200B⟩nn@example.com" in page

    def test_lines_are_counted_as_they_were_pasted(self, browser):
        page = browser.post(self.URL, {"text": "\r\n\r\nann@example.com\r\nnobody\r\n"}).content.decode()
        assert "1 of 2 addresses" in page
        assert "<td>4</td>" in page
