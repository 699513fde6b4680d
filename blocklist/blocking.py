"""Who gets blocked and released: by what receivers said, and by the people of an account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.caller import Caller
from accounts.errors import Refused
from blocklist import entries, normalise
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

_STORE = """
INSERT INTO blocklist_blockedaddress AS held
       (account_id, kind, cause, address, sender_domain, reason, created_at, expires_at)
SELECT %s, 'custom', %s, address, '', %s, now(), expires_at
FROM unnest(%s::text[], %s::timestamptz[]) AS entry(address, expires_at)
ORDER BY address
ON CONFLICT (address, account_id) WHERE kind = 'custom' DO UPDATE SET
    cause = excluded.cause, reason = excluded.reason,
    created_at = excluded.created_at, expires_at = excluded.expires_at
WHERE held.expires_at <= now()
RETURNING address
"""


def block_dead(dead: Sequence[Dead]) -> None:
    """Block dead addresses for all accounts, or renew their blocks; runs in the caller's transaction."""
    if not dead:
        return
    accounts = [one.account_id for one in dead]
    addresses = [_spelling(one.address) for one in dead]
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
                [_spelling(one.address) for one in bars],
                [one.cause for one in bars],
                [one.reason[:500] for one in bars],
                [one.message for one in bars],
            ],
        )


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What became of a list; the numbers are those of CreateCustomBlacklist."""

    total: int
    valid: int
    too_long: int
    repeat: int
    invalid: int
    rejected: list[entries.Rejected]


def add_custom(
    caller: Caller, *, address: str, expires: date | None = None, reason: str = ""
) -> BlockedAddress:
    """Put one address on the account's own list until the UTC day `expires` begins (None: for ever)."""
    caller.require("blocklist.edit")
    try:
        spelled = normalise.address(address)
    except ValueError as error:
        raise Refused(
            "InvalidParameterValue.IllegalEmailAddress", f"Not an address: {error}.", field="address"
        ) from None
    ends = _ends(expires)
    with transaction.atomic():
        if not _store(caller, [(spelled, ends)], BlockedAddress.Cause.ENTERED, reason):
            raise Refused(
                "InvalidParameterValue",
                f"{spelled} is on the list already. Modify its expiry instead.",
                field="address",
            )
        audit.log(caller, "blocklist.add", spelled, expires=_iso(expires), reason=reason)
        return BlockedAddress.objects.get(
            account=caller.account, kind=BlockedAddress.Kind.CUSTOM, address=spelled
        )


def import_custom(
    caller: Caller, *, reading: entries.Reading, reason: str = "", dry_run: bool = False
) -> Imported:
    """Put a list on the account's own list and say what became of every line; a dry run keeps nothing."""
    caller.require("blocklist.edit")
    total = len(reading.entries) + len(reading.rejected)
    if not total:
        raise Refused("MissingParameter.EmailsNecessary", "Give addresses, one a line.", field="text")
    limit = settings.RULES.custom_blocks_per_import
    if total > limit:
        raise Refused(
            "LimitExceeded.ReceiverDetailRequestLimit",
            f"The list has {total:,} lines; {limit:,} go in at a time. Split it.",
            field="text",
        )
    with transaction.atomic():
        stored = _store(
            caller,
            [(entry.address, _ends(entry.expires)) for entry in reading.entries],
            BlockedAddress.Cause.IMPORTED,
            reason,
        )
        held = [
            entries.Rejected(entry.line, entry.address, "repeat", "is on the list; modify its expiry there")
            for entry in reading.entries
            if entry.address not in stored
        ]
        rejected = sorted([*reading.rejected, *held], key=lambda one: one.line)
        codes = [one.code for one in rejected]
        done = Imported(
            total=total,
            valid=len(stored),
            too_long=codes.count("too_long"),
            repeat=codes.count("repeat"),
            invalid=codes.count("invalid"),
            rejected=rejected,
        )
        if dry_run:
            transaction.set_rollback(True)
        else:
            added = f"{done.valid} addresses"
            audit.log(caller, "blocklist.import", added, total=total, rejected=len(rejected))
    return done


def change_expiry(caller: Caller, *, row: BlockedAddress, expires: date | None) -> BlockedAddress:
    """Let an entry of the account's own list end when the UTC day `expires` begins (None: never)."""
    caller.require("blocklist.edit")
    if row.account_id != caller.account.pk or row.kind != BlockedAddress.Kind.CUSTOM:
        raise Refused("OperationDenied", "Only entries of your own list have an expiry you can change.")
    with transaction.atomic():
        row.expires_at = _ends(expires)
        row.save(update_fields=["expires_at"])
        audit.log(caller, "blocklist.change_expiry", row.address, expires=_iso(expires))
    return row


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
        address=_spelling(address), kind=BlockedAddress.Kind.INVALID, expires_at__gt=timezone.now()
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
        gone, _ = Exemption.objects.filter(account=caller.account, address=_spelling(address)).delete()
        if not gone:
            raise Refused("ResourceNotFound", "This address is not on your whitelist.")
        audit.log(caller, "blocklist.unwhitelist", _spelling(address))


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


def _store(
    caller: Caller, rows: Sequence[tuple[str, datetime | None]], cause: BlockedAddress.Cause, reason: str
) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            _STORE,
            [caller.account.pk, cause, reason[:500], [row[0] for row in rows], [row[1] for row in rows]],
        )
        return {row[0] for row in cursor.fetchall()}


def _spelling(address: str) -> str:
    try:
        return normalise.address(address)
    except ValueError:
        # It was accepted once: what the receiver said about it must not be lost over its spelling.
        return address.strip().lower()[: normalise.MAX_CHARACTERS]


def _ends(expires: date | None) -> datetime | None:
    if expires is None:
        return None
    if expires <= datetime.now(UTC).date():
        raise Refused(
            "InvalidParameterValue.WrongDate",
            "The expiry date must be later than today. Leave it empty for a block without end.",
            field="expires",
        )
    return datetime.combine(expires, time.min, UTC)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
