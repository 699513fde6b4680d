"""Reads of templates and reviews."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Case, Exists, JSONField, OuterRef, Q, QuerySet, Subquery, When

from accounts.caller import Caller
from accounts.scoping import visible
from templates_app.compiled import FORM, Compiled
from templates_app.models import Review, Skeleton, Template, Version
from templates_app.rendering import compile
from templates_app.screening import ReviewLimits


def limits() -> ReviewLimits:
    """Return the review limits in force."""
    rules = settings.RULES
    return ReviewLimits(
        min_characters=rules.review_min_characters,
        text_per_variable=rules.review_text_per_variable,
        max_images=rules.review_max_images,
        max_bytes=rules.template_max_bytes,
    )


def sendable(account_id: int, template_id: int) -> Version | None:
    """Return the approved version of an account's template, with the template; None without one, or for another's."""
    template = (
        Template.objects.filter(pk=template_id, account_id=account_id, approved__isnull=False)
        .select_related("approved")
        # Without the texts: what is sent comes from the skeleton.
        .only("sensitive", "approved__account_id", "approved__template_id", "approved__number")
        .first()
    )
    if template is None or template.approved is None:
        return None
    template.approved.template = template
    return template.approved


@lru_cache(maxsize=256)
def compiled(version_id: int) -> Compiled:
    """Return an approved version ready to be filled; LookupError if it was never approved.

    Kept in the process: a version never changes.
    """
    parts = _skeleton(version_id)
    if parts.get("form") == FORM:
        return Compiled.from_json(parts)
    html, text = Version.objects.values_list("html", "text").get(pk=version_id)
    return compile(html, text)


@lru_cache(maxsize=64)
def compiled_at_approval(version_id: int) -> Compiled:
    """Return an approved version as links are numbered and filled that `compiled` no longer makes; LookupError."""
    return Compiled.from_json(_skeleton(version_id))


def _skeleton(version_id: int) -> dict[str, Any]:
    parts: dict[str, Any] | None = Skeleton.objects.filter(pk=version_id).values_list("parts", flat=True).first()
    if parts is None:
        raise LookupError(f"version {version_id} has no skeleton")
    return parts


def with_reason(templates: QuerySet[Template]) -> QuerySet[Template]:
    """Add to each template of the latest decided review `reason` and, where the program decided, its `findings`."""
    decided = Review.objects.filter(template=OuterRef("pk"), decided_at__isnull=False).order_by("-id")
    findings = Case(When(by_machine=True, then="findings"), default=None, output_field=JSONField())
    return templates.annotate(
        reason=Subquery(decided.values("reason")[:1]), findings=Subquery(decided.values_list(findings)[:1])
    )


# What the list of templates is asked for beside the states: those that are archived, whatever their state.
ARCHIVED = "archived"


def search(templates: QuerySet[Template], *, state: str, text: str) -> QuerySet[Template]:
    """Return the templates in `state` (or `ARCHIVED`) whose name holds `text` or whose ID it is; "" asks nothing."""
    if state == ARCHIVED:
        templates = templates.filter(archived_at__isnull=False)
    elif state:
        templates = templates.filter(state=state)
    if text:
        by_id = Q(pk=int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else Q()
        templates = templates.filter(Q(name__icontains=text) | by_id)
    return templates


def waiting(caller: Caller) -> QuerySet[Review]:
    """Return the open reviews, oldest first by `id`, each with `again`: a person decided on the template before."""
    earlier = Review.objects.filter(template=OuterRef("template"), decided_by__isnull=False)
    return (
        visible(Review.objects.all(), caller)
        .filter(state=Review.State.WAITING)
        .select_related("template", "version", "claimed_by")
        .annotate(again=Exists(earlier))
    )


def next_waiting(caller: Caller, *, now: datetime) -> Review | None:
    """Return the oldest open review that the caller may decide and nobody else holds."""
    if caller.user is None:
        return None
    free = Q(claimed_until=None) | Q(claimed_until__lt=now) | Q(claimed_by=caller.user)
    own = Q(version__author_user=caller.user) | Q(submitted_by=caller.user.email)
    return waiting(caller).filter(free).exclude(own).order_by("id").first()


def history(template: Template) -> QuerySet[Review]:
    """Return the reviews of a template, newest first."""
    return template.reviews.select_related("version", "decided_by", "claimed_by").order_by("-id")
