"""Accounts, users, keys and the audit log for platform staff at /admin/; acts go through `lifecycle`."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from accounts import audit, lifecycle
from accounts.caller import Caller, member
from accounts.console.middleware import ACCOUNT
from accounts.errors import Refused
from accounts.mail.addresses import key_or_text
from accounts.models import Account, ApiKey, AuditEntry, User
from accounts.names import checked_name
from accounts.network import client_ip
from accounts.roles import Role


class ReadOnlyAdmin:
    """Mixed into an admin table whose rows are only shown; the console's acts change them."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class AddressSearchAdmin(admin.ModelAdmin):
    """An admin table whose search finds addresses and domains whatever the spelling."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the rows that hold the text, or the address it is."""
        found, is_repeating = super().get_search_results(request, queryset, search_term)
        by_key, _same = super().get_search_results(request, queryset, key_or_text(search_term).text)
        return found | by_key, is_repeating


class _NamedForm(forms.ModelForm):
    """The form of a row with a name."""

    def clean_name(self) -> str:
        """Refuse what no name may hold."""
        try:
            return checked_name(self.cleaned_data["name"])
        except Refused as refusal:
            raise forms.ValidationError(refusal.message) from None


class _AuditedAdmin(admin.ModelAdmin):
    """Writes each change into the audit log, with the new values."""

    form = _NamedForm

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, and say what was changed, in one transaction (the admin's own)."""
        super().save_model(request, obj, form, change)
        assert isinstance(request.user, User)
        audit.log_staff(
            request.user,
            f"admin.{'change' if change else 'add'}_{obj._meta.model_name}",
            str(obj),
            account=obj if isinstance(obj, Account) else None,
            ip=client_ip(request),
            **{name: str(form.cleaned_data[name]) for name in form.changed_data},
        )


@admin.register(Account)
class AccountAdmin(_AuditedAdmin):
    """Accounts: made here or by a command, suspended and resumed, never deleted."""

    list_display = ("name", "app_id", "status", "mails_per_second", "created_at")
    search_fields = ("name",)
    readonly_fields = ("status", "status_reason", "created_at")
    actions = ("suspend", "resume")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Offer a free app id for a new account."""
        return {"app_id": lifecycle.next_app_id(), **super().get_changeform_initial_data(request)}

    def response_add(self, request: HttpRequest, obj: Account, post_url_continue: str | None = None) -> HttpResponse:
        """Lead from a new account to its first person: without one nobody but the staff can see it."""
        if {"_addanother", "_continue", "_popup"} & request.POST.keys():
            return super().response_add(request, obj, post_url_continue)
        request.session[ACCOUNT] = obj.pk
        said = gettext("%(account)s was added, and you are looking at it. Add its first admin.")
        messages.success(request, said % {"account": obj.name})
        return HttpResponseRedirect(f"{reverse('accounts:member_add')}?role={Role.ADMIN}")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @admin.action(description=gettext_lazy("Suspend: stop all sending"), permissions=["change"])
    def suspend(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        """Suspend each chosen account."""
        for account in queryset:
            # Stored in English and translated where it is shown; the audit log says who it was.
            self._try(request, lifecycle.suspend, account, reason=gettext_noop("Stopped by platform staff"))

    @admin.action(description=gettext_lazy("Resume: allow sending again"), permissions=["change"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        """Resume each chosen account."""
        for account in queryset:
            self._try(request, lifecycle.resume, account)

    def _try(self, request: HttpRequest, act: Any, account: Account, **arguments: Any) -> None:
        assert isinstance(request.user, User)
        caller: Caller = member(account, request.user)
        try:
            act(caller, account=account, **arguments)
        except Refused as refusal:
            self.message_user(request, refusal.message, messages.ERROR)


@admin.register(User)
class UserAdmin(AddressSearchAdmin, _AuditedAdmin):
    """Users: disabled here; added, and their roles changed, in the console."""

    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    search_fields = ("email", "name")
    fields = ("email", "name", "time_zone", "is_active", "is_staff", "is_superuser", "last_login", "created_at")
    readonly_fields = ("email", "last_login", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    """API keys, without their SecretKey."""

    list_display = ("name", "account", "secret_id", "enabled", "last_used_at")
    list_select_related = ("account",)
    exclude = ("secret_key",)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    """Every account's acts."""

    list_display = ("at", "account", "actor", "act", "target", "channel")
    list_select_related = ("account",)
    ordering = ("-id",)
