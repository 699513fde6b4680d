"""Plain, read-only tables for the platform's staff; no rule lives here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy, ngettext

from accounts import audit
from accounts.admin import ReadOnlyAdmin
from accounts.mail.text import storable
from accounts.models import User
from accounts.network import client_ip
from sending import report_queue
from sending.models import InboundReport, Message, PostmasterMail, QueueItem, Submission
from sending.models.ids import time_of

# Of a raw mail, what a page shows.
MAX_SHOWN_BYTES = 64 * 1024
# Of a long text, what a list shows.
MAX_LISTED = 80


class _Newest(ReadOnlyAdmin, admin.ModelAdmin):
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("-pk")


@admin.register(Submission)
class SubmissionAdmin(_Newest):
    list_display = ("message_id", "account", "channel", "from_address", "subject")
    search_fields = ("=message_id",)
    # What people are sent is no business of the platform's.
    exclude = ("variables", "sensitive", "headers")


@admin.register(Message)
class MessageAdmin(_Newest):
    list_display = ("message_id", "account", "recipient", "deliver_status")
    search_fields = ("=message_id",)


@admin.register(QueueItem)
class QueueItemAdmin(_Newest):
    list_display = ("message", "account", "recipient_domain", "available_at", "attempts", "worker")


@admin.register(InboundReport)
class InboundReportAdmin(_Newest):
    list_display = ("id", "account", "state", "kind", "message", "beginning")
    list_filter = ("state", "kind")
    list_select_related = ("account",)
    exclude = ("raw",)
    readonly_fields = ("text",)
    actions = ("read_again",)

    @admin.display(description=gettext_lazy("Summary"))
    def beginning(self, stored: InboundReport) -> str:
        """Show how its summary begins."""
        return Truncator(stored.summary).chars(MAX_LISTED)

    @admin.display(description=gettext_lazy("Email as it came"))
    def text(self, stored: InboundReport) -> SafeString:
        """Show the raw mail as text."""
        return _as_text(stored.raw)

    @admin.action(description=gettext_lazy("Read again"), permissions=["view"])
    def read_again(self, request: HttpRequest, queryset: QuerySet[InboundReport]) -> None:
        """Let the chosen reports wait to be read once more."""
        ids = list(queryset.values_list("pk", flat=True))
        assert isinstance(request.user, User)
        with transaction.atomic():
            count = report_queue.read_again(ids=ids)
            target = ", ".join(str(number) for number in ids)
            audit.log_staff(request.user, "admin.read_reports_again", target, account=None, ip=client_ip(request))
        text = ngettext("%(count)d report waits to be read again.", "%(count)d reports wait to be read again.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)


@admin.register(PostmasterMail)
class PostmasterMailAdmin(_Newest):
    """What people wrote to the postmaster of our domains."""

    list_display = ("received", "mail_from", "recipient", "beginning")
    exclude = ("raw",)
    readonly_fields = ("received", "text")

    @admin.display(description=gettext_lazy("Received"))
    def received(self, stored: PostmasterMail) -> Any:
        """Say when it came."""
        return time_of(stored.pk)

    @admin.display(description=gettext_lazy("Subject"))
    def beginning(self, stored: PostmasterMail) -> str:
        """Show how its subject begins."""
        return Truncator(stored.subject).chars(MAX_LISTED)

    @admin.display(description=gettext_lazy("Email as it came"))
    def text(self, stored: PostmasterMail) -> SafeString:
        """Show the raw mail as text."""
        return _as_text(stored.raw)


def _as_text(raw: bytes | memoryview) -> SafeString:
    """Return a stranger's mail as text that runs nothing and fetches nothing."""
    shown = storable(bytes(raw)[:MAX_SHOWN_BYTES].decode("utf-8", "replace"))
    return format_html('<textarea class="vLargeTextField" rows="25" cols="80" readonly>{}</textarea>', shown)
