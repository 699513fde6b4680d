"""What mails are made from, as delivery reads it: one that cannot be read is told by its fault and stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from django.db import Error as DatabaseError
from django.db import connection

from accounts.database_faults import is_fault_of_row
from accounts.models import Account
from domains.models import SenderDomain
from sending import holds
from sending.delivery.queued import Sender, SubmissionData
from sending.models import HoldPeriod
from sending.models.ids import SEQUENCE_BITS, time_of
from sending.models.rows import fetch, names_of, selected
from sending.submission_fields import SubmissionFields

logger = logging.getLogger(__name__)
Key = TypeVar("Key", int, str)
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class _SubmissionRow(SubmissionFields):
    id: int
    has_attachments: bool
    account_status: str
    on_hold: timedelta


_HAS_ATTACHMENTS = "EXISTS (SELECT FROM sending_attachment AS f WHERE f.submission_id = s.id)"
_ON_HOLD = holds.time_on_hold(HoldPeriod.Kind.DELIVERY, since=f"to_timestamp((s.id >> {SEQUENCE_BITS}) / 1000.0)")
_SUBMISSIONS = f"""
SELECT {selected(_SubmissionRow, "s", has_attachments=_HAS_ATTACHMENTS, account_status="a.status", on_hold=_ON_HOLD)}
FROM sending_submission AS s JOIN accounts_account AS a ON a.id = s.account_id
WHERE s.id = ANY(%s)
"""  # noqa: S608


def load(accounts: Mapping[int, int]) -> dict[int, SubmissionData]:
    """Return the submissions that exist of these (id -> account); one that cannot be read carries its `fault`."""
    rows, faults = _read(_rows, sorted(accounts))
    senders, sender_faults = _read(_senders, sorted({row.sender_domain for row in rows.values()}))
    found = {
        row.id: SubmissionData(
            **{name: getattr(row, name) for name in names_of(SubmissionFields)},
            id=row.id,
            accepted_at=time_of(row.id),
            on_hold=row.on_hold,
            has_attachments=row.has_attachments,
            may_send=row.account_status == Account.Status.ACTIVE,
            sender=senders.get(row.sender_domain),
            fault=sender_faults.get(row.sender_domain),
        )
        for row in rows.values()
    }
    return found | {id: _unreadable(id, accounts[id], error) for id, error in faults.items()}


def _read(
    read: Callable[[Sequence[Key]], dict[Key, Found]], keys: Sequence[Key]
) -> tuple[dict[Key, Found], dict[Key, Exception]]:
    """Return what `read` finds, and the fault of each key whose own row cannot be read: by halves, down to it."""
    if not keys:
        return {}, {}
    try:
        return read(keys), {}
    except Exception as error:
        if not _is_of_row(error):
            raise
        if len(keys) == 1:
            logger.exception("%s cannot be read; its mails are tried again later.", keys[0])
            return {}, {keys[0]: error}
    middle = len(keys) // 2
    found, faults = _read(read, keys[:middle])
    more, more_faults = _read(read, keys[middle:])
    return found | more, faults | more_faults


def _is_of_row(error: Exception) -> bool:
    if isinstance(error, DatabaseError):
        return is_fault_of_row(error)
    return not isinstance(error, MemoryError | OSError)


def _rows(ids: Sequence[int]) -> dict[int, _SubmissionRow]:
    with connection.cursor() as cursor:
        cursor.execute(_SUBMISSIONS, [list(ids)])
        return {row.id: row for row in fetch(cursor, _SubmissionRow)}


def _senders(names: Sequence[str]) -> dict[str, Sender]:
    return {
        domain.name: Sender(domain.name, domain.dkim_selector, domain.dkim_private_key, domain.may_send)
        for domain in SenderDomain.objects.filter(name__in=names)
    }


def _unreadable(id: int, account: int, error: Exception) -> SubmissionData:
    return SubmissionData(
        id=id,
        account_id=account,
        accepted_at=time_of(id),
        fault=error,
        message_id="",
        channel="",
        submitted_by="",
        sender_domain="",
        from_address="",
        subject="",
        template=0,
        version=0,
        variables={},
        header_message_id="",
        headers={},
        has_attachments=False,
        may_send=True,
        sender=None,
    )
