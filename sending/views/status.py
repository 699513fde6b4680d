"""Email Status: what became of each mail, and one mail's whole story."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts.console.lists import Column, EmptyState, ListPage
from accounts.console.views import ConsoleView
from accounts.scoping import get_visible_or_404, visible
from sending import queries, timeline
from sending.forms import StatusFilters
from sending.models import DeliverStatus, Message
from templates_app.models import Template

SIBLINGS = 20


def _flags(row: Message) -> str:
    flags = (
        ("opened", row.opened_at),
        ("clicked", row.clicked_at),
        ("unsubscribed", row.unsubscribed_at),
        ("reported", row.complained_at),
    )
    return ", ".join(word for word, at in flags if at).capitalize()


class EmailStatusList(ListPage):
    """The mails of a time window, a row for each recipient."""

    right = "messages.view"
    title = "Email Status"
    template_name = "sending/status.html"
    nav = "sending:status"
    filters_class = StatusFilters
    filters: StatusFilters
    csv_name = "email_status"
    intro = "Every mail, a row for each recipient: what we did with it and what the receiver said."
    row_column = "recipient"
    columns: Sequence[Column] = (
        Column("accepted", "Time", "accepted_at", kind="time"),
        Column("recipient", "Recipient", "recipient", kind="mono"),
        Column(
            "status",
            "Status",
            lambda row: DeliverStatus(row.deliver_status),
            kind="badge",
            csv=lambda row: DeliverStatus(row.deliver_status).label,
        ),
        Column("flags", "Reader", _flags),
        Column("subject", "Subject", "subject"),
        Column("sender", "Sender", "from_address"),
        Column("template", "Template", lambda row: row.template_name or row.template),
        Column("words", "Receiver's words", lambda row: _short(row.deliver_message)),
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
        send = ("Send mail", reverse("sending:send")) if self.caller.may("messages.send") else ()
        text = "Each mail shows here as soon as it is accepted. Widen the dates to see earlier ones."
        return EmptyState("No mail in this time", text, *send)

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


class MessagePage(ConsoleView):
    """One mail: where it stands, its way, what the gates said."""

    right = "messages.view"
    nav = "sending:status"
    template_name = "sending/message.html"
    message: Message

    def page_title(self) -> str:
        return self.message.subject

    def parent(self) -> tuple[str, str]:
        return "Email Status", reverse("sending:status")

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.message = get_visible_or_404(Message.objects.all(), self.caller, pk=pk)
        attempts, events_found = queries.attempts(self.message), queries.events(self.message)
        place = queries.place_in_queue(self.message)
        state = f"{self.message.deliver_status}.{len(attempts)}.{len(events_found)}.{place is not None}"
        if request.GET.get("state") == state:
            # The page asks every two seconds while the mail moves; unchanged, it is left alone with all that is open.
            return HttpResponse(status=204)
        steps = timeline.steps(self.message, attempts, events_found)
        return self.page(
            message=self.message,
            submission=queries.submission_of(self.message),
            summary=timeline.summary_of(self.message, attempts),
            steps=[(step, *_exact(step.at)) for step in steps],
            gates=timeline.gates(self.message),
            status=DeliverStatus(self.message.deliver_status),
            template=visible(Template.objects.filter(pk=self.message.template), self.caller).first(),
            others=queries.siblings(self.message, limit=SIBLINGS),
            inbox_url=self._inbox(),
            zone=timezone.get_current_timezone_name(),
            place=place,
            moving=place is not None,
            state=state,
        )

    def _inbox(self) -> str:
        """Return where the simulator shows the mail; "" where it has none or the caller may not look."""
        delivered = self.message.delivered_at is not None
        if settings.TRANSPORT != "simulator" or not delivered or not self.caller.may("simulator.view"):
            return ""
        return f"{reverse('sending:inbox')}?{urlencode({'recipient': self.message.recipient})}"


def _exact(moment: datetime) -> tuple[str, str]:
    """Return day and time to the millisecond in the user's zone."""
    local = timezone.localtime(moment)
    return f"{local:%Y-%m-%d}", f"{local:%H:%M:%S}.{local.microsecond // 1000:03d}"


def _short(words: str) -> str:
    return words if len(words) <= 90 else f"{words[:89]}…"
