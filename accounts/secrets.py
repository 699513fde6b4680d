"""Secrets at rest: AES-256-GCM (RFC 5116 5.2) under keys derived from `SES_SECRETS_KEY` for each purpose (RFC 5869).

The setting is a list, the newest key first; older ones still decrypt.
"""

from __future__ import annotations

import base64
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models


@lru_cache(maxsize=256)
def _derive(secret: str, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=b"ses", info=purpose.encode()).derive(secret.encode())


def keys_for(purpose: str) -> list[bytes]:
    """Return 32-byte keys bound to `purpose`, the one to write with first, older ones to read with after it."""
    return [_derive(secret, purpose) for secret in settings.SECRETS_KEYS]


def encrypt(plain: str, *, purpose: str) -> str:
    """Return `plain` encrypted, as text that only `decrypt` with the same purpose can read."""
    nonce = os.urandom(12)
    return base64.b64encode(nonce + AESGCM(keys_for(purpose)[0]).encrypt(nonce, plain.encode(), None)).decode()


def decrypt(encrypted: str, *, purpose: str) -> str:
    """Return what was encrypted; raise ValueError when no key of the list decrypts it."""
    raw = base64.b64decode(encrypted)
    for key in keys_for(purpose):
        try:
            return AESGCM(key).decrypt(raw[:12], raw[12:], None).decode()
        except InvalidTag:
            continue
    raise ValueError("No key in SES_SECRETS_KEY decrypts this secret; put the earlier key back at the end of the list.")


class EncryptedField(models.TextField):
    """A text column that is encrypted in the database and plain in Python; empty stays empty."""

    def _purpose(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return encrypt(value, purpose=self._purpose()) if value else value

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return decrypt(value, purpose=self._purpose()) if value else value
