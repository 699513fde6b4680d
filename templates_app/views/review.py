"""The review pages: the queue of waiting versions, and the page where one is decided."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, override

from accounts.console.act_page import ActPage
from accounts.console.forms import show_refusal
from accounts.console.lists import Column, EmptyState, ListPage
from accounts.console.views import ConsoleView
from accounts.errors import Forbidden, Refused
from accounts.scoping import get_visible_or_404
from templates_app import finding_texts, presentation, queries, review, screening
from templates_app.forms import DecisionForm
from templates_app.models import Review
from templates_app.screening import Finding
from templates_app.template_use import FindUse, unknown
from templates_app.views import body

NAV = "templates:review_queue"


class ReviewQueue(ListPage):
    """Templates that wait for a decision, the oldest first."""

    right = "templates.review"
    title = gettext_lazy("Review Queue")
    nav = NAV
    order = ("id",)
    template_name = "templates_app/review_queue.html"
    intro = gettext_lazy(
        "Oldest first. Opening a template claims it for you for a while. Nobody can decide on a version of their own."
    )
    columns = (
        Column("template", gettext_lazy("Template"), "template.name"),
        Column("version", gettext_lazy("Version"), lambda row: _version(row)),
        Column("author", gettext_lazy("Author"), "version.author"),
        Column("submitted_at", gettext_lazy("Waiting since"), "submitted_at", kind="time"),
        Column("findings", gettext_lazy("Findings"), lambda row: finding_texts.summary(_findings(row))),
        Column("held", gettext_lazy("Reviewer"), lambda row: _holder(row)),
    )

    def empty_state(self) -> EmptyState:
        return EmptyState(
            gettext("No templates to review"),
            gettext("Every submitted template has been decided. New ones appear here."),
        )

    def rows(self) -> QuerySet[Review]:
        return queries.waiting(self.caller)

    def row_url(self, row: Review) -> str:
        return reverse("templates:review", args=[row.pk])


class ReviewDecision(ConsoleView):
    """One version under review: content, findings, and the buttons for those who may decide."""

    right = "templates.review"
    nav = NAV
    template_name = "templates_app/review.html"
    review: Review
    # `config.urls` sets what looks at the sends.
    find_use: FindUse = staticmethod(unknown)

    def page_title(self) -> str:
        return self.review.template.name

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.review = self._review(pk)
        found = body.findings(self.review.version)
        return self._page(found, DecisionForm(found=_faults(found)))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.review = self._review(pk)
        found = body.findings(self.review.version)
        form = DecisionForm(request.POST, found=_faults(found))
        if form.is_valid():
            try:
                outcome = self._decide(form)
            except Forbidden:
                raise
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                following = queries.next_waiting(self.caller, now=timezone.now())
                rest = gettext("Here is the next one.") if following else gettext("No other template is waiting.")
                messages.success(request, finding_texts.join([outcome, rest]))
                url = reverse("templates:review", args=[following.pk]) if following else reverse(NAV)
                return HttpResponseRedirect(url)
            self.review = self._review(pk)
        return self._page(found, form, status=422)

    def _review(self, pk: int) -> Review:
        reviews = Review.objects.select_related("template__approved", "version", "claimed_by", "decided_by")
        return get_visible_or_404(reviews, self.caller, pk=pk)

    def _decide(self, form: DecisionForm) -> str:
        name = self.review.template.name
        decision = self.request.POST.get("decision")
        if decision == "approve":
            review.approve(self.caller, review=self.review, reason=form.full_reason)
            return gettext("“%(name)s” is approved and can be sent.") % {"name": name}
        if decision == "reject":
            review.reject(self.caller, review=self.review, reason=form.full_reason)
            return gettext("“%(name)s” is rejected. Its author can see your reason.") % {"name": name}
        raise Refused("InvalidParameterValue", gettext("Choose Approve or Reject."))

    def parent(self) -> tuple[str, str]:
        return gettext("Review Queue"), reverse(NAV)

    def _page(self, found: list[Finding], form: DecisionForm, status: int = 200) -> HttpResponse:
        version_review = self.review
        waiting = version_review.state == Review.State.WAITING
        independent = review.independent(self.caller, version_review)
        holder = review.held_by_other(self.caller, version_review) if waiting else None
        running = version_review.claimed_until is not None and version_review.claimed_until > timezone.now()
        return self.render(
            {
                "review": version_review,
                "version": version_review.version,
                "state": Review.State(version_review.state),
                "form": form,
                "waiting": waiting,
                "independent": independent,
                "holder": holder,
                "mine": waiting and running and version_review.claimed_by == self.caller.user,
                "may_decide": waiting and independent and holder is None,
                "rows": presentation.rows(found),
                "passes": screening.passes(found),
                "use": self.find_use(self.caller, version_review.template_id),
                "earlier": [past for past in queries.history(version_review.template) if past.pk != version_review.pk],
                **body.context(self.request, version_review.version, found, base=_base(version_review)),
            },
            status=status,
        )


class ClaimReview(ActPage):
    """Claim a review."""

    right = "templates.review"
    nav = NAV

    def act(self, **kwargs: Any) -> str:
        target = get_visible_or_404(Review.objects.select_related("template", "version"), self.caller, **kwargs)
        review.claim(self.caller, review=target)
        return reverse("templates:review", args=[target.pk])


class ReleaseReview(ActPage):
    """Give a review back to the queue."""

    right = "templates.review"
    nav = NAV

    def act(self, **kwargs: Any) -> str:
        target = get_visible_or_404(Review.objects.select_related("template", "version"), self.caller, **kwargs)
        review.release(self.caller, review=target)
        self.say(gettext("Released to the queue."))
        return reverse(NAV)


def _base(review: Review) -> Any:
    """Return the approved version to compare with, unless it is the one under review."""
    approved = review.template.approved
    return approved if approved and approved.pk != review.version_id else None


def _faults(found: list[Finding]) -> list[tuple[str, str]]:
    """Return the messages of the rules that do not pass, in English and in the active language."""
    faults = [finding for finding in found if not finding.passed]
    with override("en"):
        stored = [finding_texts.message(finding) for finding in faults]
    return list(zip(stored, map(finding_texts.message, faults), strict=True))


def _version(row: Any) -> str:
    values = {"number": row.version.number}
    return gettext("%(number)d (resubmitted)") % values if row.again else str(row.version.number)


def _findings(row: Review) -> list[Finding]:
    return [Finding.from_json(finding) for finding in row.findings]


def _holder(row: Review) -> str:
    running = row.claimed_until is not None and row.claimed_until > timezone.now()
    return str(row.claimed_by) if running and row.claimed_by else "–"
