"""Email Status: what became of each mail, and the timeline of one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from accounts.console.column_choice import ChosenColumnsPage
from accounts.console.lists import Column, EmptyState, Refresh
from accounts.console.views import ConsoleView
from accounts.erased_addresses import PREFIX
from accounts.scoping import get_visible_or_404, visible
from sending import queries, sensitive, timeline
from sending.acceptance.presentation import checks
from sending.forms import StatusFilters
from sending.models import DeliverStatus, Message, Submission
from templates_app.models import Template

SIBLINGS = 20
# Characters of a server's response that the list shows.
MAX_RESPONSE = 200
ON_ITS_WAY = (DeliverStatus.QUEUED, DeliverStatus.DEFERRED)
# For so long the rows of a mail on its way are looked at every few seconds.
NEW = timedelta(minutes=5)


def _flags(row: Message) -> str:
    flags = (
        (gettext("Opened"), row.opened_at),
        (gettext("Clicked"), row.clicked_at),
        (gettext("Unsubscribed"), row.unsubscribed_at),
        (gettext("Reported as spam"), row.complained_at),
    )
    return ", ".join(flag for flag, at in flags if at)


class EmailStatusList(ChosenColumnsPage):
    """The mails of a time window, a row for each recipient."""

    right = "messages.view"
    title = gettext_lazy("Email Status")
    template_name = "sending/status.html"
    nav = "sending:status"
    filters_class = StatusFilters
    filters: StatusFilters
    csv_name = "email_status"
    intro = gettext_lazy(
        "One row for each email and recipient: what happened to it and what the recipient's server said."
    )
    row_column = "recipient"
    one_line = True
    columns: Sequence[Column] = (
        Column("accepted", gettext_lazy("Time"), "accepted_at", kind="time"),
        Column(
            "status",
            gettext_lazy("Status"),
            lambda row: DeliverStatus(row.deliver_status),
            kind="badge",
            csv=lambda row: DeliverStatus(row.deliver_status).label,
        ),
        Column("recipient", gettext_lazy("Recipient"), "recipient", kind="mono"),
        Column("subject", gettext_lazy("Subject"), "subject"),
        Column("flags", gettext_lazy("Engagement"), _flags),
        Column("response", gettext_lazy("Server response"), lambda row: _response(row.deliver_message)),
        Column("sender", gettext_lazy("Sender"), "from_address", kind="mono", shown=False),
        Column("template", gettext_lazy("Template"), lambda row: row.template_name or row.template, shown=False),
    )
    csv_columns: Sequence[Column] = (
        Column("message_id", "", "message_id"),
        Column("recipient", "", "recipient"),
        Column("accepted_ms", "", lambda row: round(row.accepted_at.timestamp() * 1000)),
        Column("accepted_at", "", "accepted_at"),
        Column("sender", "", "from_address"),
        Column("subject", "", "subject"),
        Column("template_id", "", "template"),
        Column("template", "", "template_name"),
        Column("send_status", "", "send_status"),
        Column("deliver_status", "", lambda row: DeliverStatus(row.deliver_status).label),
        Column("deliver_message", "", "deliver_message"),
        Column("delivered_at", "", "delivered_at"),
        Column("opened_at", "", "opened_at"),
        Column("clicked_at", "", "clicked_at"),
        Column("unsubscribed_at", "", "unsubscribed_at"),
        Column("complained_at", "", "complained_at"),
    )

    def empty_state(self) -> EmptyState:
        """Say what to do, to those who may."""
        send = (gettext_lazy("Send email"), reverse("sending:send")) if self.caller.may("messages.send") else ()
        text = gettext_lazy("Each email appears here as soon as it is accepted. Widen the dates to see earlier ones.")
        return EmptyState(gettext_lazy("No emails in this period"), text, *send)

    def rows(self) -> QuerySet[Message]:
        window, wanted = self.filters.window, self.filters.cleaned
        found = queries.between(visible(Message.objects.defer("trace"), self.caller), window.start, window.end)
        if "recipient" in wanted:
            found = queries.to(found, wanted["recipient"])
        if "status" in wanted:
            found = found.filter(deliver_status=wanted["status"])
        if "sender_domain" in wanted:
            found = found.filter(sender_domain=wanted["sender_domain"])
        if "message_id" in wanted:
            found = found.filter(message_id=wanted["message_id"].strip())
        names = Template.objects.filter(pk=OuterRef("template"), account=OuterRef("account"))
        return found.annotate(template_name=Subquery(names.values("name")))

    def row_url(self, row: Message) -> str:
        return reverse("sending:message", args=[row.pk])

    def refresh(self, rows: Sequence[Message]) -> Refresh | None:
        """Follow the rows while a mail of them is on its way: closely while it is new, then at leisure."""
        on_its_way = [row.accepted_at for row in rows if row.deliver_status in ON_ITS_WAY]
        if not on_its_way:
            return None
        new = max(on_its_way) > timezone.now() - NEW
        state = "\n".join(f"{row.pk} {row.deliver_status} {row.deliver_message} {_flags(row)}" for row in rows)
        return Refresh(3 if new else 30, hashlib.sha256(state.encode()).hexdigest()[:16])


class MessagePage(ConsoleView):
    """One mail: its state, its timeline, the acceptance checks."""

    right = "messages.view"
    nav = "sending:status"
    template_name = "sending/message.html"
    message: Message

    def page_title(self) -> str:
        return self.message.subject

    def parent(self) -> tuple[str | Promise, str]:
        return gettext_lazy("Email Status"), reverse("sending:status")

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.message = get_visible_or_404(Message.objects.all(), self.caller, pk=pk)
        attempts, events_found = queries.attempts(self.message), queries.events(self.message)
        place = queries.place_in_queue(self.message)
        state = f"{self.message.deliver_status}.{len(attempts)}.{len(events_found)}.{place is not None}"
        if request.GET.get("state") == state:
            # The page asks every two seconds while the mail moves; unchanged, it is left alone with all that is open.
            return HttpResponse(status=204)
        steps = timeline.steps(self.message, attempts, events_found)
        submission = queries.submission_of(self.message)
        return self.page(
            message=self.message,
            submission=submission,
            variables=_variables(submission) if submission else [],
            may_resend=submission is not None
            and place is None
            and self.caller.may("messages.send")
            and not self._is_erased,
            content_days=settings.RULES.content_days,
            summary=timeline.summary_of(self.message, attempts, events_found),
            steps=[(step, *_exact(step.at)) for step in steps],
            checks=checks(self.message.trace),
            response=timeline.reason(self.message.deliver_message),
            status=DeliverStatus(self.message.deliver_status),
            template=visible(Template.objects.filter(pk=self.message.template), self.caller).first(),
            others=queries.siblings(self.message, limit=SIBLINGS),
            inbox_url=self._inbox(),
            zone=timezone.get_current_timezone_name(),
            place=place,
            moving=place is not None,
            state=state,
        )

    @property
    def _is_erased(self) -> bool:
        return self.message.recipient.startswith(PREFIX)

    def _inbox(self) -> str:
        """Return where the simulator shows the mail; "" where it has none or the caller may not look."""
        # To an erased person's mail there is none.
        delivered = self.message.delivered_at is not None and not self._is_erased
        if settings.TRANSPORT != "simulator" or not delivered or not self.caller.may("simulator.view"):
            return ""
        return f"{reverse('sending:inbox')}?{urlencode({'recipient': self.message.recipient})}"


def _variables(submission: Submission) -> list[tuple[str, str, bool]]:
    """Return each variable with its text and whether it is masked."""
    shown = sensitive.shown(submission.variables, submission.sensitive)
    return [(name, text, name in submission.sensitive) for name, text in sorted(shown.items())]


def _exact(moment: datetime) -> tuple[str, str]:
    """Return day and time to the millisecond in the user's zone."""
    local = timezone.localtime(moment)
    return f"{local:%Y-%m-%d}", f"{local:%H:%M:%S}.{local.microsecond // 1000:03d}"


def _response(stored: str) -> str:
    text = timeline.reason(stored)
    return text if len(text) <= MAX_RESPONSE else f"{text[: MAX_RESPONSE - 1]}…"
