"""Blocks that bounces, unsubscribes and complaints make, and how an account removes or whitelists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.caller import Caller
from accounts.erased_addresses import spellings
from accounts.errors import Refused
from accounts.mail.addresses import AddressKey, key_or_text, require_key
from blocklist.models import BlockedAddress, Exemption

RELEASE_CHUNK = 5_000


@dataclass(frozen=True, kw_only=True)
class InvalidAddress:
    """A receiver said that the mailbox does not exist; `message` is the mail it answered."""

    account_id: int
    address: AddressKey
    reason: str
    message: int

    def __post_init__(self) -> None:
        require_key(self.address)


@dataclass(frozen=True, kw_only=True)
class Reject:
    """A recipient unsubscribed from, reported or blocked a sender domain; `cause` is a `BlockedAddress.Cause`."""

    account_id: int
    sender_domain: str
    address: AddressKey
    cause: str
    reason: str
    message: int

    def __post_init__(self) -> None:
        require_key(self.address)


# The block belongs to the account whose mail bounced first, as long as it is in force: that account alone may
# remove it.
_BLOCK_INVALID = """
INSERT INTO blocklist_blockedaddress AS held
       (account_id, kind, cause, address, sender_domain, reason, message, created_at, expires_at)
SELECT DISTINCT ON (address) account_id, 'invalid', 'bounced', address, '', reason, message, now(),
       now() + make_interval(days => %s)
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[]) AS invalid(account_id, address, reason, message)
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

# A hard bounce ends the whitelisting by the account whose mail bounced.
_END_EXEMPTIONS = """
DELETE FROM blocklist_exemption AS exempt
USING unnest(%s::bigint[], %s::text[]) AS invalid(account_id, address)
WHERE exempt.address = invalid.address COLLATE "C" AND exempt.account_id = invalid.account_id
"""

_BLOCK_REJECTS = """
INSERT INTO blocklist_blockedaddress
       (account_id, kind, cause, address, sender_domain, reason, message, created_at)
SELECT DISTINCT ON (address, account_id, sender_domain)
       account_id, 'reject', cause, address, sender_domain, reason, message, now()
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[])
     AS reject(account_id, sender_domain, address, cause, reason, message)
ORDER BY address, account_id, sender_domain, message
ON CONFLICT (address, account_id, sender_domain) WHERE kind = 'reject' DO NOTHING
"""


def block_invalid(invalid: Sequence[InvalidAddress]) -> None:
    """Block invalid addresses for all accounts, or renew their blocks; runs in the caller's transaction."""
    if not invalid:
        return
    accounts = [row.account_id for row in invalid]
    addresses = [row.address.text for row in invalid]
    with connection.cursor() as cursor:
        cursor.execute(
            _BLOCK_INVALID,
            [
                settings.RULES.block_days,
                accounts,
                addresses,
                [row.reason[:500] for row in invalid],
                [row.message for row in invalid],
            ],
        )
        cursor.execute(_END_EXEMPTIONS, [accounts, addresses])


def block_rejects(rejects: Sequence[Reject]) -> None:
    """Block recipients who want no more of a sender domain, for that domain; runs in the caller's transaction."""
    if not rejects:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _BLOCK_REJECTS,
            [
                [row.account_id for row in rejects],
                [row.sender_domain for row in rejects],
                [row.address.text for row in rejects],
                [row.cause for row in rejects],
                [row.reason[:500] for row in rejects],
                [row.message for row in rejects],
            ],
        )


def remove(caller: Caller, *, row: BlockedAddress) -> None:
    """Release an address; the platform's block only where the account's own mail caused it."""
    caller.require("blocklist.edit")
    if row.account_id != caller.account.pk:
        raise Refused(
            "OperationDenied",
            _("%(address)s was blocked because of another account's email. Whitelist it to send to it anyway.")
            % {"address": row.address},
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
    """Exempt the account from the platform's block of `address`; for other accounts the block stays."""
    caller.require("blocklist.edit")
    row = BlockedAddress.objects.filter(
        address__in=spellings(key_or_text(address)), kind=BlockedAddress.Kind.INVALID, expires_at__gt=timezone.now()
    ).first()
    if row is None:
        raise Refused(
            "ResourceNotFound", _("The platform does not block this address, so there is nothing to whitelist.")
        )
    if row.account_id == caller.account.pk:
        raise Refused(
            "OperationDenied",
            _("%(address)s was blocked because of your own email. Remove it from the blocklist instead.")
            % {"address": row.address},
        )
    with transaction.atomic():
        exemption, new = Exemption.objects.get_or_create(
            account=caller.account, address=row.address, defaults={"reason": reason[:500]}
        )
        if new:
            audit.log(caller, "blocklist.whitelist", row.address, reason=reason)
    return exemption


def unwhitelist(caller: Caller, *, address: str) -> None:
    """Take `address` off the account's whitelist: the platform's block of it holds again."""
    caller.require("blocklist.edit")
    key = key_or_text(address)
    with transaction.atomic():
        gone, _rows = Exemption.objects.filter(account=caller.account, address__in=spellings(key)).delete()
        if not gone:
            raise Refused("ResourceNotFound", _("This address is not on your whitelist."))
        audit.log(caller, "blocklist.unwhitelist", key.text)


def release_expired() -> int:
    """Delete the blocks that are over and return how many; custom ones stay for the days of retention."""
    now = timezone.now()
    over = BlockedAddress.objects.filter(expires_at__lte=now).exclude(
        kind=BlockedAddress.Kind.CUSTOM, expires_at__gt=now - timedelta(days=settings.RULES.retention_days)
    )
    released = 0
    while chunk := list(over.values_list("pk", flat=True)[:RELEASE_CHUNK]):
        # The filter again: a block renewed in the meantime stays.
        released += over.filter(pk__in=chunk).delete()[0]
    return released
