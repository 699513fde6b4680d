"""Erasing a person's address from the blocklists: what was blocked stays so, under a keyed hash."""

from __future__ import annotations

from typing import Any

from django.db import connection

from accounts.erased_addresses import pseudonyms
from accounts.mail.addresses import AddressKey

# The reason is the receiver's words or an operator's, and may name the person.
_RENAME = """
UPDATE {table} AS held SET address = %(erased)s, reason = ''
WHERE held.address = %(address)s AND held.account_id = %(account)s AND NOT EXISTS (
    SELECT FROM {table} AS other WHERE other.address = %(erased)s AND {same})
"""
# Blocked again after an earlier erasure: the later end holds.
_JOIN = """
UPDATE blocklist_blockedaddress AS other
SET expires_at = CASE WHEN held.expires_at IS NULL THEN NULL ELSE greatest(other.expires_at, held.expires_at) END
FROM blocklist_blockedaddress AS held
WHERE held.address = %(address)s AND held.account_id = %(account)s AND other.address = %(erased)s
  AND other.expires_at IS NOT NULL AND {same}
"""
_REST = "DELETE FROM {table} WHERE address = %(address)s AND account_id = %(account)s"
_SAME_BLOCK = """other.kind = held.kind
    AND (held.kind = 'invalid' OR other.account_id = held.account_id AND other.sender_domain = held.sender_domain)"""
_SAME_EXEMPTION = "other.account_id = held.account_id"


def erase(account_id: int, address: AddressKey) -> int:
    """Put a keyed hash in the place of the address in the account's blocks and whitelist; return how many rows."""
    values: dict[str, Any] = {"account": account_id, "address": address.text, "erased": pseudonyms(address)[0]}
    rows = 0
    with connection.cursor() as cursor:
        for table, same in (
            ("blocklist_blockedaddress", _SAME_BLOCK),
            ("blocklist_exemption", _SAME_EXEMPTION),
        ):
            cursor.execute(_RENAME.format(table=table, same=same), values)
            rows += cursor.rowcount
        cursor.execute(_JOIN.format(same=_SAME_BLOCK), values)
        for table in ("blocklist_blockedaddress", "blocklist_exemption"):
            cursor.execute(_REST.format(table=table), values)
            rows += cursor.rowcount
    return rows
