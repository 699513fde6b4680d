"""What PostgreSQL lets the application's role do: everything it does, and nothing to the audit log but add to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.utils import ProgrammingError

from accounts import audit
from accounts.models import AuditEntry
from config import checks, database_roles
from sending.models import partitions
from tests import factories

pytestmark = pytest.mark.django_db
ROLE = "ses_test_application"


@pytest.fixture
def role() -> str:
    """A new role, settled in the test's database; all of it is rolled back."""
    execute(f"CREATE ROLE {ROLE}")
    database_roles.settle(ROLE)
    return ROLE


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    execute(f"SET LOCAL ROLE {role}")
    yield
    execute("RESET ROLE")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET {column} = {column}",
        "DELETE FROM {table}",
        "TRUNCATE {table}",
        "TRUNCATE {table} CASCADE",
        "ALTER TABLE {table} DISABLE TRIGGER ALL",
        "ALTER TABLE {table} DISABLE TRIGGER audit_is_for_ever",
        "ALTER TABLE {table} ADD COLUMN more int",
        "ALTER TABLE {table} OWNER TO {role}",
        "DROP TABLE {table} CASCADE",
        "DROP TRIGGER audit_is_for_ever ON {table}",
        "CREATE TRIGGER another BEFORE INSERT ON {table} EXECUTE FUNCTION accounts_audit_is_for_ever()",
        "CREATE RULE nothing AS ON INSERT TO {table} DO INSTEAD NOTHING",
        "CREATE OR REPLACE FUNCTION accounts_audit_is_for_ever() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "DROP FUNCTION accounts_audit_is_for_ever() CASCADE",
        "DROP SCHEMA public CASCADE",
        "SET session_replication_role = replica",
    ],
)
@pytest.mark.parametrize(("table", "column"), [("accounts_auditentry", "actor"), ("accounts_auditseal", "hash")])
def test_the_audit_log_can_only_be_added_to(role: str, statement: str, table: str, column: str) -> None:
    audit.log(factories.service_caller(factories.account()), "test", "target")
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    refused = pytest.raises(ProgrammingError, match="permission denied|must be owner")
    with acting_as(role), refused, transaction.atomic():
        execute(statement.format(table=table, column=column, role=role))


@pytest.mark.parametrize("table", database_roles.ADDED_TO_ONLY)
def test_nobody_but_the_owner_gives_rights_to_it(role: str, table: str) -> None:
    with acting_as(role):
        # PostgreSQL only warns that no privileges were granted.
        execute(f"GRANT UPDATE, DELETE, TRUNCATE ON {table} TO {role}")
        for right in ("UPDATE", "DELETE", "TRUNCATE", "TRIGGER"):
            with connection.cursor() as cursor:
                cursor.execute("SELECT has_table_privilege(%s, %s)", [table, right])
                assert cursor.fetchone() == (False,)


@pytest.mark.parametrize("statement", ["TRUNCATE accounts_account CASCADE", "DROP TABLE accounts_account CASCADE"])
def test_nor_by_way_of_the_accounts(role: str, statement: str) -> None:
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    with (
        acting_as(role),
        pytest.raises(ProgrammingError, match="permission denied|must be owner"),
        transaction.atomic(),
    ):
        execute(statement)


def test_an_act_writes_its_entry(role: str) -> None:
    with acting_as(role):
        audit.log(factories.service_caller(factories.account()), "test", "target")
        assert AuditEntry.objects.get().target == "target"
        execute("INSERT INTO accounts_auditseal VALUES (1, 1, '')")
        execute("DELETE FROM accounts_unsealedentry")


def test_partitions_are_made_and_dropped(role: str) -> None:
    day = datetime.now(UTC).date() + timedelta(days=400)
    with acting_as(role):
        assert partitions.ensure(day, day) == len(partitions.TABLES)
        assert partitions.name_of("sending_event", day) in partitions.drop_before(day + timedelta(days=1))


def test_every_table_and_sequence_of_the_product_can_be_used(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND (
                relkind IN ('r', 'p') AND relname <> ALL (%s) AND NOT (
                    has_table_privilege(%s, oid, 'SELECT') AND has_table_privilege(%s, oid, 'INSERT')
                    AND has_table_privilege(%s, oid, 'UPDATE') AND has_table_privilege(%s, oid, 'DELETE'))
                OR relkind = 'S' AND NOT has_sequence_privilege(%s, oid, 'USAGE'))
            """,
            [list(database_roles.ADDED_TO_ONLY), *[role] * 5],
        )
        assert cursor.fetchall() == []


def test_data_of_one_role_is_brought_to_two_and_settling_again_changes_nothing(role: str) -> None:
    for table in database_roles.ADDED_TO_ONLY:
        execute(f"ALTER TABLE {table} OWNER TO {role}")
    execute(f"GRANT ALL ON accounts_auditentry TO {role}")
    for _ in range(2):
        database_roles.settle(role)
        with acting_as(role), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            execute("UPDATE accounts_auditseal SET number = 0")
        with acting_as(role), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            execute("DELETE FROM accounts_auditentry")


def test_one_role_for_both_changes_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (only,) = cursor.fetchone()
    database_roles.settle(only)
    assert database_roles.owns_the_audit_log()


def test_the_check_for_deployment_warns_while_the_application_owns_the_log(role: str) -> None:
    assert [message.id for message in checks.audit_log_has_an_owner_of_its_own(None)] == ["ses.W003"]
    with acting_as(role):
        assert checks.audit_log_has_an_owner_of_its_own(None) == []
    assert "ses.W003" not in {message.id for message in run_checks()}


def test_migrating_again_is_harmless() -> None:
    call_command("migrate", verbosity=0)
