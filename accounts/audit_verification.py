"""Whether the audit log is as it was written: its chain read from first to last in small batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext_lazy

from accounts import audit_chain
from accounts.audit_anchor import Anchor
from accounts.audit_record import FIRST_HASH, EntryRecord, is_seal_hash
from accounts.models import AuditSeal

BATCH = 2_000
# Whoever owns the tables may lift their constraints: a number below 1, a NULL or a time that Python does not know is
# read like any other change, and named.
FIRST, LAST = -(2**63), 2**63 - 1
_ENTRY = """entry.id, entry.account_id, least(greatest(entry.at, '0001-01-02'), '9999-12-30'), entry.actor,
    entry.channel, entry.ip, entry.act, entry.target, coalesce(entry.details::text, ''), entry.mac"""
_SEALS = f"""
SELECT seal.number, coalesce(seal.entry_id, 0), coalesce(seal.hash, ''), {_ENTRY}
FROM accounts_auditseal seal LEFT JOIN accounts_auditentry entry ON entry.id = seal.entry_id
WHERE (seal.number, seal.entry_id) > (%s, %s) ORDER BY seal.number, seal.entry_id LIMIT %s
"""  # noqa: S608
_WAITING = f"""
SELECT waiting.entry_id, {_ENTRY}
FROM accounts_unsealedentry waiting LEFT JOIN accounts_auditentry entry ON entry.id = waiting.entry_id
WHERE waiting.entry_id > %s ORDER BY waiting.entry_id LIMIT %s
"""  # noqa: S608
# One statement, one view of all three tables: an entry that is sealed meanwhile is in the one or in the other.
_OUTSIDE = f"""
SELECT {_ENTRY} FROM accounts_auditentry entry
WHERE NOT EXISTS (SELECT FROM accounts_auditseal seal WHERE seal.entry_id = entry.id)
  AND NOT EXISTS (SELECT FROM accounts_unsealedentry waiting WHERE waiting.entry_id = entry.id)
ORDER BY entry.id LIMIT 1
"""  # noqa: S608


class AuditFault(models.TextChoices):
    """What is wrong at the first place that does not hold."""

    CHANGED = "changed", gettext_lazy("the entry was changed, or was not written by this product under its keys")
    REMOVED = "removed", gettext_lazy("the entry was removed")
    GAP = "gap", gettext_lazy("seals were removed or inserted before it")
    SEAL_CHANGED = "seal_changed", gettext_lazy("its seal was changed, or is not by a key of SES_SECRETS_KEY")
    OUTSIDE = "outside", gettext_lazy("the entry has no seal: it was inserted by other means, or its seal was removed")
    REWRITTEN = "rewritten", gettext_lazy("the log up to here is another than the anchor saw")
    ANCHOR = "anchor", gettext_lazy("the anchor's file was changed")
    CUT = "cut", gettext_lazy("the log ends before the anchor: entries at its end were removed")


@dataclass(frozen=True)
class Broken:
    """The first place that does not hold: a seal's number, an entry's id, and the entry where it is still there."""

    fault: AuditFault
    seal: int | None = None
    entry: int | None = None
    record: EntryRecord | None = None


@dataclass(frozen=True)
class Verification:
    """What was found: seals that were checked, the last of them, and how many entries wait for a seal since when."""

    checked: int
    head: Anchor | None
    complete: bool = True
    waiting: int = 0
    waiting_since: datetime | None = None
    broken: Broken | None = None


def verify(
    *,
    start: int = 1,
    limit: int | None = None,
    anchor: Anchor | None = None,
    progress: Callable[[int], None] = lambda number: None,
) -> Verification:
    """Read the log from seal `start` to its end, or `limit` seals of it, and return what holds.

    `progress` gets the number of the last seal of each batch.
    """
    head, checked = _before(start), 0
    if start > 1 and head is None:
        return Verification(0, None, broken=Broken(AuditFault.GAP, seal=start - 1))
    # The part that is not read now holds the anchor by its hash alone.
    if anchor and anchor.number < start and not audit_chain.holds(anchor):
        return Verification(0, None, broken=Broken(AuditFault.REWRITTEN, seal=anchor.number))
    for number, entry, found, record, mac in _seals(start, progress):
        fault = _fault(head, number, entry, found, record, mac)
        if fault is None and anchor and number == anchor.number and found != anchor.hash:
            fault = AuditFault.REWRITTEN
        if fault:
            return Verification(checked, head, broken=Broken(fault, number, entry, record))
        head, checked = Anchor(number, found), checked + 1
        if checked == limit:
            return Verification(checked, head, complete=False)
    if anchor and anchor.number > (head.number if head else 0):
        return Verification(checked, head, broken=Broken(AuditFault.CUT, seal=head.number + 1 if head else 1))
    return _unsealed(checked, head)


def last_number() -> int:
    """Return the number of the last seal, 0 when there is none."""
    found = audit_chain.head()
    return found.number if found else 0


def _before(start: int) -> Anchor | None:
    row = AuditSeal.objects.filter(number=start - 1).values_list("number", "hash").first()
    return Anchor(row[0], bytes(row[1])) if row else None


def _fault(
    head: Anchor | None, number: int, entry: int, found: bytes, record: EntryRecord | None, mac: bytes
) -> AuditFault | None:
    if number != (head.number if head else 0) + 1:
        return AuditFault.GAP
    if record is None:
        return AuditFault.REMOVED
    if not record.is_by(mac):
        return AuditFault.CHANGED
    previous = head.hash if head else FIRST_HASH
    return (
        None if is_seal_hash(found, number=number, previous=previous, entry=entry, mac=mac) else AuditFault.SEAL_CHANGED
    )


def _unsealed(checked: int, head: Anchor | None) -> Verification:
    waiting, since = 0, None
    for entry, record, mac in _waiting():
        fault = AuditFault.REMOVED if record is None else None if record.is_by(mac) else AuditFault.CHANGED
        if fault or record is None:
            return Verification(checked, head, broken=Broken(fault or AuditFault.REMOVED, entry=entry, record=record))
        waiting, since = waiting + 1, min(since or record.at, record.at)
    with connection.cursor() as cursor:
        cursor.execute(_OUTSIDE)
        row = cursor.fetchone()
    broken = Broken(AuditFault.OUTSIDE, entry=row[0], record=EntryRecord(*row[:-1])) if row else None
    return Verification(checked, head, waiting=waiting, waiting_since=since, broken=broken)


def _seals(start: int, progress: Callable[[int], None]) -> Iterator[tuple[int, int, bytes, EntryRecord | None, bytes]]:
    # Two seals of one number, which only a dropped key allows, are both read: the check of numbers sees them.
    after = (start - 1, LAST) if start > 1 else (FIRST, FIRST)
    while rows := _batch(_SEALS, *after):
        for number, entry, found, *columns in rows:
            yield number, entry, bytes(found), *_record(columns)
        after = rows[-1][:2]
        progress(after[0])


def _waiting() -> Iterator[tuple[int, EntryRecord | None, bytes]]:
    after = FIRST
    while rows := _batch(_WAITING, after):
        for entry, *columns in rows:
            yield entry, *_record(columns)
        after = rows[-1][0]


def _batch(statement: str, *after: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [*after, BATCH])
        return cursor.fetchall()


def _record(columns: list[Any]) -> tuple[EntryRecord | None, bytes]:
    *values, mac = columns
    return (None if values[0] is None else EntryRecord(*values)), bytes(mac or b"")
