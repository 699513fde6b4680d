"""The notices about a template's review, and who gets them by email: its author and who submitted it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_noop

from accounts import notice_mails, notices
from accounts.models import ApiKey, Notice, NoticeMail, User
from templates_app.models import Review, Template

# Of a reason, as much as the notice shows.
_MAX_REASON = 400


def decided(review: Review) -> None:
    """Tell that a reviewer approved or rejected."""
    approved, reason = review.state == Review.State.APPROVED, review.reason
    if not approved:
        text = gettext_noop("Template “%(name)s” was rejected: %(reason)s")
    elif reason:
        text = gettext_noop("Template “%(name)s” was approved: %(reason)s")
    else:
        text = gettext_noop("Template “%(name)s” was approved.")
    shown = reason if len(reason) <= _MAX_REASON else f"{reason[: _MAX_REASON - 1]}…"
    _post(review, Notice.Level.INFO if approved else Notice.Level.WARNING, text, shown.splitlines())


def rejected_by_machine(review: Review) -> None:
    """Tell that screening rejected."""
    _post(review, Notice.Level.WARNING, gettext_noop("Template “%(name)s” was rejected by the automatic review."), [])


def withdraw(template: Template) -> None:
    """Close what was told about the template before."""
    notices.withdraw(template.account, subject=_subject(template))


def author_and_submitter(review: Review) -> Iterable[User]:
    """Return who wrote and who submitted it, each once, or whose API key did; the admins when both have left."""
    makers = ApiKey.objects.filter(secret_id=review.submitted_by).values("created_by")
    own = Q(pk=review.version.author_user_id) | Q(email=review.submitted_by) | Q(pk__in=makers)
    account = review.template.account
    return notice_mails.holders(account, "templates.view").filter(own) or notice_mails.holders(account, "users.manage")


def _post(review: Review, level: Notice.Level, text: str, reason: list[str]) -> None:
    template = review.template
    notices.post(
        template.account,
        level=level,
        subject=_subject(template),
        text=text,
        values={"name": template.name, "reason": reason},
        link=reverse("templates:detail", args=[template.pk]),
        kind=NoticeMail.Kind.TEMPLATES,
        people=author_and_submitter(review),
    )


def _subject(template: Template) -> str:
    return f"template {template.pk}"
