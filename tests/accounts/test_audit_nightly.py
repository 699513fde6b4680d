"""The nightly verification: what is kept of it, what people see, and how a long log is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from accounts import audit_nightly
from accounts.models import Account, AuditEntry, AuditVerification, Notice
from accounts.roles import Role
from tests import factories
from tests.accounts.test_audit_chain import as_owner, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def anchor(settings: Settings, tmp_path: Path) -> Path:
    settings.AUDIT_ANCHOR = tmp_path / "audit-anchor"
    return settings.AUDIT_ANCHOR


def page(client: Client) -> str:
    client.force_login(factories.user(factories.account(), Role.ADMIN))
    return client.get("/audit/").content.decode()


def test_the_page_says_that_the_log_holds_and_when_that_was_seen(client: Client) -> None:
    write(3)
    assert "Not verified yet" in page(client)
    assert audit_nightly.verify_and_tell() == 3
    shown = page(client)
    assert "no entry was changed or removed." in shown
    assert AuditVerification.objects.get().at.strftime("%Y-%m-%dT%H:%M") in shown


def test_a_broken_log_is_told_on_the_page_and_in_a_notice_until_it_holds(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    ids = write(3)
    as_owner(f"UPDATE accounts_auditentry SET target = 'other' WHERE id = {ids[1]}")
    audit_nightly.verify_and_tell()
    audit_nightly.verify_and_tell()
    assert "run verify_audit" in caplog.text
    assert "Entries of this log were changed or removed." in page(client)
    notice = Notice.objects.get(closed_at=None, account=AuditEntry.objects.get(pk=ids[0]).account)
    assert (notice.level, notice.link) == ("danger", "/audit/")
    as_owner(f"UPDATE accounts_auditentry SET target = 'target 1' WHERE id = {ids[1]}")
    audit_nightly.verify_and_tell()
    assert "no entry was changed or removed." in page(client)
    assert not Notice.objects.filter(closed_at=None).exists()


def test_a_long_log_is_read_in_several_nights_and_then_from_its_beginning() -> None:
    ids = write(5)
    assert [audit_nightly.verify_and_tell(2) for _ in range(3)] == [2, 2, 1]
    as_owner(f"UPDATE accounts_auditentry SET target = 'other' WHERE id = {ids[0]}")
    audit_nightly.verify_and_tell(2)
    runs = list(AuditVerification.objects.order_by("id").values_list("last_seal", "complete", "fault"))
    assert runs == [(2, False, ""), (4, False, ""), (5, True, ""), (0, True, "changed")]


def test_a_night_that_read_a_good_part_of_a_broken_log_takes_no_notice_back() -> None:
    ids = write(5)
    suspended = factories.account(status=Account.Status.SUSPENDED)
    as_owner(f"UPDATE accounts_auditentry SET target = 'other' WHERE id = {ids[3]}")
    for _ in range(2):
        assert not Notice.objects.filter(closed_at=None).exists()
        audit_nightly.verify_and_tell(2)
    told = Notice.objects.get(closed_at=None)
    # The next night begins again, and finds nothing in its part.
    audit_nightly.verify_and_tell(2)
    assert list(AuditVerification.objects.order_by("id").values_list("fault", flat=True)) == ["", "changed", ""]
    assert Notice.objects.get(closed_at=None) == told
    assert told.account != suspended


def test_an_anchor_that_was_changed_is_told(anchor: Path) -> None:
    write(1)
    anchor.write_text("nothing")
    audit_nightly.verify_and_tell()
    assert AuditVerification.objects.get().fault == "anchor"
