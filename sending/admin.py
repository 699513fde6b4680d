"""Plain, read-only tables for the platform's staff; no rule lives here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin import ReadOnlyAdmin
from sending.models import InboundReport, Message, QueueItem, Submission


class _Newest(ReadOnlyAdmin, admin.ModelAdmin):
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("-pk")


@admin.register(Submission)
class SubmissionAdmin(_Newest):
    list_display = ("message_id", "account", "channel", "from_address", "subject")
    search_fields = ("=message_id",)


@admin.register(Message)
class MessageAdmin(_Newest):
    list_display = ("message_id", "account", "recipient", "deliver_status")
    search_fields = ("=message_id",)


@admin.register(QueueItem)
class QueueItemAdmin(_Newest):
    list_display = ("message", "account", "recipient_domain", "available_at", "attempts", "worker")


@admin.register(InboundReport)
class InboundReportAdmin(_Newest):
    list_display = ("id", "account", "kind", "message", "summary")
    exclude = ("raw",)
