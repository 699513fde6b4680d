"""Looking up the key behind a SecretId: decrypted once in a while, not once a call."""

from __future__ import annotations

import re
import time
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.models import ApiKey

# A key that is switched off is refused after this many seconds at the latest, in every process.
CACHE_SECONDS = 2.0
CACHE_MAX = 10_000
STAMP_EVERY = timedelta(minutes=1)

_SECRET_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_cache: dict[str, tuple[float, ApiKey]] = {}


def enabled(secret_id: str) -> ApiKey | None:
    """Return the enabled key of a SecretId with its account, as it was at most CACHE_SECONDS ago."""
    if not _SECRET_ID.fullmatch(secret_id):
        return None
    now = time.monotonic()
    held = _cache.get(secret_id)
    if held and now - held[0] < CACHE_SECONDS:
        return held[1]
    key = ApiKey.objects.select_related("account").filter(secret_id=secret_id, enabled=True).first()
    if key is None:
        _cache.pop(secret_id, None)
        return None
    if len(_cache) >= CACHE_MAX:
        _cache.clear()
    _cache[secret_id] = now, key
    return key


def stamp(key: ApiKey) -> None:
    """Note that the key was used, at most once a minute."""
    now = timezone.now()
    if key.last_used_at and now - key.last_used_at < STAMP_EVERY:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - STAMP_EVERY)
    ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
    key.last_used_at = now
