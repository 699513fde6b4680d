"""Tokens that emails carry, each bound to one purpose.

Either a number or two with an HMAC (RFC 2104) of 128 bits, or any content, encrypted by AES-SIV (RFC 5297): it needs no
nonce, is 16 bytes longer than its content, and the same content makes the same token at every attempt.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import struct
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from accounts.secrets import keys_for

MAC_BYTES = 16
# Of a tracked link, a pixel or an unsubscription, in any text.
_IN_ADDRESS = re.compile(r"(/(?:t/[a-z]|u)/)[\w-]{8,}")


def without_tokens(text: str) -> str:
    """Return a text without the tokens of the addresses that an email carries: each leads where the email led."""
    return _IN_ADDRESS.sub(r"\1…", text)


def make(purpose: str, *numbers: int) -> bytes:
    """Return `numbers` (signed 64-bit each) followed by their MAC under `purpose`."""
    body = struct.pack(f">{len(numbers)}q", *numbers)
    return body + _mac(keys_for(f"token.{purpose}")[0], body)


def read(purpose: str, token: bytes) -> tuple[int, ...] | None:
    """Return the numbers of an unaltered token of this purpose, else None."""
    body, mac = token[:-MAC_BYTES], token[-MAC_BYTES:]
    if len(mac) != MAC_BYTES or not body or len(body) % 8:
        return None
    if not any(hmac.compare_digest(_mac(key, body), mac) for key in keys_for(f"token.{purpose}")):
        return None
    return struct.unpack(f">{len(body) // 8}q", body)


def encrypt(purpose: str, content: bytes) -> bytes:
    """Return a token that holds `content` (not empty), which only `decrypt` with the same purpose can read."""
    return _cipher(keys_for(f"token.{purpose}.encrypted")[0]).encrypt(content, None)


def decrypt(purpose: str, token: bytes) -> bytes | None:
    """Return the content of an unaltered encrypted token of this purpose, else None."""
    for key in keys_for(f"token.{purpose}.encrypted"):
        try:
            return _cipher(key).decrypt(token, None)
        except InvalidTag:
            continue
    return None


def to_url(token: bytes) -> str:
    """Return the token as base64url (RFC 4648 5) without padding."""
    return base64.urlsafe_b64encode(token).rstrip(b"=").decode()


def from_url(text: str) -> bytes:
    """Return the bytes of a URL token; empty for any other text, another spelling of a token included."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
    return raw if to_url(raw) == text else b""


def to_local_part(token: bytes) -> str:
    """Return the token as lower-case base32 (RFC 4648 6): mail servers may change the case of a local part."""
    return base64.b32encode(token).rstrip(b"=").decode().lower()


def from_local_part(text: str) -> bytes:
    """Return the bytes of a local-part token in any letter case; empty for a text that is no token."""
    try:
        return base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        return b""


@lru_cache(maxsize=64)
def _cipher(key: bytes) -> AESSIV:
    return AESSIV(key)


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, body, hashlib.sha256).digest()[:MAC_BYTES]
