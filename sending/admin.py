"""Plain, read-only tables for the platform's staff; no rule lives here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from sending.models import InboundReport, Message, QueueItem, Submission


class ReadOnly(admin.ModelAdmin):
    """Shows rows and changes none."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("-pk")


@admin.register(Submission)
class SubmissionAdmin(ReadOnly):
    list_display = ("message_id", "account", "door", "from_address", "subject")
    search_fields = ("=message_id",)


@admin.register(Message)
class MessageAdmin(ReadOnly):
    list_display = ("message_id", "account", "recipient", "deliver_status")
    search_fields = ("=message_id",)


@admin.register(QueueItem)
class QueueItemAdmin(ReadOnly):
    list_display = ("message", "account", "recipient_domain", "available_at", "attempts", "worker")


@admin.register(InboundReport)
class InboundReportAdmin(ReadOnly):
    list_display = ("id", "account", "kind", "message", "summary")
    exclude = ("raw",)
