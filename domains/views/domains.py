"""Pages of sender domains."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from accounts.console.act_page import ActPage
from accounts.console.forms import FormPage
from accounts.console.lists import Button, Column, EmptyState, ListPage
from accounts.console.views import ConsoleView
from accounts.mail.addresses import key_or_text
from accounts.mail.host_names import zone_of
from accounts.scoping import get_visible_or_404, visible
from domains import sender_domains, verification, zone_file
from domains.forms import DomainForm, SenderDomainFilters
from domains.models import DnsRecord, SenderDomain
from domains.reputation import daily_quota
from domains.views import record_rows

DOMAINS = "domains:list"


class SenderDomainList(ListPage):
    """The account's sender domains."""

    right = "domains.view"
    title = gettext_lazy("Sender Domain")
    nav = DOMAINS
    template_name = "domains/list.html"
    filters_class = SenderDomainFilters
    csv_name = "sender_domains"
    intro = gettext_lazy("Email is sent from domains that you have verified with four DNS records.")
    columns = (
        Column("domain", gettext_lazy("Sender domain"), "name", kind="mono"),
        Column(
            "status",
            gettext_lazy("Status"),
            lambda row: row.State(row.state),
            kind="badge",
            csv=lambda row: row.state,
        ),
        Column("records_passed", gettext_lazy("DNS records"), lambda row: _share(row.passed, row.wanted)),
        Column("reputation_level", gettext_lazy("Level"), "reputation_level", kind="number"),
        Column(
            "daily_quota", gettext_lazy("Daily limit"), lambda row: daily_quota(row.reputation_level), kind="number"
        ),
        Column("checked_at", gettext_lazy("Last check"), "checked_at", kind="time"),
        Column("created_at", gettext_lazy("Created"), "created_at", kind="time"),
    )

    def empty_state(self) -> EmptyState:
        """Say what to do first, to those who may."""
        action = self.primary()
        return EmptyState(
            gettext("No sender domain yet"),
            gettext("Add the domain that your email will come from. The next page shows the DNS records it needs."),
            *((action.label, action.url) if action else ()),
        )

    def rows(self) -> QuerySet[SenderDomain]:
        wanted = self.filters.cleaned
        rows = visible(SenderDomain.objects.defer("dkim_private_key"), self.caller)
        if "state" in wanted:
            rows = rows.filter(state=wanted["state"])
        if "q" in wanted:
            rows = rows.filter(name__contains=key_or_text(wanted["q"]).text)
        passed = Count("records", filter=Q(records__state=DnsRecord.State.PASSED))
        return rows.annotate(passed=passed, wanted=Count("records"))

    def primary(self) -> Button | None:
        if not self.caller.may("domains.edit"):
            return None
        return Button(gettext("Create sender domain"), reverse("domains:create"))

    def row_url(self, row: SenderDomain) -> str:
        return reverse("domains:detail", args=[row.pk])


class CreateDomain(FormPage):
    """A new sender domain; its DNS records are on the next page."""

    right = "domains.edit"
    title = gettext_lazy("Create sender domain")
    nav = DOMAINS
    form_class = DomainForm
    submit_label = gettext_lazy("Create")
    intro = gettext_lazy("A domain cannot be deleted once it is verified, because sent email refers to it.")

    def parent(self) -> tuple[str, str]:
        return gettext("Sender Domain"), reverse(DOMAINS)

    def act(self, form: DomainForm) -> str:
        given = form.cleaned_data
        domain = sender_domains.create(self.caller, name=given["name"], dkim_option=given["dkim_option"])
        simulated = settings.RESOLVER == "simulator"
        messages.success(
            self.request,
            gettext("Domain created. Publish its records in the simulator, then verify.")
            if simulated
            else gettext("Domain created. Enter the records below at your DNS host, then verify."),
        )
        return reverse("domains:detail", args=[domain.pk])


