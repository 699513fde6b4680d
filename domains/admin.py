"""Domains and addresses at /admin/, read-only: they are changed through the console alone."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin import AddressSearchAdmin, ReadOnlyAdmin
from domains.models import DnsRecord, SenderAddress, SenderDomain


class RecordInline(ReadOnlyAdmin, admin.TabularInline):
    model = DnsRecord
    fields = ("kind", "host", "expected", "seen", "state", "reason", "checked_at")
    extra = 0


@admin.register(SenderDomain)
class SenderDomainAdmin(ReadOnlyAdmin, AddressSearchAdmin):
    list_display = ("name", "account", "state", "reputation_level", "created_at")
    list_filter = ("state",)
    list_select_related = ("account",)
    search_fields = ("name",)
    exclude = ("dkim_private_key",)
    inlines = (RecordInline,)


@admin.register(SenderAddress)
class SenderAddressAdmin(ReadOnlyAdmin, AddressSearchAdmin):
    list_display = ("address", "account", "name", "created_at")
    list_select_related = ("account",)
    search_fields = ("address",)
    exclude = ("smtp_password",)
