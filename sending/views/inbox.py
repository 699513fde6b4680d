"""The mailbox simulator: which addresses there are, what arrived at them, and one mail in full."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin

from accounts.console.lists import Button, Column, EmptyState, ListPage
from accounts.console.views import ConsoleView
from accounts.mail.addresses import split
from accounts.scoping import get_visible_or_404, visible
from sending.forms import InboxFilters
from sending.models import Message, SimulatedMail
from sending.models.ids import first_of, time_of
from sending.queries import to
from sending.simulator import mail
from sending.simulator.scenarios import SCENARIOS, Scenario
from sending.tracking import verp

NAV = "sending:inbox"
SHOWN_DOMAIN = "inbox.test"
# A customer's HTML: no script, no form, no picture or font from anywhere (the pixel is not fetched by looking
# here); links open in a tab of their own, as they do in a mail program.
BODY_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)
_HEAD = re.compile(r"<head(?:\s[^>]*)?>", re.IGNORECASE)
_TARGET = '<base target="_blank">'
# Pictures from outside are removed before the policy would refuse them, so that the browser has nothing to report.
_PICTURE = re.compile(r"<img\b[^>]*", re.IGNORECASE)
_SOURCE = re.compile(r"""(\s)(?:src|srcset)(\s*=\s*["']?\s*)(?!data:)(?=[^\s"'>])""", re.IGNORECASE)


@dataclass(frozen=True)
class ScenarioRow:
    """One simulated address of the table."""

    address: str
    scenario: Scenario


class SimulatorInbox(ListPage):
    """The mails that the simulator took from the account's domains."""

    right = "simulator.view"
    title = gettext_lazy("Mailbox Simulator")
    nav = NAV
    filters_class = InboxFilters
    filters: InboxFilters
    csv_name = "simulator_inbox"
    intro = gettext_lazy("Emails that arrived here instead of leaving this machine, as their recipients received them.")
    columns: Sequence[Column] = (
        Column("recipient", gettext_lazy("Recipient"), "recipient", kind="mono"),
        Column("subject", gettext_lazy("Subject"), lambda row: row.subject or gettext("(no subject)")),
        Column("sender_domain", gettext_lazy("Sender domain"), lambda row: split(row.mail_from)[1]),
        Column("mailbox", gettext_lazy("Mailbox"), "scenario"),
        Column("received_at", gettext_lazy("Received"), lambda row: time_of(row.pk), kind="time"),
    )
    # As its recipient reads it, a subject may hold a one-time code: a file outlives the days that content is kept.
    csv_columns = tuple(column for column in columns if column.name != "subject")

    def empty_state(self) -> EmptyState:
        """Say what to do, to those who may."""
        send = (gettext_lazy("Send email"), reverse("sending:send")) if self.caller.may("messages.send") else ()
        return EmptyState(
            gettext_lazy("No emails yet"),
            gettext_lazy("Send one to any address under .test; it arrives here within seconds."),
            *send,
        )

    def rows(self) -> QuerySet[SimulatedMail]:
        window = self.filters.window
        mails = visible(SimulatedMail.objects.defer("raw"), self.caller)
        mails = mails.filter(id__gte=first_of(window.start), id__lt=first_of(window.end))
        asked = self.filters.cleaned
        if "recipient" in asked:
            mails = to(mails, asked["recipient"])
        if "scenario" in asked:
            mails = mails.filter(scenario=asked["scenario"])
        return mails

    def row_url(self, row: SimulatedMail) -> str:
        return reverse("sending:inbox_mail", args=[row.pk])

    def primary(self) -> Button | None:
        if settings.TRANSPORT != "simulator":
            return None
        return Button(gettext_lazy("Simulated addresses"), reverse("sending:simulator"), "at")


class SimulatorAddresses(ConsoleView):
    """What each simulated mailbox does; only where mail goes to the simulator."""

    right = "simulator.view"
    title = gettext_lazy("Simulated addresses")
    nav = NAV
    template_name = "sending/simulator.html"

    def parent(self) -> tuple[str | Promise, str]:
        return gettext_lazy("Mailbox Simulator"), reverse(NAV)

    def get(self, request: HttpRequest) -> HttpResponse:
        if settings.TRANSPORT != "simulator":
            raise Http404
        rows = [ScenarioRow(f"{name}@{SHOWN_DOMAIN}", scenario) for name, scenario in SCENARIOS.items()]
        rules = settings.RULES
        return self.page(
            rows=rows,
            greylist_seconds=rules.simulator_greylist_seconds,
            retry_minutes=rules.delivery_first_retry_seconds // 60,
        )


class InboxMail(ConsoleView):
    """One mail as it arrived: headers, both texts, attachments."""

    right = "simulator.view"
    nav = NAV
    template_name = "sending/inbox_mail.html"
    kept: SimulatedMail

    def page_title(self) -> str:
        return self.kept.subject or gettext("(no subject)")

    def parent(self) -> tuple[str | Promise, str]:
        return gettext_lazy("Mailbox Simulator"), reverse(NAV)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.kept = get_visible_or_404(SimulatedMail.objects.all(), self.caller, pk=pk)
        read = mail.read(bytes(self.kept.raw))
        return self.page(
            kept=self.kept,
            received_at=time_of(self.kept.pk),
            read=read,
            scenario=SCENARIOS.get(self.kept.scenario),
            signature=read.header("DKIM-Signature"),
            size=len(self.kept.raw),
            status_url=self._status_url(),
        )

    def _status_url(self) -> str:
        number = verp.read(self.kept.mail_from)
        if number is None or not self.caller.may("messages.view"):
            return ""
        known = visible(Message.objects.filter(pk=number), self.caller).exists()
        return reverse("sending:message", args=[number]) if known else ""


@method_decorator(xframe_options_sameorigin, name="dispatch")
class InboxBody(ConsoleView):
    """The HTML of one mail, for a frame: under a policy of its own that lets nothing run and nothing load."""

    right = "simulator.view"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        kept = get_visible_or_404(SimulatedMail.objects.all(), self.caller, pk=pk)
        html = _PICTURE.sub(
            lambda tag: _SOURCE.sub(r"\1data-not-loaded\2", tag.group()), mail.read(bytes(kept.raw)).html
        )
        # Before the doctype it would switch the page to quirks mode, hence the search for the head.
        html, found = _HEAD.subn(lambda head: head.group() + _TARGET, html, count=1)
        return HttpResponse(
            html if found else _TARGET + html,
            headers={"Content-Security-Policy": BODY_POLICY, "Referrer-Policy": "no-referrer"},
        )


class InboxRaw(ConsoleView):
    """The mail byte for byte, as a file."""

    right = "simulator.view"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        kept = get_visible_or_404(SimulatedMail.objects.all(), self.caller, pk=pk)
        return HttpResponse(
            bytes(kept.raw),
            content_type="message/rfc822",
            headers={"Content-Disposition": f'attachment; filename="mail-{kept.pk}.eml"'},
        )
