"""Templates for the platform's staff to look at; they are changed through the console's acts alone."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from templates_app.models import ForbiddenWord, Review, Template, Version


class ReadOnly(admin.ModelAdmin):
    """Rows to read."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Template)
class TemplateAdmin(ReadOnly):
    list_display = ("id", "account", "name", "state", "created_at")
    list_filter = ("state",)
    search_fields = ("name",)
    list_select_related = ("account",)


@admin.register(Version)
class VersionAdmin(ReadOnly):
    list_display = ("id", "account", "template", "number", "author", "created_at")
    list_select_related = ("account", "template")


@admin.register(Review)
class ReviewAdmin(ReadOnly):
    list_display = ("id", "account", "template", "state", "submitted_by", "decided_by", "decided_at")
    list_filter = ("state",)
    list_select_related = ("account", "template", "decided_by")


@admin.register(ForbiddenWord)
class ForbiddenWordAdmin(ReadOnly):
    list_display = ("category", "phrase", "created_at")
    list_filter = ("category",)
    search_fields = ("phrase",)
