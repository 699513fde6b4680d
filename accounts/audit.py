"""The audit log: one entry for every act."""

from __future__ import annotations

from typing import Any

from accounts.caller import Caller, PlatformActor
from accounts.models import Account, AuditEntry, User


def log(caller: Caller, act: str, target: str, **details: Any) -> None:
    """Write that `caller` did `act` ("templates.approve") to `target`, in the act's own transaction."""
    AuditEntry.objects.create(
        account=caller.account,
        actor=caller.name,
        channel=caller.channel,
        ip=caller.ip,
        act=act,
        target=target[:300],
        details=details,
    )


def log_staff(user: User, act: str, target: str, *, account: Account | None, ip: str, **details: Any) -> None:
    """Write what platform staff did at the admin site, to `account` or to no account in particular."""
    AuditEntry.objects.create(
        account=account, actor=user.email, channel="console", ip=ip, act=act, target=target[:300], details=details
    )


def log_platform(
    actor: PlatformActor, act: str, target: str, *, account: Account | None = None, **details: Any
) -> None:
    """Write what was done to the whole platform, or in its course to `account`."""
    AuditEntry.objects.create(
        account=account,
        actor=actor.name,
        channel=actor.channel,
        ip=actor.ip,
        act=act,
        target=target[:300],
        details=details,
    )
