from __future__ import annotations

from io import StringIO

import pytest
from django.core.checks import Tags, run_checks
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from config import checks, data_version
from config.management.commands.up import Command
from config.translations import APPS

pytestmark = pytest.mark.django_db


def record(app: str, name: str) -> None:
    MigrationRecorder(connection).record_applied(app, name)


def rename_column() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_apikey RENAME COLUMN networks TO ips")


def test_our_apps_are_all_there() -> None:
    assert set(APPS) == data_version.OURS


def test_a_database_of_this_version_fits() -> None:
    assert data_version.foreign_to(connection) == []
    assert run_checks(tags=[Tags.database], databases=["default"]) == []


def test_an_empty_database_fits() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA empty; SET LOCAL search_path TO empty")
    assert data_version.foreign_to(connection) == []


def test_a_migration_of_another_version_is_found() -> None:
    record("accounts", "0002_audit_entry_for_ever")
    assert data_version.foreign_to(connection) == ["accounts.0002_audit_entry_for_ever"]


def test_a_migration_of_another_program_is_its_own_affair() -> None:
    record("django_q", "0001_of_long_ago")
    assert data_version.foreign_to(connection) == []


def test_a_migration_that_was_another_when_it_was_run_is_found() -> None:
    rename_column()
    assert data_version.foreign_to(connection) == ["accounts_apikey.networks"]


def test_columns_may_be_missing_while_migrations_wait() -> None:
    rename_column()
    MigrationRecorder(connection).record_unapplied("stats", "0001_initial")
    assert data_version.foreign_to(connection) == []


def test_the_sentence_names_the_folder_and_what_to_do(settings) -> None:
    settings.DATABASE_URL = ""
    record("accounts", "0002_audit_entry_for_ever")
    (found,) = checks.data_is_of_this_version(None, ["default"])
    assert found.id == "ses.E014"
    assert f"{found.msg} {found.hint}" == (
        f"The data under {settings.DATA_DIR} was made by another version, as accounts.0002_audit_entry_for_ever "
        "shows. Move it away, or name another folder with SES_DATA_DIR, then start again; or start the version that "
        "made it. Nothing was changed."
    )


def test_a_database_of_one_s_own_is_named_by_its_setting(settings) -> None:
    settings.DATABASE_URL = "postgres://db.example.com/ses"
    record("accounts", "0002_audit_entry_for_ever")
    (found,) = checks.data_is_of_this_version(None, ["default"])
    assert "DATABASE_URL" in found.msg
    assert "DATABASE_URL" in found.hint


def test_checks_that_ask_no_database_do_not_ask_this_one() -> None:
    record("accounts", "0002_audit_entry_for_ever")
    assert checks.data_is_of_this_version(None) == []


def test_migrate_stops_before_it_changes_anything() -> None:
    MigrationRecorder(connection).record_unapplied("stats", "0001_initial")
    record("accounts", "0002_audit_entry_for_ever")
    before = MigrationRecorder(connection).applied_migrations().keys()
    with pytest.raises(SystemCheckError, match="made by another version"):
        call_command("migrate", skip_checks=False, stdout=StringIO())
    assert MigrationRecorder(connection).applied_migrations().keys() == before


def test_up_stops_before_it_changes_anything() -> None:
    MigrationRecorder(connection).record_unapplied("stats", "0001_initial")
    record("accounts", "0002_audit_entry_for_ever")
    with pytest.raises(CommandError, match=r"made by another version.* Nothing was changed\."):
        Command(stdout=StringIO())._prepare(no_demo=True, hold=False)
