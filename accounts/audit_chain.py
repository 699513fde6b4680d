"""The chain of the audit log: every committed entry gets a seal, and each seal is bound to the one before it.

Entries are sealed right after their commit, in a short transaction of its own that one process runs at a time: an act
holds no lock of the chain, so acts neither wait for each other nor deadlock. Whoever finds the chain busy leaves the
entry to who has it, or to the task that looks every minute; until then it waits in `UnsealedEntry`, written with it.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection, transaction

from accounts import audit_anchor
from accounts.audit_anchor import Anchor
from accounts.audit_record import FIRST_HASH, seal_hash
from accounts.models import AuditSeal, UnsealedEntry

LOCK = 7_306_003
BATCH = 500
# Whoever hangs in here ends, so that the chain goes on; tasks have no limit of their own. And the seal is on disk
# before the anchor names it, or a crash of the database would look like a log that was cut.
_ENTER = """
SELECT pg_try_advisory_xact_lock(%s), set_config('idle_in_transaction_session_timeout', '30s', true),
    CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', true) END
"""
_WAITING = """
SELECT waiting.entry_id, entry.mac, seal.number IS NOT NULL
FROM accounts_unsealedentry waiting LEFT JOIN accounts_auditentry entry ON entry.id = waiting.entry_id
LEFT JOIN accounts_auditseal seal ON seal.entry_id = waiting.entry_id
ORDER BY waiting.entry_id LIMIT %s
"""


def seal() -> int:
    """Seal the entries that wait, outside any transaction, and return how many; 0 while another process does."""
    sealed = 0
    while found := _seal_batch():
        sealed += found
    return sealed


def _seal_batch() -> int:
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_ENTER, [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_WAITING, [BATCH])
        waiting = cursor.fetchall()
        if not waiting:
            return 0
        start = head()
        last, seals = start, []
        for entry, mac, is_sealed in waiting:
            # Put in line by other means: it needs no second seal, and must not keep the others from theirs.
            if is_sealed:
                continue
            number, previous = (last.number + 1, last.hash) if last else (1, FIRST_HASH)
            # An entry that was removed while it waited is sealed too: verification names it.
            last = Anchor(number, seal_hash(number=number, previous=previous, entry=entry, mac=bytes(mac or b"")))
            seals.append(AuditSeal(number=number, entry_id=entry, hash=last.hash))
        AuditSeal.objects.bulk_create(seals)
        UnsealedEntry.objects.filter(entry_id__in=[entry for entry, _, _ in waiting]).delete()
    if last:
        audit_anchor.advance(settings.AUDIT_ANCHOR, last, holds=lambda known: known == start or holds(known))
    return len(waiting)


def head() -> Anchor | None:
    """Return the last seal, None when there is none."""
    row = AuditSeal.objects.order_by("-number").values_list("number", "hash").first()
    return Anchor(row[0], bytes(row[1])) if row else None


def holds(anchor: Anchor) -> bool:
    """Say whether the log has the seal that `anchor` names."""
    return AuditSeal.objects.filter(number=anchor.number, hash=anchor.hash).exists()
