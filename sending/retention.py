"""How long things are kept: days of the log go as whole partitions, the rest in batches.

Content goes first: what mails said (variables, extra headers, files, raw mails) has days of its own, fewer than those
of the log, which says what became of them. What still waits to be sent, acted upon or read keeps it, however old.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.db import connection, transaction

from sending import sensitive
from sending.models import PostmasterMail, partitions
from sending.models.ids import time_of
from sending.queries import first_kept

BATCH = 5_000
# Tables whose rows go by their time-ordered id; what refers to a row goes before it.
_ATTACHMENTS = """
DELETE FROM sending_attachment WHERE id IN (
    SELECT id FROM sending_attachment WHERE submission_id < %s ORDER BY submission_id LIMIT %s)
"""
_ROWS = "DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE id < %s ORDER BY id LIMIT %s)"
STATEMENTS = (
    _ATTACHMENTS,
    *(_ROWS.format(table=table) for table in (
        "sending_submission", "sending_simulatedmail", "sending_inboundreport", "sending_postmastermail",
    )),
    # What lies outside the days' partitions, because it came while there was none.
    *(_ROWS.format(table=f"{table}_default") for table in partitions.TABLES),
)  # fmt: skip

_CONTENT_BATCH = 1_000
_WITH_CONTENT = f"""
SELECT s.id FROM sending_submission AS s
WHERE NOT s.is_content_erased AND s.id < %s AND NOT {sensitive.is_waiting("s")} ORDER BY s.id LIMIT %s
"""  # noqa: S608
_ERASE_FILES = "DELETE FROM sending_attachment WHERE submission_id = ANY(%s)"
_ERASE = """
UPDATE sending_submission SET is_content_erased = true, variables = '{}', headers = '{}' WHERE id = ANY(%s)
"""
_RAW_MAILS = (
    """
DELETE FROM sending_simulatedmail WHERE id IN (
    SELECT id FROM sending_simulatedmail WHERE id < %s AND act_at IS NULL ORDER BY id LIMIT %s)
""",
    # One that was set aside keeps its mail: nobody knows yet what it says.
    """
UPDATE sending_inboundreport SET raw = '' WHERE id IN (
    SELECT id FROM sending_inboundreport WHERE id < %s AND state = 'read' AND raw <> '' ORDER BY id LIMIT %s)
""",
)


def keep_partitions() -> int:
    """Make the partitions of the days to come and return how many were missing."""
    return partitions.ensure()


def retire(now: datetime | None = None) -> int:
    """Delete what is older than the days of retention and return how many partitions and rows went.

    Runs in short transactions; a second run finds nothing left. Figures are kept: they stand in tables of their own.
    """
    edge = first_kept(settings.RULES.retention_days, now or datetime.now(UTC))
    _keep_newest_postmaster_mails()
    days = partitions.drop_before(time_of(edge).date())
    return len(days) + sum(_in_batches(statement, edge) for statement in STATEMENTS)


def erase_content(now: datetime | None = None) -> int:
    """Erase the content that is older than its days and return of how many submissions and mails.

    Runs in short transactions; a second run finds nothing left. What became of each mail, and its figures, stay.
    """
    edge = first_kept(settings.RULES.content_days, now or datetime.now(UTC))
    erased = sum(_in_batches(statement, edge) for statement in _RAW_MAILS)
    while ids := _with_content(edge):
        with transaction.atomic(), connection.cursor() as cursor:
            sensitive.mask_where_final(ids)
            cursor.execute(_ERASE_FILES, [ids])
            cursor.execute(_ERASE, [ids])
        erased += len(ids)
    return erased


def _with_content(edge: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_WITH_CONTENT, [edge, _CONTENT_BATCH])
        return [id for (id,) in cursor.fetchall()]


def _keep_newest_postmaster_mails() -> None:
    """Delete the oldest mails to postmaster beyond the rule: anybody may write there."""
    newest = PostmasterMail.objects.order_by("-id").values_list("id", flat=True)
    edge = newest[settings.RULES.postmaster_kept : settings.RULES.postmaster_kept + 1].first()
    if edge is not None:
        PostmasterMail.objects.filter(id__lte=edge).delete()


def _in_batches(statement: str, edge: int) -> int:
    gone = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(statement, [edge, BATCH])
            gone += cursor.rowcount
            if cursor.rowcount < BATCH:
                return gone
