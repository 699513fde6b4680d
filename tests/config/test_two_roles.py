"""A database of one's own with two roles, neither of them superuser, made as docs/operations.md says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
ACT = """
import django; django.setup()
from accounts import lifecycle, audit_chain
from accounts.models import AuditSeal
from django.db import connection, DatabaseError
lifecycle.create_account(name="shop")
from sending.models import partitions
partitions.ensure()
print(AuditSeal.objects.count())
try:
    connection.cursor().execute("DELETE FROM accounts_auditentry")
except DatabaseError as error:
    print(str(error).splitlines()[0])
"""


@dataclass
class Database:
    """A database and the environment of the product on it."""

    known: dict[str, Any]
    environment: dict[str, str]

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def documented() -> list[str]:
    """Return the SQL that the manual gives for two roles, with names of the test's own."""
    text = (ROOT / "docs" / "operations.md").read_text()
    found = re.search(r"```sql\n(CREATE ROLE ses_owner.*?)```", text, re.DOTALL)
    assert found
    sql = (
        found[1].replace("ses_", "ses_test_").replace("DATABASE ses ", "DATABASE ses_test_two ").replace("…", "secret")
    )
    return [statement for line in sql.split(";") if (statement := re.sub(r"--.*", "", line).strip())]


@pytest.fixture
def database(db: None, tmp_path: Path) -> Iterator[Database]:
    known = connection.get_connection_params()
    server = {name: known[name] for name in ("host", "port", "user", "password") if name in known}
    with psycopg.connect(**server, dbname="postgres", autocommit=True) as own:
        for statement in documented():
            own.execute(statement)
        host = known.get("host", "")
        place = f"//{host.strip('/')}" if host.startswith("/") else f"{host}:{known.get('port', 5432)}"
        urls = {
            name: f"postgres://{role}:secret@{'/' if host.startswith('/') else ''}{place}/ses_test_two"
            for name, role in (("DATABASE_URL", "ses_test_app"), ("SES_OWNER_DATABASE_URL", "ses_test_owner"))
        }
        environment = {
            **os.environ, **urls, "SES_DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"
        }  # fmt: skip
        yield Database(server, environment)
        own.execute("DROP DATABASE ses_test_two WITH (FORCE)")
        own.execute("DROP ROLE ses_test_owner, ses_test_app")


def test_the_documented_roles_migrate_act_and_are_refused_the_audit_log(database: Database) -> None:
    database.run("manage.py", "migrate", "--verbosity=0")
    sealed, refusal = database.run("-c", ACT).splitlines()
    assert (sealed, refusal) == ("1", "permission denied for table accounts_auditentry")
    assert "audit log holds: 1 sealed" in database.run("manage.py", "verify_audit")
    # Partitions that the application made are there by now.
    database.run("manage.py", "migrate", "--verbosity=0")
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy"],
        cwd=ROOT, env=database.environment, capture_output=True, text=True,
    )  # fmt: skip
    assert "ses.W003" not in checked.stderr
