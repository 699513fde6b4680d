"""Notices to the people of an account, shown on Overview until closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit, notice_mails
from accounts.caller import Caller
from accounts.models import Account, Notice, NoticeMail, User


def post(
    account: Account,
    *,
    level: Notice.Level,
    subject: str,
    text: str,
    values: Mapping[str, Any] | None = None,
    link: str = "",
    kind: NoticeMail.Kind | None = None,
    people: Iterable[User] = (),
) -> None:
    """Open a notice, or renew the open one of the same subject; `people` get what it newly says by email as `kind`.

    `text` is an English sentence marked by `gettext_noop`, with %(name)s for what `values` holds.
    """
    said = dict(values or {})
    with transaction.atomic():
        before = Notice.objects.filter(account=account, subject=subject, closed_at=None).first()
        notice, _ = Notice.objects.update_or_create(
            account=account,
            subject=subject,
            closed_at=None,
            defaults={"level": level, "text": text, "values": said, "link": link},
        )
        if kind and (before is None or (before.text, before.values) != (text, said)):
            notice_mails.plan(notice, kind=kind, people=people)


def close(caller: Caller, *, notice: Notice) -> None:
    """Take a notice off everybody's Overview; closing one that is closed already changes nothing."""
    caller.require("overview.view")
    with transaction.atomic():
        if Notice.objects.filter(pk=notice.pk, closed_at=None).update(closed_at=timezone.now()):
            audit.log(caller, "notices.close", str(notice))


def withdraw(account: Account, *, subject: str) -> None:
    """Close the open notice of `subject`, if there is one."""
    Notice.objects.filter(account=account, subject=subject, closed_at=None).update(closed_at=timezone.now())
