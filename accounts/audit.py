"""The audit log: one entry for every act."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection, transaction

from accounts import audit_chain
from accounts.audit_record import EntryRecord
from accounts.caller import Caller, PlatformActor
from accounts.models import Account, AuditEntry, UnsealedEntry, User

# The code beside an entry covers number and time, so both are known before it is written.
_NUMBER_AND_TIME = "SELECT nextval(pg_get_serial_sequence('accounts_auditentry', 'id')), statement_timestamp()"


def log(caller: Caller, act: str, target: str, **details: Any) -> None:
    """Write that `caller` did `act` ("templates.approve") to `target`, in the act's own transaction."""
    _write(caller.account, caller.name, caller.channel, caller.ip, act, target, details)


def log_staff(user: User, act: str, target: str, *, account: Account | None, ip: str, **details: Any) -> None:
    """Write what platform staff did at the admin site, to `account` or to no account in particular."""
    _write(account, user.email, AuditEntry.Channel.CONSOLE, ip, act, target, details)


def log_platform(
    actor: PlatformActor, act: str, target: str, *, account: Account | None = None, **details: Any
) -> None:
    """Write what was done to the whole platform, or in its course to `account`."""
    _write(account, actor.name, actor.channel, actor.ip, act, target, details)


def _write(
    account: Account | None, actor: str, channel: str, ip: str, act: str, target: str, details: dict[str, Any]
) -> None:
    with transaction.atomic(savepoint=False):
        with connection.cursor() as cursor:
            cursor.execute(_NUMBER_AND_TIME)
            number, at = cursor.fetchone()
        record = EntryRecord(
            id=number,
            account_id=account.pk if account else None,
            at=at,
            actor=actor,
            channel=str(channel),
            ip=ip,
            act=act,
            target=target[:300],
            details=json.dumps(details),
        )
        AuditEntry.objects.create(**{**vars(record), "details": details}, mac=record.mac())
        UnsealedEntry.objects.create(entry_id=number)
        # Robust: the act is committed by then, and whatever hinders the seal, the task will make it.
        transaction.on_commit(audit_chain.seal, robust=True)
