"""The admin site: it uses the console's login and password pages, and no schedule can be entered there."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_q.models import Schedule


def log_in(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """Redirect to the console's login page, which limits attempts."""
    if request.user.is_authenticated:
        if not admin.site.has_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:index"))
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


def change_password(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """Redirect to the console's page, which limits attempts and writes the change into the audit log."""
    return HttpResponseRedirect(reverse("accounts:password"))


admin.site.site_header = admin.site.site_title = _("SES platform administration")
admin.site.index_title = _("Accounts, users and records")
admin.site.login = log_in  # type: ignore[method-assign]
admin.site.password_change = change_password  # type: ignore[assignment]
# A schedule names any Python function with any arguments; ours are those of config/schedule.py.
admin.site.unregister(Schedule)
