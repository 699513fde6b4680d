"""Templates at /admin/, read-only: they are changed through the console alone."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from templates_app.models import ForbiddenPhrase, Review, Template, Version


@admin.register(Template)
class TemplateAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    list_display = ("id", "account", "name", "state", "created_at")
    list_filter = ("state",)
    search_fields = ("name",)
    list_select_related = ("account",)


@admin.register(Version)
class VersionAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    list_display = ("id", "account", "template", "number", "author", "created_at")
    list_select_related = ("account", "template")


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    list_display = ("id", "account", "template", "state", "submitted_by", "by_machine", "decided_by", "decided_at")
    list_filter = ("state",)
    list_select_related = ("account", "template", "decided_by")


@admin.register(ForbiddenPhrase)
class ForbiddenPhraseAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    list_display = ("category", "phrase", "created_at")
    list_filter = ("category",)
    search_fields = ("phrase",)
