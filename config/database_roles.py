"""Two roles of the database: the owner, who has the tables and runs the migrations, and the application's.

The application reads and writes rows. It owns no table but those whose day partitions it makes and drops, and of the
audit log it may read entries and add some: change, removal, TRUNCATE and a trigger switched off are refused by
PostgreSQL. With one role for both (`DATABASE_URL` alone) nothing is settled here, and the log has its chain alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from accounts.models import AuditEntry, AuditSeal
from sending.models import partitions

ADDED_TO_ONLY = (AuditEntry._meta.db_table, AuditSeal._meta.db_table)
LOCK = 7_306_004
_TABLES = """
SELECT c.relname, c.relkind, pg_get_userbyid(c.relowner), coalesce(i.inhparent::regclass::text, c.relname)
FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'S') ORDER BY c.relname
"""


@contextmanager
def owner() -> Iterator[None]:
    """Let this thread act as the owner of the tables until the block ends, over a connection of its own."""
    if settings.OWNER_DATABASE is None:
        yield
        return
    application = connection.settings_dict
    connection.close()
    connection.settings_dict = {**application, **settings.OWNER_DATABASE}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = application


def settle(application: str) -> None:
    """Give role `application` what it needs and no more; run as the owner, as often as one likes.

    Nothing happens when they are one role. Data of a version that knew one role alone is brought to two.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # Two at once would change the same rows of the catalogue.
        cursor.execute("SELECT current_user, current_schema(), pg_advisory_xact_lock(%s)", [LOCK])
        owner, schema, _ = cursor.fetchone()
        if owner == application:
            return
        cursor.execute(_TABLES)
        found = cursor.fetchall()
        tables = [name for name, kind, _, _ in found if kind != "S"]
        audit = [name for name in tables if name in ADDED_TO_ONLY]
        names = {"role": sql.Identifier(application), "schema": sql.Identifier(schema), "owner": sql.Identifier(owner)}
        for name in [name for name, _, had_by, _ in found if name in ADDED_TO_ONLY and had_by == application]:
            _do("ALTER TABLE {table} OWNER TO {owner}", table=sql.Identifier(name), **names)
        # It may make partitions there, but neither drop nor change what others own: the schema is the owner's.
        _do("GRANT USAGE, CREATE ON SCHEMA {schema} TO {role}", **names)
        if tables:
            _do("GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {role}", tables=_listed(tables), **names)
        _do("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}", **names)
        if audit:
            _do("REVOKE ALL ON {tables} FROM {role}", tables=_listed(audit), **names)
            _do("GRANT SELECT, INSERT ON {tables} TO {role}", tables=_listed(audit), **names)
        for name, kind, had_by, parent in found:
            if kind != "S" and parent in partitions.TABLES and had_by != application:
                _do("ALTER TABLE {table} OWNER TO {role}", table=sql.Identifier(name), **names)


def owns_the_audit_log() -> bool:
    """Say whether the application's role owns a table of the audit log, is a member of who does, or is superuser."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(pg_has_role(relowner, 'MEMBER')) FROM pg_class "
            "WHERE relnamespace = current_schema()::regnamespace AND relname = ANY (%s)",
            [list(ADDED_TO_ONLY)],
        )
        return bool(cursor.fetchone()[0])


def _do(statement: str, **names: sql.Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(**names))


def _listed(tables: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, tables))
