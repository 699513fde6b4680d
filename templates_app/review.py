"""The life of a template: written, submitted, reviewed by someone else, approved for sending."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.caller import Caller, PlatformActor
from accounts.errors import Refused
from accounts.models import Account, User
from templates_app import (
    content_rules,
    finding_texts,
    forbidden_phrases,
    queries,
    rendering,
    review_notices,
    screening,
    states,
)
from templates_app.models import Review, Skeleton, Template, Version

MAX_REASON = 2_000
# Who rejects what breaks a rule of the review.
MACHINE = PlatformActor(gettext_noop("automatic review"), "task")


class EditedMeanwhile(Refused):
    """Somebody else saved `version` while this text was written from an earlier one."""

    def __init__(self, version: Version) -> None:
        super().__init__(
            "FailedOperation",
            _("%(author)s saved version %(number)s while you were writing. Compare the two, then save again or leave.")
            % {"author": version.author, "number": version.number},
        )
        self.version = version


def create(
    caller: Caller, *, name: str, html: str = "", text: str = "", summary: str = "", copy_of: Template | None = None
) -> Template:
    """Make a template, a draft with its first version; Refused for invalid content or at the account's maximum.

    A copy has the same variables sensitive.
    """
    caller.require("templates.edit")
    content = content_rules.check(name=name, html=html, text=text, summary=summary)
    with transaction.atomic():
        # Locked, so that two creations at once cannot both take the last place.
        account = Account.objects.select_for_update(no_key=True).get(pk=caller.account.pk)
        allowed = settings.RULES.templates_per_account
        if Template.objects.filter(account=account).count() >= allowed:
            raise Refused(
                "FailedOperation.ExceedTemplateLimit",
                _("An account can have at most %(limit)s templates. Edit an existing one instead.")
                % {"limit": formats.number_format(allowed, force_grouping=True)},
            )
        sensitive = copy_of.sensitive if copy_of else {}
        template = Template.objects.create(
            account=account, name=content.name, created_by=caller.user, sensitive=sensitive
        )
        template.latest = _write(caller, template, 1, content)
        template.save(update_fields=["latest"])
        audit.log(caller, "templates.create", _target(template), **({"copy_of": copy_of.pk} if copy_of else {}))
    return template


def revise(
    caller: Caller, *, template: Template, name: str, html: str, text: str, summary: str, base: int | None = None
) -> Version:
    """Write the next version and make the template a draft; an open review ends, the approved version stays.

    A draft whose content did not change keeps its version. `base` is the number of the version that the text was
    written from: raise EditedMeanwhile when it is no longer the latest, unless its text is ours; None asks for none.
    """
    caller.require("templates.edit")
    content = content_rules.check(name=name, html=html, text=text, summary=summary, renamed=True)
    with transaction.atomic():
        template = states.locked(caller, template)
        latest = template.latest
        if latest and base not in {None, latest.number} and not content_rules.is_same(latest, content):
            raise EditedMeanwhile(latest)
        if latest and template.state == Template.State.DRAFT and content_rules.is_same(latest, content):
            version = latest
        else:
            version = _write(caller, template, latest.number + 1 if latest else 1, content)
            template.reviews.filter(state=Review.State.WAITING).update(state=Review.State.WITHDRAWN)
        states.move(template, "revise", name=content.name, latest=version)
        audit.log(caller, "templates.revise", _target(template), version=version.number)
    return version


def submit(caller: Caller, *, template: Template) -> Review:
    """Send the latest version to review, or have it rejected at once by what screening finds (decision 31).

    Refused, and nothing changed, for what no template may hold: more bytes than are allowed, or unsafe markup.
    """
    caller.require("templates.edit")
    with transaction.atomic():
        template = states.locked(caller, template)
        version = template.latest
        if version is None:
            raise Refused("InvalidParameterValue.TemplateContentIsNULL", _("Enter a body first."))
        findings = screening.screen(version.html, version.text, forbidden_phrases.current(), queries.limits())
        if unacceptable := screening.unacceptable(findings):
            found = finding_texts.join(finding_texts.message(finding) for finding in unacceptable)
            field = "html" if version.html else "text"
            raise Refused("InvalidParameterValue.TemplateContentIsWrong", found, field=field)
        states.move(template, "submit")
        review = Review.objects.create(
            account=template.account,
            template=template,
            version=version,
            submitted_by=caller.name,
            findings=[finding.to_json() for finding in findings],
        )
        review_notices.withdraw(template)
        audit.log(caller, "templates.submit", _target(template), version=version.number)
        if not screening.passes(findings):
            _reject_by_machine(review, template, findings)
    return review


def _reject_by_machine(review: Review, template: Template, findings: Sequence[screening.Finding]) -> None:
    with translation.override("en"):
        reason = finding_texts.faults(findings)
    review.state, review.by_machine, review.decided_at, review.reason = (
        Review.State.REJECTED,
        True,
        timezone.now(),
        reason,
    )
    review.save(update_fields=["state", "by_machine", "decided_at", "reason"])
    states.move(template, "reject")
    review_notices.rejected_by_machine(review)
    details = {"version": review.version.number, "reason": reason}
    audit.log_platform(MACHINE, "templates.reject", _target(template), account=template.account, **details)


def withdraw(caller: Caller, *, template: Template) -> Template:
    """Take a template back from review; it is a draft again."""
    caller.require("templates.edit")
    with transaction.atomic():
        template = states.locked(caller, template)
        template.reviews.filter(state=Review.State.WAITING).update(state=Review.State.WITHDRAWN)
        states.move(template, "withdraw")
        audit.log(caller, "templates.withdraw", _target(template))
    return template


def claim(caller: Caller, *, review: Review) -> Review:
    """Claim a review for the lease (`review_claim_seconds`), or renew it; Refused while another has it."""
    reviewer = _reviewer(caller, review)
    until = timezone.now() + timedelta(seconds=settings.RULES.review_claim_seconds)
    with transaction.atomic():
        _change(review, reviewer, claimed_by=reviewer, claimed_until=until)
        audit.log(caller, "templates.claim", _target(review.template))
    return review


def release(caller: Caller, *, review: Review) -> Review:
    """Give a claimed review back to the queue."""
    reviewer = _reviewer(caller, review)
    with transaction.atomic():
        _change(review, reviewer, claimed_by=None, claimed_until=None)
        audit.log(caller, "templates.release", _target(review.template))
    return review


def approve(caller: Caller, *, review: Review, reason: str = "") -> Review:
    """Let the version be sent from now on; it is compiled in the same transaction."""
    return _decide(caller, review, "approve", Review.State.APPROVED, reason.strip())


def reject(caller: Caller, *, review: Review, reason: str) -> Review:
    """Reject the version with a reason for its author; the version approved before stays in use."""
    caller.require("templates.review")
    if not reason.strip():
        raise Refused("InvalidParameterValue", _("Give a reason, so that the author can fix it."), field="reason")
    return _decide(caller, review, "reject", Review.State.REJECTED, reason.strip())


def independent(caller: Caller, review: Review) -> bool:
    """Say whether the caller neither wrote nor submitted what is under review."""
    if caller.user is None:
        return False
    own = {review.version.author.casefold(), review.submitted_by.casefold()}
    return review.version.author_user_id != caller.user.pk and caller.user.email.casefold() not in own


def held_by_other(caller: Caller, review: Review) -> User | None:
    """Return who has the review claimed, if it is someone else and the lease still runs."""
    running = review.claimed_until is not None and review.claimed_until > timezone.now()
    return review.claimed_by if running and review.claimed_by != caller.user else None


def _decide(caller: Caller, review: Review, act: str, state: Review.State, reason: str) -> Review:
    reviewer = _reviewer(caller, review)
    if len(reason) > MAX_REASON:
        limit = formats.number_format(MAX_REASON, force_grouping=True)
        raise Refused(
            "InvalidParameterValue", _("Enter at most %(limit)s characters.") % {"limit": limit}, field="reason"
        )
    with transaction.atomic():
        template = states.locked(caller, review.template)
        _change(review, reviewer, state=state, decided_by=reviewer, decided_at=timezone.now(), reason=reason)
        version = review.version
        if state == Review.State.APPROVED:
            parts = rendering.compile(version.html, version.text).to_json()
            Skeleton.objects.update_or_create(
                version=version, defaults={"account_id": review.account_id, "parts": parts}
            )
            states.move(template, act, approved=version)
        else:
            states.move(template, act)
        review_notices.decided(review)
        audit.log(caller, f"templates.{act}", _target(template), version=version.number, reason=reason)
    return review


def _reviewer(caller: Caller, review: Review) -> User:
    """Return the person who may decide: one with the right who neither wrote nor submitted the version."""
    caller.require("templates.review")
    if caller.user is None:
        raise Refused("OperationDenied", _("Only a person can review. Log in to the console."))
    if review.account_id != caller.account.pk:
        raise Refused("OperationDenied", _("This review belongs to another account."))
    if not independent(caller, review):
        raise Refused("OperationDenied", _("You wrote or submitted this version, so someone else must decide."))
    return caller.user


def _change(review: Review, reviewer: User, **fields: object) -> None:
    """Update an open review that nobody else holds, or refuse; the condition is part of the UPDATE."""
    free = Q(claimed_until=None) | Q(claimed_until__lt=timezone.now()) | Q(claimed_by=reviewer)
    if Review.objects.filter(free, pk=review.pk, state=Review.State.WAITING).update(**fields) == 1:
        review.refresh_from_db()
        return
    review.refresh_from_db()
    if review.state != Review.State.WAITING:
        state = review.get_state_display().lower()
        raise Refused("OperationDenied", _("This review is closed: %(state)s.") % {"state": state})
    raise Refused(
        "OperationDenied",
        _("%(reviewer)s is reviewing this. Choose another one or wait.") % {"reviewer": review.claimed_by},
    )


def _write(caller: Caller, template: Template, number: int, content: content_rules.CheckedContent) -> Version:
    return Version.objects.create(
        account=template.account,
        template=template,
        number=number,
        html=content.html,
        text=content.text,
        summary=content.summary,
        digest=content.digest,
        author=caller.name,
        author_user=caller.user,
    )


def _target(template: Template) -> str:
    return f"template {template.pk} {template.name}"
