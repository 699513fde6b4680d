"""Notices to the people of an account, shown on Overview until closed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.caller import Caller
from accounts.models import Account, Notice


def post(
    account: Account,
    *,
    level: Notice.Level,
    subject: str,
    text: str,
    values: Mapping[str, Any] | None = None,
    link: str = "",
) -> None:
    """Open a notice, or renew the open one of the same subject.

    `text` is an English sentence marked by `gettext_noop`, with %(name)s for what `values` holds.
    """
    Notice.objects.update_or_create(
        account=account,
        subject=subject,
        closed_at=None,
        defaults={"level": level, "text": text, "values": dict(values or {}), "link": link},
    )


def close(caller: Caller, *, notice: Notice) -> None:
    """Take a notice off everybody's Overview; closing one that is closed already changes nothing."""
    caller.require("overview.view")
    with transaction.atomic():
        if Notice.objects.filter(pk=notice.pk, closed_at=None).update(closed_at=timezone.now()):
            audit.log(caller, "notices.close", str(notice))


def withdraw(account: Account, *, subject: str) -> None:
    """Close the open notice of `subject`, if there is one."""
    Notice.objects.filter(account=account, subject=subject, closed_at=None).update(closed_at=timezone.now())
