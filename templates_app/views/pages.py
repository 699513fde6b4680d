"""The account's templates: the list, and one template with its versions and reviews."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from accounts.console.act_page import ActPage
from accounts.console.lists import BulkBar, Button, Column, EmptyState, ListPage
from accounts.console.views import ConsoleView
from accounts.roles import Role
from accounts.scoping import get_visible_or_404, visible
from templates_app import marking, presentation, queries, review, screening, sensitive_names
from templates_app.forms import TemplateFilters
from templates_app.models import Review, Template, Version, reason_text
from templates_app.views import archiving, body

NAV = "templates:list"
# Characters of a reason in the list; the template's page has the whole one.
MAX_REASON = 100
# The states in which a reviewer is needed.
UNDECIDED = (Template.State.DRAFT, Template.State.IN_REVIEW)


def _reason(row: Any, limit: int = 0) -> str:
    reason = reason_text(row.reason or "", row.findings) if row.state == Template.State.REJECTED else ""
    return f"{reason[:limit]}…" if limit and len(reason) > limit else reason


class TemplateList(ListPage):
    """Every template of the account."""

    right = "templates.view"
    title = gettext_lazy("Email Template")
    nav = NAV
    template_name = "templates_app/list.html"
    filters_class = TemplateFilters
    csv_name = "templates"
    intro = gettext_lazy(
        "Email is sent from approved templates. While a new version is in review, the approved one stays in use."
    )
    row_column = "name"
    columns = (
        Column("id", "ID", "id", kind="mono"),
        Column("name", gettext_lazy("Name"), "name"),
        Column(
            "status",
            gettext_lazy("Status"),
            lambda row: queries.ARCHIVED if row.archived_at else Template.State(row.state),
            kind="badge",
            csv=lambda row: queries.ARCHIVED if row.archived_at else row.state,
        ),
        Column("reason", gettext_lazy("Reason"), lambda row: _reason(row, MAX_REASON), csv=lambda row: _reason(row)),
        Column("in_use", gettext_lazy("In use"), lambda row: _version(row.approved) if row.approved else "–"),
        Column("created_at", gettext_lazy("Created"), "created_at", kind="time"),
    )

    def rows(self) -> QuerySet[Template]:
        asked = self.filters.cleaned
        templates = visible(Template.objects.select_related("approved"), self.caller)
        if asked.get("state") != queries.ARCHIVED:
            templates = templates.filter(archived_at=None)
        return queries.with_reason(queries.search(templates, state=asked.get("state", ""), text=asked.get("q", "")))

    def empty_state(self) -> EmptyState:
        title = gettext("No template yet")
        text = gettext("Write your email once, with {{variables}} for the parts that differ, and have it approved.")
        primary = self.primary()
        return EmptyState(title, text, primary.label, primary.url) if primary else EmptyState(title, text)

    def primary(self) -> Button | None:
        if not self.caller.may("templates.edit"):
            return None
        return Button(gettext("Create template"), reverse("templates:create"))

    def bulk(self) -> BulkBar | None:
        if not self.caller.may("templates.edit"):
            return None
        archived = self.filters.cleaned.get("state") == queries.ARCHIVED
        actions = [archiving.RESTORE] if archived else [archiving.SUBMIT, archiving.WITHDRAW, archiving.ARCHIVE]
        return BulkBar(reverse("templates:bulk"), actions)

    def row_url(self, row: Template) -> str:
        return reverse("templates:detail", args=[row.pk])


class TemplateDetail(ConsoleView):
    """One template: its content, the screening's findings, and its reviews."""

    right = "templates.view"
    nav = NAV
    template_name = "templates_app/detail.html"
    template: Template

    def page_title(self) -> str:
        return self.template.name

    def parent(self) -> tuple[str, str]:
        return gettext("Email Template"), reverse(NAV)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.template = get_visible_or_404(Template.objects.select_related("latest", "approved"), self.caller, pk=pk)
        versions = list(self.template.versions.order_by("-number"))
        version = _chosen(versions, request.GET.get("version", "")) or self.template.latest
        if version is None:
            raise Http404
        reviews = list(queries.history(self.template))
        findings = body.findings(version)
        variables = marking.variables_of(self.template)
        sensitive = sensitive_names.among(variables, self.template.sensitive)
        return self.page(
            template=self.template,
            state=Template.State(self.template.state),
            version=version,
            versions=versions,
            reviews=reviews,
            rejected=next((past for past in reviews if past.state != "withdrawn"), None),
            waiting=next((past for past in reviews if past.state == Review.State.WAITING), None),
            unreviewable=not self.template.account.has_member(Role.REVIEWER) and self.template.state in UNDECIDED,
            may_send=self.template.state == Template.State.APPROVED
            and not self.template.archived_at
            and self.caller.may("messages.send"),
            marks=[(name, name in sensitive) for name in variables],
            rows=presentation.rows(findings),
            passes=screening.passes(findings),
            **body.context(request, version, findings, base=None),
        )


class SubmitTemplate(ActPage):
    """Send the latest version to review."""

    right = "templates.edit"
    nav = NAV

    def act(self, **kwargs: Any) -> str:
        template = get_visible_or_404(Template.objects.all(), self.caller, **kwargs)
        say_submitted(self.request, review.submit(self.caller, template=template))
        return reverse("templates:detail", args=[template.pk])


def say_submitted(request: HttpRequest, submitted: Review) -> None:
    """Leave a toast for who submitted: somebody else decides, or the program has decided."""
    if submitted.by_machine:
        text = gettext("Submitted, and rejected by the automatic review. This page says what to fix.")
        messages.warning(request, text)
    else:
        text = gettext("Submitted for review. Someone else will decide; the decision is shown on this page.")
        messages.success(request, text)


class WithdrawTemplate(ActPage):
    """Take a template back from review."""

    right = "templates.edit"
    nav = NAV

    def act(self, **kwargs: Any) -> str:
        template = get_visible_or_404(Template.objects.all(), self.caller, **kwargs)
        review.withdraw(self.caller, template=template)
        self.say(gettext("Withdrawn from review. The template is a draft again."))
        return reverse("templates:detail", args=[template.pk])


def _version(version: Version) -> str:
    return gettext("Version %(number)d") % {"number": version.number}


def _chosen(versions: list[Version], number: str) -> Version | None:
    return next((version for version in versions if str(version.number) == number), None)
