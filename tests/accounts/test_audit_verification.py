"""What the owner of the tables does to the log beside its rules: constraints lifted, values that no program writes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts import audit, audit_chain, audit_nightly, audit_verification
from accounts.audit_verification import AuditFault, verify
from accounts.models import AuditEntry, AuditSeal, AuditVerification, UnsealedEntry
from tests import factories
from tests.accounts.test_audit_chain import INSERT, as_owner, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def anchor(settings: Settings, tmp_path: Path) -> Path:
    settings.AUDIT_ANCHOR = tmp_path / "audit-anchor"
    return settings.AUDIT_ANCHOR


@pytest.mark.parametrize("number", [0, -1, -(2**63) + 1])
def test_a_seal_before_the_first_hides_no_inserted_entry(number: int) -> None:
    write(3)
    as_owner(INSERT, f"INSERT INTO accounts_auditseal SELECT {number}, max(id), 'x' FROM accounts_auditentry")
    broken = verify().broken
    assert broken is not None
    assert (broken.fault, broken.entry) == (AuditFault.GAP, AuditEntry.objects.latest("id").pk)


def test_an_entry_below_zero_is_named_before_and_after_it_was_put_in_line_for_a_seal() -> None:
    write(3)
    as_owner(INSERT.replace("(account_id", "(id, account_id").replace("SELECT account_id", "SELECT -5, account_id"))
    broken = verify().broken
    assert broken is not None
    assert (broken.fault, broken.entry) == (AuditFault.OUTSIDE, -5)
    as_owner("INSERT INTO accounts_unsealedentry VALUES (-5)")
    broken = verify().broken
    assert broken is not None
    assert (broken.fault, broken.entry) == (AuditFault.CHANGED, -5)


def test_two_seals_of_one_number_are_both_read_at_the_end_of_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_verification, "BATCH", 3)
    write(5)
    as_owner(
        INSERT,
        "ALTER TABLE accounts_auditseal DROP CONSTRAINT accounts_auditseal_pkey",
        "INSERT INTO accounts_auditseal SELECT 3, max(id), 'x' FROM accounts_auditentry",
    )
    broken = verify().broken
    assert broken is not None
    assert (broken.fault, broken.entry) == (AuditFault.GAP, AuditEntry.objects.latest("id").pk)


HARMS = {
    "a time that never comes": "UPDATE accounts_auditentry SET at = 'infinity'",
    "a time before all": "UPDATE accounts_auditentry SET at = '-infinity'",
    "a time before our years": "UPDATE accounts_auditentry SET at = '4000-01-01 BC'",
    "a time after our years": "UPDATE accounts_auditentry SET at = '20000-01-01'",
    "details of many levels": "UPDATE accounts_auditentry SET details = (repeat('[', 4000) || repeat(']', 4000))::jsonb",
    "details that are no object": "UPDATE accounts_auditentry SET details = 'null'",
    "details of long digits": "UPDATE accounts_auditentry SET details = '1e100000'",
    "an empty code": "UPDATE accounts_auditentry SET mac = ''",
    "a code of another length": "UPDATE accounts_auditentry SET mac = mac || mac",
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_value_that_python_does_not_know_is_named_and_told(harm: str) -> None:
    ids = write(3)
    as_owner(f"{HARMS[harm]} WHERE id = {ids[1]}")
    broken = verify().broken
    assert broken is not None
    assert (broken.fault, broken.entry) == (AuditFault.CHANGED, ids[1])
    audit_nightly.verify_and_tell()
    assert AuditVerification.objects.get().fault == "changed"


@pytest.mark.parametrize("column", ["at", "actor", "channel", "ip", "act", "target", "details", "mac"])
def test_a_column_without_a_value_is_named(column: str) -> None:
    ids = write(3)
    as_owner(
        f"ALTER TABLE accounts_auditentry ALTER {column} DROP NOT NULL",
        f"UPDATE accounts_auditentry SET {column} = NULL WHERE id = {ids[1]}",
    )
    broken = verify().broken
    assert broken is not None
    assert (broken.fault, broken.entry) == (AuditFault.CHANGED, ids[1])


def test_a_seal_without_a_hash_or_an_entry_is_named() -> None:
    write(3)
    as_owner(
        "ALTER TABLE accounts_auditseal ALTER hash DROP NOT NULL",
        "UPDATE accounts_auditseal SET hash = NULL WHERE number = 3",
    )
    broken = verify().broken
    assert broken is not None
    assert (broken.fault, broken.seal) == (AuditFault.SEAL_CHANGED, 3)
    as_owner(
        "ALTER TABLE accounts_auditseal ALTER entry_id DROP NOT NULL",
        "UPDATE accounts_auditseal SET entry_id = NULL WHERE number = 2",
    )
    broken = verify().broken
    assert broken is not None
    assert (broken.fault, broken.seal) == (AuditFault.REMOVED, 2)


def test_numbers_that_acts_without_a_commit_left_out_are_no_fault() -> None:
    write(1)
    for _ in range(3):
        with transaction.atomic():
            audit.log(factories.service_caller(factories.account()), "test", "not kept")
            transaction.set_rollback(True)
    ids = write(1)
    assert ids[1] > ids[0] + 1
    assert verify().broken is None


def test_a_sealed_entry_that_was_put_in_line_again_keeps_no_other_from_its_seal() -> None:
    ids = write(3)
    UnsealedEntry.objects.create(entry_id=ids[0])
    write(1)
    found = verify()
    assert (found.checked, found.waiting, found.broken) == (4, 0, None)
    assert not UnsealedEntry.objects.exists()
    UnsealedEntry.objects.create(entry_id=ids[0])
    assert audit_chain.seal() == 1
    assert AuditSeal.objects.count() == 4


def test_a_chain_that_is_held_up_is_told(caplog: pytest.LogCaptureFixture) -> None:
    with transaction.atomic():
        audit.log(factories.service_caller(factories.account()), "test", "target")
        connection.run_on_commit.clear()
    audit_nightly.verify_and_tell()
    assert "held up" not in caplog.text
    caplog.clear()
    later = timezone.now() + timedelta(hours=2)
    audit_nightly.verify_and_tell(now=later)
    assert "held up" in caplog.text
