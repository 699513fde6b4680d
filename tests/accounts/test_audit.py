from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from accounts import audit
from accounts.caller import member
from accounts.models import AuditEntry
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_entry_says_who_did_what_to_what_by_which_door() -> None:
    account = factories.account()
    caller = member(account, factories.user(account, email="ann@example.test"), ip="192.0.2.7")
    audit.log(caller, "templates.submit", "Welcome", version=3)
    entry = AuditEntry.objects.get()
    assert (entry.account, entry.actor, entry.channel, entry.ip) == (
        account,
        "ann@example.test",
        "console",
        "192.0.2.7",
    )
    assert (entry.act, entry.target, entry.details) == ("templates.submit", "Welcome", {"version": 3})
    assert entry.at is not None


def test_a_long_target_is_cut_rather_than_refused() -> None:
    audit.log(factories.service_caller(factories.account()), "test", "x" * 1000)
    assert len(AuditEntry.objects.get().target) == 300


def test_the_database_refuses_to_change_an_entry() -> None:
    audit.log(factories.service_caller(factories.account()), "test", "target")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        AuditEntry.objects.update(actor="somebody else")
    assert AuditEntry.objects.get().actor == "task"


def test_the_database_refuses_to_delete_an_entry() -> None:
    audit.log(factories.service_caller(factories.account()), "test", "target")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        AuditEntry.objects.all().delete()
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize("table", ["accounts_auditentry", "accounts_account"])
def test_the_database_refuses_to_empty_the_log(table: str) -> None:
    audit.log(factories.service_caller(factories.account()), "test", "target")
    with transaction.atomic(), connection.cursor() as cursor:
        # Tests switch it off, see tests/conftest.py.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE accounts_auditentry ENABLE TRIGGER audit_is_never_emptied")
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            cursor.execute(f"TRUNCATE {table} CASCADE")
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER audit_is_never_emptied")
    assert AuditEntry.objects.count() == 1


def test_an_act_that_fails_leaves_no_entry() -> None:
    def act() -> None:
        with transaction.atomic():
            audit.log(factories.service_caller(factories.account()), "test", "target")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    assert not AuditEntry.objects.exists()
