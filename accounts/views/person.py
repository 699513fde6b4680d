"""What users set for themselves."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters

from accounts import lifecycle, quota
from accounts.console.appearance import CHOICE_SECONDS, THEMES
from accounts.console.forms import FormPage
from accounts.console.views import safe_back
from accounts.forms import PasswordForm, TimeZoneForm

WINDOW_SECONDS = 900


@method_decorator(sensitive_post_parameters("current", "new", "again"), name="dispatch")
class ChangePassword(FormPage):
    """A new password; every other session of the person ends."""

    title = _("Change password")
    form_class = PasswordForm
    submit_label = _("Change password")
    success = _("Your password has been changed. Your other sessions have ended.")

    def form_kwargs(self) -> dict[str, Any]:
        return {"user": self.request.user}

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        # Whoever found an open session must not find out the password by trying.
        limit = quota.Limit(f"password:{request.user.pk}", settings.RULES.login_attempts, WINDOW_SECONDS)
        if not quota.take_one(limit):
            messages.error(request, gettext("Too many attempts. Wait 15 minutes and try again."))
            return HttpResponseRedirect(reverse("accounts:password"))
        return super().post(request, **kwargs)

    def act(self, form: Any) -> str:
        user = lifecycle.change_password(self.caller, password=form.cleaned_data["new"])
        update_session_auth_hash(self.request, user)
        return "/"


class ChangeTimeZone(FormPage):
    """The zone in which the console shows times."""

    title = _("Time zone")
    form_class = TimeZoneForm
    intro = _(
        "The console shows times in this zone, and days in filters begin at its midnight. CSV files of statistics have "
        "their days and times in this zone too, those of lists have UTC; each time in a file shows its offset."
    )

    def initial(self) -> dict[str, Any]:
        return {"zone": self.caller.user.time_zone if self.caller.user else "UTC"}

    def act(self, form: Any) -> str:
        lifecycle.set_time_zone(self.caller, zone=form.cleaned_data["zone"])
        return self.back("/")


class SetTheme(View):
    """Keeps the theme in a cookie of this browser."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        return _keep_in_cookie(request, settings.THEME_COOKIE_NAME, request.POST.get("theme", ""), allowed=THEMES)


class SetLanguage(View):
    """Keeps the language in a cookie of this browser; Django's LocaleMiddleware reads it."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        requested = request.POST.get("language", "")
        return _keep_in_cookie(request, settings.LANGUAGE_COOKIE_NAME, requested, allowed=dict(settings.LANGUAGES))


def _keep_in_cookie(request: HttpRequest, cookie: str, requested: str, *, allowed: Container[str]) -> HttpResponse:
    """Return to the page the request came from, with what it asks for in a cookie when that is allowed."""
    response = HttpResponseRedirect(safe_back(request, "/"))
    if requested in allowed:
        response.set_cookie(
            cookie,
            requested,
            max_age=CHOICE_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
            httponly=True,
        )
    return response
