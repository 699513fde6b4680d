"""The admin site: it uses the console's login and password pages, and changes nothing past the audit log."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_q.models import Failure, OrmQ, Schedule, Success

from accounts.admin import ReadOnlyAdmin
from accounts.models import User


class _TaskAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    """Tasks that ended: looked at, not started again, since what they do is their schedule's."""

    list_display = ("name", "func", "started", "stopped")
    ordering = ("-stopped",)


class _WaitingTaskAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    """Tasks that wait."""

    list_display = ("id", "name", "func", "lock")
    fields = ("key", "lock")


def log_in(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """Redirect to the console's login page, which limits attempts."""
    if request.user.is_authenticated:
        if request.user.must_change_password:
            return change_password(request)
        if not admin.site.has_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:index"))
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


def change_password(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """Redirect to the console's page, which limits attempts and writes the change into the audit log."""
    return HttpResponseRedirect(reverse("accounts:password"))


def has_permission(request: HttpRequest) -> bool:
    """Say whether the request is that of active platform staff who chose their password themselves."""
    user = request.user
    return isinstance(user, User) and user.is_active and user.is_staff and not user.must_change_password


admin.site.has_permission = has_permission  # type: ignore[method-assign]
# The link back is the page's own, by its name.
admin.site.site_url = None
admin.site.site_header = admin.site.site_title = _("SES platform administration")
admin.site.index_title = _("Accounts, users and records")
admin.site.login = log_in  # type: ignore[method-assign]
admin.site.password_change = change_password  # type: ignore[assignment]
apps.get_app_config("django_q").verbose_name = _("Background tasks")
# A schedule names any Python function with any arguments; ours are those of config/schedule.py.
admin.site.unregister([Schedule, Success, Failure, OrmQ])
admin.site.register([Success, Failure], _TaskAdmin)
admin.site.register(OrmQ, _WaitingTaskAdmin)
# Roles are those of `accounts.roles`.
admin.site.unregister(Group)
