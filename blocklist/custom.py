"""The account's own list of blocked addresses: entries added one by one or by import, each with its expiry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.conf import settings
from django.db import connection, transaction
from django.utils import formats
from django.utils.translation import gettext as _

from accounts import audit
from accounts.caller import Caller
from accounts.errors import Refused
from accounts.mail.addresses import AddressKey, key_of
from blocklist import entries
from blocklist.models import BlockedAddress

_STORE = """
INSERT INTO blocklist_blockedaddress AS held
       (account_id, kind, cause, address, sender_domain, reason, created_at, expires_at)
SELECT %s, 'custom', %s, address, '', reason, now(), expires_at
FROM unnest(%s::text[], %s::timestamptz[], %s::text[]) AS entry(address, expires_at, reason)
ORDER BY address
ON CONFLICT (address, account_id) WHERE kind = 'custom' DO UPDATE SET
    cause = excluded.cause, reason = excluded.reason,
    created_at = excluded.created_at, expires_at = excluded.expires_at
WHERE held.expires_at <= now()
RETURNING address
"""


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What became of a list; the numbers are those of CreateCustomBlacklist."""

    total: int
    valid: int
    too_long: int
    repeat: int
    invalid: int
    rejected: list[entries.RejectedLine]


def add(caller: Caller, *, address: str, expires: date | None = None, reason: str = "") -> BlockedAddress:
    """Put one address on the account's own list until the UTC day `expires` begins (None: for ever)."""
    caller.require("blocklist.edit")
    try:
        key = key_of(address)
    except ValueError as error:
        raise Refused("InvalidParameterValue.IllegalEmailAddress", str(error), field="address") from None
    expires_at = _expires_at(expires)
    with transaction.atomic():
        if not _store(caller, [(key, expires_at, reason)], BlockedAddress.Cause.ENTERED):
            raise Refused(
                "InvalidParameterValue",
                _("%(address)s is already on your list. Change its expiry instead.") % {"address": key.text},
                field="address",
            )
        audit.log(caller, "blocklist.add", key.text, expires=_iso(expires), reason=reason)
        own = BlockedAddress.objects.filter(account=caller.account, kind=BlockedAddress.Kind.CUSTOM)
        return own.get(address=key.text)


def import_list(caller: Caller, *, parsed: entries.ParsedList, reason: str = "", dry_run: bool = False) -> Imported:
    """Put a list on the account's own list and say what became of every line; a dry run keeps nothing.

    `reason` is that of the entries which have none of their own.
    """
    caller.require("blocklist.edit")
    total = len(parsed.entries) + len(parsed.rejected)
    _refuse_length(total)
    with transaction.atomic():
        rows = [(entry.address, _midnight(entry.expires), entry.reason or reason) for entry in parsed.entries]
        stored = _store(caller, rows, BlockedAddress.Cause.IMPORTED)
        if dry_run:
            transaction.set_rollback(True)
        else:
            rejected = total - len(stored)
            audit.log(caller, "blocklist.import", f"{len(stored)} addresses", total=total, rejected=rejected)
    return _outcome(parsed, stored)


def change_expiry(caller: Caller, *, row: BlockedAddress, expires: date | None) -> BlockedAddress:
    """Let an entry of the account's own list end when the UTC day `expires` begins (None: never)."""
    caller.require("blocklist.edit")
    if row.account_id != caller.account.pk or row.kind != BlockedAddress.Kind.CUSTOM:
        raise Refused("OperationDenied", _("You can change the expiry of entries of your own list only."))
    with transaction.atomic():
        row.expires_at = _expires_at(expires)
        row.save(update_fields=["expires_at"])
        audit.log(caller, "blocklist.change_expiry", row.address, expires=_iso(expires))
    return row


def _refuse_length(total: int) -> None:
    """Refuse a list without a line, or with more lines than an import may have."""
    if not total:
        raise Refused("MissingParameter.EmailsNecessary", _("Enter the addresses, one per line."), field="text")
    limit = settings.RULES.custom_blocks_per_import
    if total > limit:
        raise Refused(
            "LimitExceeded.ReceiverDetailRequestLimit",
            _("The list has %(total)s lines; at most %(limit)s can be imported at a time. Split it.")
            % {
                "total": formats.number_format(total, force_grouping=True),
                "limit": formats.number_format(limit, force_grouping=True),
            },
            field="text",
        )


def _outcome(parsed: entries.ParsedList, stored: set[str]) -> Imported:
    """Return what became of each line, given the addresses that were stored."""
    held = [
        entries.RejectedLine(
            entry.line, entry.address.text, "repeat", _("Already on your list. Change its expiry there.")
        )
        for entry in parsed.entries
        if entry.address.text not in stored
    ]
    rejected = sorted([*parsed.rejected, *held], key=lambda line: line.line)
    codes = [line.code for line in rejected]
    return Imported(
        total=len(parsed.entries) + len(parsed.rejected),
        valid=len(stored),
        too_long=codes.count("too_long"),
        repeat=codes.count("repeat"),
        invalid=codes.count("invalid"),
        rejected=rejected,
    )


def _store(
    caller: Caller, rows: Sequence[tuple[AddressKey, datetime | None, str]], cause: BlockedAddress.Cause
) -> set[str]:
    """Store the blocks (address, end, reason) that are not in force yet, and return their addresses."""
    with connection.cursor() as cursor:
        cursor.execute(
            _STORE,
            [
                caller.account.pk,
                cause,
                [address.text for address, _ends, _reason in rows],
                [ends for _address, ends, _reason in rows],
                [reason[:500] for _address, _ends, reason in rows],
            ],
        )
        return {address for (address,) in cursor.fetchall()}


def _expires_at(expires: date | None) -> datetime | None:
    if expires is not None and expires <= datetime.now(UTC).date():
        raise Refused(
            "InvalidParameterValue.WrongDate",
            _("The expiry date must be later than today. Leave it empty for a block that never expires."),
            field="expires",
        )
    return _midnight(expires)


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, UTC) if day else None


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
