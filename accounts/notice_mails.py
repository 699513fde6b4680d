"""Which notices people get by email, and when; `sending.notice_mails` sends them.

Each person gets one email each time that what a notice says changes, and about one sender domain at most one a day:
a domain whose records come and go says no more than that.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.caller import Caller
from accounts.errors import Refused
from accounts.models import Account, Notice, NoticeMail, User
from accounts.roles import RIGHTS

DOMAIN_PAUSE = timedelta(days=1)


def holders(account: Account, right: str) -> QuerySet[User]:
    """Return the members of the account who hold `right` and can log in."""
    roles = [role for role, rights in RIGHTS.items() if right in rights]
    return User.objects.filter(is_active=True, memberships__account=account, memberships__role__in=roles)


def plan(notice: Notice, *, kind: NoticeMail.Kind, people: Iterable[User]) -> None:
    """Let the people have an email about what the notice says now; nobody while the service has no sender for it."""
    if not settings.NOTICE_SENDER:
        return
    now = timezone.now()
    for person in people:
        NoticeMail.objects.update_or_create(
            notice=notice,
            user=person,
            defaults={"kind": kind, "due_at": max(now, _free_from(notice, kind, person) or now), "attempts": 0},
        )


def set_choice(caller: Caller, *, kinds: Iterable[str], language: str) -> None:
    """Send the caller emails about notices of these kinds alone, in `language`."""
    user = caller.user
    if user is None:
        raise Refused("InvalidParameterValue", gettext("Only users get notices by email."))
    wanted = set(kinds)
    with transaction.atomic():
        user.muted_notices = [kind for kind in NoticeMail.Kind.values if kind not in wanted]
        user.language = language
        user.save(update_fields=["muted_notices", "language"])
        audit.log(caller, "users.set_notice_mails", user.email, off=user.muted_notices, language=language)


def _free_from(notice: Notice, kind: NoticeMail.Kind, person: User) -> datetime | None:
    """Return from when on the person may have another email about the same sender domain; None when it is free."""
    if kind is not NoticeMail.Kind.DOMAINS:
        return None
    sent = NoticeMail.objects.filter(user=person, notice__account=notice.account_id, notice__subject=notice.subject)
    last = sent.aggregate(last=Max("sent_at"))["last"]
    return last + DOMAIN_PAUSE if last else None