class SenderDomainDetail(ConsoleView):
    """One domain: its state and the DNS records it needs, beside what DNS says."""

    right = "domains.view"
    nav = DOMAINS
    template_name = "domains/detail.html"
    domain: SenderDomain

    def parent(self) -> tuple[str, str]:
        return gettext("Sender Domain"), reverse(DOMAINS)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.domain = get_visible_or_404(SenderDomain.objects.defer("dkim_private_key"), self.caller, pk=pk)
        zone = zone_of(self.domain.name)
        records = list(self.domain.records.order_by("pk"))
        may_edit = self.caller.may("domains.edit")
        addressed = self.domain.addresses.exists()
        passed = sum(record.state == DnsRecord.State.PASSED for record in records)
        pasted = [record for record in records if record_rows.may_be_pasted(record)]
        return self.page(
            domain=self.domain,
            state=SenderDomain.State(self.domain.state),
            quota=daily_quota(self.domain.reputation_level),
            dns_zone=zone,
            rows=[record_rows.row_of(record, zone) for record in records],
            passed=passed,
            step=self._step(passed, len(records)),
            ttl=zone_file.TTL,
            snippet=zone_file.snippet(pasted),
            # A policy that applies already is not missed.
            left_out=any(record not in pasted and not record_rows.is_inherited(record) for record in records),
            simulated=settings.RESOLVER == "simulator" and may_edit,
            grace_hours=settings.RULES.domain_grace_seconds // 3600,
            may_edit=may_edit,
            may_add_address=self.domain.may_send and self.caller.may("addresses.edit"),
            # The guide is shown only to those who can take its steps.
            guided=may_edit and not (addressed and self.domain.state == SenderDomain.State.VERIFIED),
            addressed=addressed,
            other_option=next(option for option in SenderDomain.DkimOption if option != self.domain.dkim_option),
        )

    def page_title(self) -> str:
        return self.domain.name

    def _step(self, passed: int, wanted: int) -> str:
        """Return what is to be done next: "publish", "verify" or "address"."""
        if self.domain.state == SenderDomain.State.VERIFIED:
            return "address"
        # The page after publishing says so by a parameter: the simulator's zone belongs to `sending`.
        published = "published" in self.request.GET or passed == wanted
        return "publish" if settings.RESOLVER == "simulator" and not published else "verify"


class _DomainAct(ActPage):
    right = "domains.edit"
    nav = DOMAINS

    def domain(self, pk: int) -> SenderDomain:
        return get_visible_or_404(SenderDomain.objects.all(), self.caller, pk=pk)


class VerifyDomain(_DomainAct):
    """Check the DNS records now."""

    def act(self, **kwargs: Any) -> str:
        domain = verification.verify(self.caller, domain=self.domain(kwargs["pk"]))
        records = list(domain.records.order_by("pk"))
        unchecked = _kinds(records, {DnsRecord.State.UNREACHABLE})
        wrong = _kinds(records, {DnsRecord.State.MISSING, DnsRecord.State.WRONG})
        if wrong:
            self.say(gettext("Not all records pass: see %(records)s.") % {"records": wrong}, messages.WARNING)
        elif unchecked:
            text = gettext("Not all records could be checked: see %(records)s. The check is repeated automatically.")
            self.say(text % {"records": unchecked}, messages.WARNING)
        else:
            self.say(gettext("All records pass. %(domain)s is verified and can send.") % {"domain": domain.name})
        return reverse("domains:detail", args=[domain.pk])


class ChangeDkimKey(_DomainAct):
    """Generate a DKIM key of the other size."""

    def act(self, **kwargs: Any) -> str:
        wish = self.request.POST.get("dkim_option", "")
        domain = sender_domains.set_dkim_option(
            self.caller, domain=self.domain(kwargs["pk"]), dkim_option=int(wish) if wish.isdecimal() else -1
        )
        self.say(gettext("New key generated. Enter the new DKIM value at your DNS host, then verify."))
        return reverse("domains:detail", args=[domain.pk])


class DeleteDomain(_DomainAct):
    """Delete a domain that never sent."""

    def act(self, **kwargs: Any) -> str:
        domain = self.domain(kwargs["pk"])
        sender_domains.delete(self.caller, domain=domain)
        self.say(gettext("%(name)s was deleted.") % {"name": domain.name})
        return reverse(DOMAINS)


def _kinds(records: list[DnsRecord], states: set[str]) -> str:
    return ", ".join(record.get_kind_display() for record in records if record.state in states)


def _share(passed: int, wanted: int) -> str:
    return gettext("%(passed)d of %(wanted)d") % {"passed": passed, "wanted": wanted}
