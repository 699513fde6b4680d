"""Who gets blocked by what receivers and readers said, and how an account answers to that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.caller import Caller
from accounts.errors import Refused
from accounts.mail.addresses import key_or_text
from blocklist.models import BlockedAddress, Exemption

RELEASE_CHUNK = 5_000


@dataclass(frozen=True, kw_only=True)
class Dead:
    """A receiver said that the mailbox does not exist; `message` is the mail it said so about."""

    account_id: int
    address: str
    reason: str
    message: int


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A person unsubscribed from, or complained about, a sender domain; `cause` is `Cause`'s word for it."""

    account_id: int
    sender_domain: str
    address: str
    cause: str
    reason: str
    message: int


# The account whose mail showed it first keeps the block while it is in force: it alone may remove it.
_BLOCK_DEAD = """
INSERT INTO blocklist_blockedaddress AS held
       (account_id, kind, cause, address, sender_domain, reason, message, created_at, expires_at)
SELECT DISTINCT ON (address) account_id, 'invalid', 'bounced', address, '', reason, message, now(),
       now() + make_interval(days => %s)
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[]) AS dead(account_id, address, reason, message)
ORDER BY address, message
ON CONFLICT (address) WHERE kind = 'invalid' DO UPDATE SET
    expires_at = excluded.expires_at,
    account_id = CASE WHEN held.expires_at <= now() THEN excluded.account_id ELSE held.account_id END,
    created_at = CASE WHEN held.expires_at <= now() THEN excluded.created_at ELSE held.created_at END,
    reason = CASE WHEN held.expires_at <= now() OR held.account_id = excluded.account_id
             THEN excluded.reason ELSE held.reason END,
    message = CASE WHEN held.expires_at <= now() OR held.account_id = excluded.account_id
              THEN excluded.message ELSE held.message END
"""

# A whitelisted address that bounced for the very account that vouched for it is vouched for no longer.
_END_EXEMPTIONS = """
DELETE FROM blocklist_exemption AS exempt
USING unnest(%s::bigint[], %s::text[]) AS dead(account_id, address)
WHERE exempt.address = dead.address COLLATE "C" AND exempt.account_id = dead.account_id
"""

_BAR = """
INSERT INTO blocklist_blockedaddress
       (account_id, kind, cause, address, sender_domain, reason, message, created_at)
SELECT DISTINCT ON (address, account_id, sender_domain)
       account_id, 'reject', cause, address, sender_domain, reason, message, now()
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[])
     AS bar(account_id, sender_domain, address, cause, reason, message)
ORDER BY address, account_id, sender_domain, message
ON CONFLICT (address, account_id, sender_domain) WHERE kind = 'reject' DO NOTHING
"""


def block_dead(dead: Sequence[Dead]) -> None:
    """Block dead addresses for all accounts, or renew their blocks; runs in the caller's transaction."""
    if not dead:
        return
    # What is no address by today's reading was accepted once: what the receiver said about it must not be lost.
    accounts = [one.account_id for one in dead]
    addresses = [key_or_text(one.address) for one in dead]
    with connection.cursor() as cursor:
        cursor.execute(
            _BLOCK_DEAD,
            [
                settings.RULES.block_days,
                accounts,
                addresses,
                [one.reason[:500] for one in dead],
                [one.message for one in dead],
            ],
        )
        cursor.execute(_END_EXEMPTIONS, [accounts, addresses])


def bar(bars: Sequence[Bar]) -> None:
    """Bar sender domains from people who want no more of their mail; runs in the caller's transaction."""
    if not bars:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _BAR,
            [
                [one.account_id for one in bars],
                [one.sender_domain for one in bars],
                [key_or_text(one.address) for one in bars],
                [one.cause for one in bars],
                [one.reason[:500] for one in bars],
                [one.message for one in bars],
            ],
        )


def remove(caller: Caller, *, row: BlockedAddress) -> None:
    """Release an address; the platform's block only where the account's own mail brought it about."""
    caller.require("blocklist.edit")
    if row.account_id != caller.account.pk:
        raise Refused(
            "OperationDenied",
            f"{row.address} was blocked through another account's mail. Whitelist it to send to it anyway.",
        )
    with transaction.atomic():
        row.delete()
        audit.log(
            caller,
            "blocklist.remove",
            row.address,
            kind=row.kind,
            cause=row.cause,
            sender_domain=row.sender_domain,
            reason=row.reason,
        )


def whitelist(caller: Caller, *, address: str, reason: str = "") -> Exemption:
    """Free the account from the platform's block of `address`; to other accounts the block stays."""
    caller.require("blocklist.edit")
    row = BlockedAddress.objects.filter(
        address=key_or_text(address), kind=BlockedAddress.Kind.INVALID, expires_at__gt=timezone.now()
    ).first()
    if row is None:
        raise Refused("ResourceNotFound", "The platform does not block this address: nothing to lift.")
    if row.account_id == caller.account.pk:
        raise Refused("OperationDenied", f"Your own mail got {row.address} blocked: remove it instead.")
    with transaction.atomic():
        exemption, new = Exemption.objects.get_or_create(
            account=caller.account, address=row.address, defaults={"reason": reason[:500]}
        )
        if new:
            audit.log(caller, "blocklist.whitelist", row.address, reason=reason)
    return exemption


def unwhitelist(caller: Caller, *, address: str) -> None:
    """Let the platform's block of `address` bind the account again."""
    caller.require("blocklist.edit")
    with transaction.atomic():
        gone, _ = Exemption.objects.filter(account=caller.account, address=key_or_text(address)).delete()
        if not gone:
            raise Refused("ResourceNotFound", "This address is not on your whitelist.")
        audit.log(caller, "blocklist.unwhitelist", key_or_text(address))


def release_expired() -> int:
    """Delete the blocks that are over and return how many; custom ones stay for the days of retention."""
    now = timezone.now()
    over = BlockedAddress.objects.filter(expires_at__lte=now).exclude(
        kind=BlockedAddress.Kind.CUSTOM, expires_at__gt=now - timedelta(days=settings.RULES.retention_days)
    )
    released = 0
    while chunk := list(over.values_list("pk", flat=True)[:RELEASE_CHUNK]):
        # A block renewed since the look stays.
        released += over.filter(pk__in=chunk).delete()[0]
    return released
