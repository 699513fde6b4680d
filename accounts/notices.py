"""Notices to the people of an account, shown on Overview until closed."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import Account, Notice


def tell(account: Account, *, level: Notice.Level, subject: str, text: str, link: str = "") -> None:
    """Open a notice, or renew the open one of the same subject."""
    Notice.objects.update_or_create(
        account=account,
        subject=subject,
        closed_at=None,
        defaults={"level": level, "text": text, "link": link},
    )


def settle(account: Account, *, subject: str) -> None:
    """Close the open notice of `subject`, if there is one."""
    Notice.objects.filter(account=account, subject=subject, closed_at=None).update(closed_at=timezone.now())
