"""The reviewers' desk: what waits, and the page on which it is decided."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from accounts.console.act_page import ActPage
from accounts.console.forms import show_refusal
from accounts.console.lists import Column, EmptyState, ListPage
from accounts.console.views import ConsoleView
from accounts.errors import Forbidden, Refused
from accounts.scoping import get_visible_or_404
from templates_app import queries, report, review, screening
from templates_app.forms import DecisionForm
from templates_app.models import Review
from templates_app.screening import Finding
from templates_app.views import body

NAV = "templates:review_queue"


class Queue(ListPage):
    """Templates that wait for a decision, the oldest first."""

    right = "templates.review"
    title = "Review Queue"
    nav = NAV
    order = ("id",)
    template_name = "templates_app/queue.html"
    intro = "Oldest first. Opening one keeps it for you for a while; nobody decides on a version of their own."
    empty = EmptyState("Nothing waits", "Every submitted template has been decided. New ones appear here.")
    columns = (
        Column("template", "Template", "template.name"),
        Column("version", "Version", lambda row: f"{row.version.number}{' (again)' if row.again else ''}"),
        Column("author", "Author", "version.author"),
        Column("submitted_at", "Waiting since", "submitted_at", kind="time"),
        Column("findings", "Findings", lambda row: report.summary(_stored(row))),
        Column("held", "Reviewer", lambda row: _holder(row)),
    )

    def rows(self) -> QuerySet[Review]:
        return queries.waiting(self.caller)

    def row_url(self, row: Review) -> str:
        return reverse("templates:review", args=[row.pk])


class Decision(ConsoleView):
    """One version under review: content, findings, and the buttons for those who may decide."""

    right = "templates.review"
    nav = NAV
    template_name = "templates_app/decision.html"
    review: Review

    def page_title(self) -> str:
        return self.review.template.name

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.review = self._one(pk)
        found = body.findings(self.review.version)
        return self._show(found, DecisionForm(found=_faults(found)))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.review = self._one(pk)
        found = body.findings(self.review.version)
        form = DecisionForm(request.POST, found=_faults(found))
        if form.is_valid():
            try:
                said = self._decide(form)
            except Forbidden:
                raise
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                following = queries.next_waiting(self.caller, now=timezone.now())
                rest = "Here is the next one." if following else "Nothing else waits for you."
                messages.success(request, f"{said} {rest}")
                place = reverse("templates:review", args=[following.pk]) if following else reverse(NAV)
                return HttpResponseRedirect(place)
            self.review = self._one(pk)
        return self._show(found, form, status=422)

    def _one(self, pk: int) -> Review:
        reviews = Review.objects.select_related("template__approved", "version", "claimed_by", "decided_by")
        return get_visible_or_404(reviews, self.caller, pk=pk)

    def _decide(self, form: DecisionForm) -> str:
        name = self.review.template.name
        decision = self.request.POST.get("decision")
        if decision == "approve":
            review.approve(self.caller, review=self.review, reason=form.words)
            return f"“{name}” is approved and may be sent."
        if decision == "reject":
            review.reject(self.caller, review=self.review, reason=form.words)
            return f"“{name}” is rejected; its author reads your reason."
        raise Refused("InvalidParameterValue", "Choose Approve or Reject.")

    def _show(self, found: list[Finding], form: DecisionForm, status: int = 200) -> HttpResponse:
        self.parent = ("Review Queue", reverse(NAV))
        one = self.review
        waiting = one.state == Review.State.WAITING
        independent = review.independent(self.caller, one)
        holder = review.held_by_other(self.caller, one) if waiting else None
        running = one.claimed_until is not None and one.claimed_until > timezone.now()
        return self.render(
            {
                "review": one,
                "version": one.version,
                "state": Review.State(one.state),
                "form": form,
                "waiting": waiting,
                "independent": independent,
                "holder": holder,
                "mine": waiting and running and one.claimed_by == self.caller.user,
                "may_decide": waiting and independent and holder is None,
                "rows": report.rows(found),
                "passes": screening.passes(found),
                "earlier": [past for past in queries.history(one.template) if past.pk != one.pk],
                **body.shown(self.request, one.version, found, base=_base(one)),
            },
            status=status,
        )


class Claim(ActPage):
    """Keep a review for oneself."""

    right = "templates.review"
    nav = NAV

    def act(self, **kwargs: Any) -> str:
        one = get_visible_or_404(Review.objects.select_related("template", "version"), self.caller, **kwargs)
        review.claim(self.caller, review=one)
        return reverse("templates:review", args=[one.pk])


class Release(ActPage):
    """Give a review back to the queue."""

    right = "templates.review"
    nav = NAV

    def act(self, **kwargs: Any) -> str:
        one = get_visible_or_404(Review.objects.select_related("template", "version"), self.caller, **kwargs)
        review.release(self.caller, review=one)
        self.say("Given back to the queue.")
        return reverse(NAV)


def _base(one: Review) -> Any:
    """Return the approved version to compare with, unless it is the one under review."""
    approved = one.template.approved
    return approved if approved and approved.pk != one.version_id else None


def _faults(found: list[Finding]) -> list[str]:
    return [finding.message for finding in found if not finding.passed]


def _stored(row: Review) -> list[Finding]:
    return [Finding.from_json(one) for one in row.findings]


def _holder(row: Review) -> str:
    running = row.claimed_until is not None and row.claimed_until > timezone.now()
    return str(row.claimed_by) if running and row.claimed_by else "–"
