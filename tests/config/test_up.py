"""`manage.py up`: what it prints, seen from outside."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config import embedded_pg
from tests import product
from tests.folders import data_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder


def secrets_of(running: product.Product) -> set[str]:
    passwords = {person["password"] for person in running.demo["users"].values()}
    return passwords | {running.demo["api"]["secret_key"]}


def forget_the_application_s_role(folder: Path) -> None:
    """Make the data what a version left that knew one role alone."""
    server = embedded_pg.EmbeddedServer(folder, durable=False)
    server.start()
    known = embedded_pg.owner_settings_for(folder)
    with psycopg.connect(
        host=known["HOST"], user=known["USER"], password=known["PASSWORD"], dbname=known["NAME"], autocommit=True
    ) as connection:
        for statement in ("REASSIGN OWNED BY ses_app TO ses", "DROP OWNED BY ses_app", "DROP ROLE ses_app"):
            connection.execute(statement)
    server.stop()
    (folder / "secrets" / "postgres_app_password").unlink()


def role_and_rights(stopped: product.Product) -> tuple[str, bool, bool]:
    """Return the product's role, and whether it may add to the audit log and change it."""
    folder = Path(stopped.environment["SES_DATA_DIR"])
    server = embedded_pg.EmbeddedServer(folder, durable=False)
    server.start()
    code = (
        "import django; django.setup(); from django.db import connection as c; cursor = c.cursor(); "
        "cursor.execute(\"SELECT current_user, has_table_privilege('accounts_auditentry', 'INSERT'), "
        "has_table_privilege('accounts_auditentry', 'UPDATE')\"); print(*cursor.fetchone())"
    )
    environment = {**stopped.environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=product.ROOT, env=environment, capture_output=True, text=True
    )
    server.stop()
    role, adds, changes = done.stdout.split()
    return role, adds == "True", changes == "True"


def test_a_second_start_prints_no_secret_and_brings_older_data_to_two_roles(folder: Path) -> None:
    first = product.start(folder)
    product.stop(first)
    printed = "".join(first.output)
    assert {secret for secret in secrets_of(first) if secret not in printed} == set()
    forget_the_application_s_role(folder)
    second = product.start(folder)
    product.stop(second)
    printed = "".join(second.output)
    assert {secret for secret in secrets_of(second) if secret in printed} == set()
    assert second.url in printed
    assert "manage.py demo" in printed
    assert secrets_of(second) == secrets_of(first)
    assert role_and_rights(second) == ("ses_app", True, False)
