"""Who is blocked: one query for a batch of recipients, and every block of one address for its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from accounts.caller import Caller
from accounts.erased_addresses import PREFIX, pseudonyms, spellings
from accounts.mail.addresses import AddressKey, require_key
from accounts.scoping import visible
from blocklist.models import BlockedAddress, Exemption


@dataclass(frozen=True)
class BlockQuery:
    """A mail that is about to go: from which account and sender domain, to which address."""

    account_id: int
    sender_domain: str
    address: AddressKey

    def __post_init__(self) -> None:
        require_key(self.address)


@dataclass(frozen=True)
class BlockInForce:
    """The block in force for a recipient; its fields are columns of `BlockedAddress`."""

    kind: str
    cause: str
    reason: str


_ERASED = f"address LIKE '{PREFIX}%%'"
# What the recipient asked for comes first, then the account's own list, then the platform's. While no block is of a
# person whose data was erased, the second look costs nothing.
_BLOCKED = f"""
SELECT DISTINCT ON (asked.number) asked.number, {", ".join(f"block.{field.name}" for field in fields(BlockInForce))}
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) WITH ORDINALITY
     AS asked(account_id, sender_domain, address, pseudonyms, number)
CROSS JOIN LATERAL (
    SELECT * FROM blocklist_blockedaddress WHERE address = asked.address COLLATE "C"
    UNION ALL
    SELECT * FROM blocklist_blockedaddress
    WHERE {_ERASED} AND address = ANY (string_to_array(asked.pseudonyms, ' ') COLLATE "C")
      AND (SELECT EXISTS (SELECT FROM blocklist_blockedaddress WHERE {_ERASED}))
) AS block
WHERE (block.expires_at IS NULL OR block.expires_at > now())
  AND CASE block.kind
      WHEN 'reject' THEN block.account_id = asked.account_id AND block.sender_domain = asked.sender_domain
      WHEN 'custom' THEN block.account_id = asked.account_id
      ELSE NOT EXISTS (
          SELECT FROM blocklist_exemption AS exempt WHERE exempt.account_id = asked.account_id
          AND exempt.address = ANY (array_prepend(asked.address, string_to_array(asked.pseudonyms, ' ')) COLLATE "C"))
      END
ORDER BY asked.number, CASE block.kind WHEN 'reject' THEN 1 WHEN 'custom' THEN 2 ELSE 3 END
"""  # noqa: S608


def blocked_among(asked: Sequence[BlockQuery]) -> dict[BlockQuery, BlockInForce]:
    """Return those of `asked` that must not be sent, each with its block in force; one query for all."""
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _BLOCKED,
            [
                [query.account_id for query in asked],
                [query.sender_domain for query in asked],
                [query.address.text for query in asked],
                [" ".join(pseudonyms(query.address)) for query in asked],
            ],
        )
        return {asked[number - 1]: BlockInForce(*found) for number, *found in cursor.fetchall()}


@dataclass(frozen=True)
class LookedUpBlock:
    """One block of a looked-up address, as the account may see it."""

    row: BlockedAddress
    # The account's own mail or people caused it: the account may remove it.
    own: bool
    # The platform's block does not bind the account: it whitelisted the address.
    exempt: bool
    in_force: bool


def look_up(caller: Caller, address: AddressKey) -> list[LookedUpBlock]:
    """Return every block of an address that concerns the caller's account, the latest first."""
    own = Q(account_id=caller.account.pk)
    rows = BlockedAddress.objects.filter(own | Q(kind=BlockedAddress.Kind.INVALID), address__in=spellings(address))
    exempt = visible(Exemption.objects.all(), caller).filter(address__in=spellings(address)).exists()
    now = timezone.now()
    return [
        LookedUpBlock(
            row=row,
            own=row.account_id == caller.account.pk,
            exempt=exempt and row.kind == BlockedAddress.Kind.INVALID,
            in_force=row.expires_at is None or row.expires_at > now,
        )
        for row in rows.order_by("-id")
    ]
