"""Addresses of people whose data was erased: a keyed hash in the place of the address (BLAKE2b, RFC 7693 2.9).

Who holds the key can still tell that a given address is one of them, so that a block keeps binding; nobody can read
the address out of it.
"""

from __future__ import annotations

import hashlib

from accounts.mail.addresses import AddressKey
from accounts.secrets import keys_for

# No address begins so: what stands before an @ has no colon outside quotes.
PREFIX = "erased:"
_PURPOSE = "erased addresses"
_HASH_BYTES = 16


def pseudonyms(address: AddressKey) -> list[str]:
    """Return what may stand for the address once it is erased; the first is what is written now.

    There is one for each key of SES_SECRETS_KEY: an older key's hashes stay known as long as it is in the list.
    """
    text = address.text.encode()
    # Every mail that is accepted asks for it: this is three times as fast as an HMAC.
    return [
        f"{PREFIX}{hashlib.blake2b(text, key=key, digest_size=_HASH_BYTES).hexdigest()}" for key in keys_for(_PURPOSE)
    ]


def spellings(address: AddressKey) -> list[str]:
    """Return what an address may be stored as: itself, or what stands for it once its person's data was erased."""
    return [address.text, *pseudonyms(address)]
