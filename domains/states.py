"""The states of a sender domain, how it moves between them, and the notices about it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import notice_mails, notices
from accounts.errors import Refused
from accounts.models import Notice, NoticeMail
from domains import records
from domains.models import SenderDomain

State = SenderDomain.State

TRANSITIONS: dict[str, frozenset[str]] = {
    State.PENDING: frozenset({State.VERIFIED}),
    State.VERIFIED: frozenset({State.FAILING}),
    State.FAILING: frozenset({State.VERIFIED, State.FAILED}),
    State.FAILED: frozenset({State.VERIFIED}),
}


def next_state(domain: SenderDomain, found: Collection[records.State], now: datetime) -> str:
    """Return the state that a check's findings lead to; the current one when nothing is to change."""
    # No answer says nothing about a record: a verified domain stays verified.
    bad = {"missing", "wrong"} if domain.state == State.VERIFIED else {"missing", "wrong", "unreachable"}
    if not bad & set(found):
        return State.VERIFIED
    if domain.state == State.VERIFIED:
        return State.FAILING
    grace = timedelta(seconds=settings.RULES.domain_grace_seconds)
    if domain.state == State.FAILING and domain.failing_since and now - domain.failing_since >= grace:
        return State.FAILED
    return domain.state


def move(domain: SenderDomain, new: str, now: datetime) -> None:
    """Store that a check ended at `now` in state `new`; open or close the notice about it."""
    old = domain.state
    domain.checked_at = now
    if new != old:
        if new not in TRANSITIONS[old]:
            raise RuntimeError(f"A domain does not go from {old} to {new}.")
        domain.state = new
        if new == State.VERIFIED:
            domain.verified_at, domain.failing_since = domain.verified_at or now, None
            notices.withdraw(domain.account, subject=notice_subject(domain))
        elif new == State.FAILING:
            domain.failing_since = now
            _warn(domain)
        else:
            _warn(domain)
    moved = SenderDomain.objects.filter(pk=domain.pk, state=old).update(
        state=domain.state,
        checked_at=now,
        verified_at=domain.verified_at,
        failing_since=domain.failing_since,
    )
    if not moved:
        raise Refused("OperationDenied", _("The domain was changed during the check. Verify it again."))


def _warn(domain: SenderDomain) -> None:
    lost = domain.state == State.FAILED
    text = (
        gettext_noop(
            "%(domain)s can no longer send: its DNS records have been wrong for %(hours)d hours. "
            "Set them as shown and verify it again."
        )
        if lost
        else gettext_noop(
            "The DNS records of %(domain)s have changed. Fix them within %(hours)d hours, or it can no longer send."
        )
    )
    notices.post(
        domain.account,
        level=Notice.Level.DANGER if lost else Notice.Level.WARNING,
        subject=notice_subject(domain),
        text=text,
        values={"domain": domain.name, "hours": settings.RULES.domain_grace_seconds // 3600},
        link=reverse("domains:detail", args=[domain.pk]),
        kind=NoticeMail.Kind.DOMAINS,
        people=notice_mails.holders(domain.account, "domains.edit"),
    )


def notice_subject(domain: SenderDomain) -> str:
    """Return what the notices about the domain are filed under."""
    return f"domain:{domain.pk}"
