"""What users set for themselves."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters

from accounts import lifecycle, notice_mails, quota
from accounts.console.appearance import CHOICE_SECONDS, THEMES
from accounts.console.forms import FormPage
from accounts.console.views import safe_back
from accounts.forms import EndSessionsForm, NoticeMailForm, PasswordForm, ProfileForm, TimeZoneForm
from accounts.models import NoticeMail, User

WINDOW_SECONDS = 900


class Profile(FormPage):
    """Name and time zone; the ways to the password, the sessions, and what this browser keeps."""

    title = _("Your profile")
    template_name = "accounts/profile.html"
    form_class = ProfileForm
    success = _("Profile saved.")

    def initial(self) -> dict[str, Any]:
        user = self.caller.user
        return {"name": user.name, "zone": user.time_zone} if user else {}

    def context(self, form: Any) -> dict[str, Any]:
        """Return the person's accounts and roles too."""
        user = self.caller.user
        memberships = user.memberships.select_related("account").order_by("account__name", "pk")[:50] if user else ()
        return super().context(form) | {"memberships": memberships}

    def act(self, form: Any) -> str:
        with transaction.atomic():
            lifecycle.set_name(self.caller, name=form.cleaned_data["name"])
            lifecycle.set_time_zone(self.caller, zone=form.cleaned_data["zone"])
        return reverse("accounts:profile")


class _AsksForPassword(FormPage):
    """A page that asks for the present password: so many attempts, then a break."""

    def parent(self) -> tuple[str, str] | None:
        return gettext("Your profile"), reverse("accounts:profile")

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        # Whoever found an open session must not find out the password by trying.
        limit = quota.Limit(f"password:{request.user.pk}", settings.RULES.login_attempts, WINDOW_SECONDS)
        if not quota.take_one(limit):
            messages.error(request, gettext("Too many attempts. Wait 15 minutes and try again."))
            return HttpResponseRedirect(request.path)
        return super().post(request, **kwargs)


@method_decorator(sensitive_post_parameters("current"), name="dispatch")
class EndOtherSessions(_AsksForPassword):
    """Ends every session of the person but this one."""

    title = _("Log out everywhere else")
    form_class = EndSessionsForm
    submit_label = _("Log out everywhere else")
    intro = _(
        "For a browser that you left logged in, or one that you do not know. You stay logged in here, and your "
        "password stays the same; if somebody else may know it, change it instead."
    )
    success = _("Your other sessions have ended.")

    def act(self, form: Any) -> str:
        user = lifecycle.end_other_sessions(self.caller, password=form.cleaned_data["current"])
        update_session_auth_hash(self.request, user)
        return reverse("accounts:profile")


@method_decorator(sensitive_post_parameters("current", "new", "again"), name="dispatch")
class ChangePassword(_AsksForPassword):
    """A new password; every other session of the person ends."""

    title = _("Change password")
    form_class = PasswordForm
    submit_label = _("Change password")
    success = _("Your password has been changed. Your other sessions have ended.")
    allows_initial_password = True

    def parent(self) -> tuple[str, str] | None:
        return None if self._made_by_admin() else super().parent()

    def context(self, form: Any) -> dict[str, Any]:
        intro = gettext("An admin made your present password. Choose one that only you know; then the console opens.")
        return super().context(form) | ({"intro": intro} if self._made_by_admin() else {})

    def _made_by_admin(self) -> bool:
        return self.caller.user is not None and self.caller.user.must_change_password

    def form_kwargs(self) -> dict[str, Any]:
        return {"user": self.request.user}

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


class ChangeNoticeMails(FormPage):
    """Which notices the person gets by email, and in which language."""

    title = _("Notices by email")
    form_class = NoticeMailForm
    success = _("Saved.")

    def context(self, form: Any) -> dict[str, Any]:
        if settings.NOTICE_SENDER:
            intro = gettext(
                "What concerns you is sent to %(email)s: at most one email in ten minutes with all that is new, and "
                "about one sender domain at most one a day. What was closed on Overview before is not sent."
            ) % {"email": self.caller.name}
        else:
            intro = gettext(
                "This service has no sender address for notices (SES_NOTICE_SENDER), so none is sent. They are shown "
                "on Overview. Your choice is kept for later."
            )
        return super().context(form) | {"intro": intro}

    def initial(self) -> dict[str, Any]:
        user = self.caller.user
        muted = user.muted_notices if user else []
        kinds = [kind for kind in NoticeMail.Kind.values if kind not in muted]
        return {"kinds": kinds, "language": (user.language if user else "") or get_language()}

    def act(self, form: Any) -> str:
        chosen = form.cleaned_data
        notice_mails.set_choice(self.caller, kinds=chosen["kinds"], language=chosen["language"])
        return reverse("accounts:notice_mails")


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
        if request.user.is_authenticated and requested in dict(settings.LANGUAGES):
            # Emails to this person are in it too.
            User.objects.filter(pk=request.user.pk).update(language=requested)
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
