"""The key behind a SecretId."""

from __future__ import annotations

import re
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.models import ApiKey

RECORD_EVERY = timedelta(minutes=1)

_SECRET_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def find_enabled(secret_id: str) -> ApiKey | None:
    """Return the enabled key of a SecretId with its account.

    Read from the database at each call, so that a disabled key stops at once; decrypting costs microseconds.
    """
    if not _SECRET_ID.fullmatch(secret_id):
        return None
    return ApiKey.objects.select_related("account").filter(secret_id=secret_id, enabled=True).first()


def record_use(key: ApiKey) -> None:
    """Note that the key was used, at most once a minute."""
    now = timezone.now()
    if key.last_used_at and now - key.last_used_at < RECORD_EVERY:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - RECORD_EVERY)
    ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
