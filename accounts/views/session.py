"""Login, logout and the choice of an account."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import audit, quota, tokens
from accounts.caller import member
from accounts.console.act_page import ActPage
from accounts.console.middleware import ACCOUNT, accounts_of
from accounts.console.views import ConsoleView
from accounts.errors import Refused
from accounts.forms import LogInForm
from accounts.models import Account, User
from accounts.network import client_ip

DEVICE_SECONDS = 180 * 86_400
WINDOW_SECONDS = 900


@method_decorator([never_cache, sensitive_post_parameters("password")], name="dispatch")
class LogIn(View):
    """Login by email address; attempts are counted per address, whatever the IP, and a success costs none.

    A browser that logged in before has attempts of its own, so that strangers cannot lock its owner out.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            return HttpResponseRedirect(self._target())
        return self._form(LogInForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = LogInForm(request.POST)
        if not form.is_valid():
            return self._form(form, status=422)
        email, password = form.cleaned_data["email"], form.cleaned_data["password"]
        device = _device(request, email)
        user, attempt_left = _authenticate(request, email, password, device)
        if not attempt_left:
            form.add_error(None, gettext("Too many attempts for this address. Wait 15 minutes and try again."))
            return self._form(form, status=429)
        if user is None:
            _log_failure(request, email)
            form.add_error(None, gettext("Wrong email address or password."))
            return self._form(form, status=422)
        login(request, user)
        User.objects.filter(pk=user.pk, language="").update(language=get_language())
        _log_success(request, user)
        response = HttpResponseRedirect(self._target())
        response.set_cookie(
            settings.DEVICE_COOKIE_NAME,
            tokens.to_url(tokens.make("device", user.pk, device or secrets.randbits(62))),
            max_age=DEVICE_SECONDS,
            path=reverse("accounts:login"),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return response

    def _form(self, form: LogInForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "title": gettext("Log in"), "next": self._next()}
        return render(self.request, "accounts/login.html", context, status=status)

    def _next(self) -> str:
        return str(self.request.POST.get("next") or self.request.GET.get("next") or "")

    def _target(self) -> str:
        requested = self._next()
        safe = url_has_allowed_host_and_scheme(
            requested, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )
        return requested if safe else settings.LOGIN_REDIRECT_URL


class LogOut(View):
    """Ends the session; by POST alone, so that no link can do it."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        caller = getattr(request, "caller", None)
        if caller:
            audit.log(caller, "session.end", caller.name)
        logout(request)
        return HttpResponseRedirect(reverse(settings.LOGOUT_REDIRECT_URL))


class FormToken(ConsoleView):
    """The token that forms need now, for a page that stays open while its reader logs in again elsewhere."""

    http_method_names = ("get",)
    allows_initial_password = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return JsonResponse({"token": get_token(request)}, headers={"Cache-Control": "no-store"})


class SwitchAccount(ActPage):
    """Chooses the account that the session looks at."""

    def act(self, **kwargs: Any) -> str:
        requested = self.request.POST.get("account", "")
        mine = accounts_of(self.caller.user) if self.caller.user else Account.objects.none()
        account = mine.filter(pk=int(requested)).first() if requested.isdecimal() and len(requested) < 19 else None
        if account is None:
            raise Refused("ResourceNotFound", gettext("You have no such account."))
        self.request.session[ACCOUNT] = account.pk
        return "/"


def _log_success(request: HttpRequest, user: User) -> None:
    """Write the login into the audit log of the user's first account; platform staff may have none."""
    membership = user.memberships.select_related("account").order_by("account__name", "account_id").first()
    if membership:
        audit.log(member(membership.account, user, ip=client_ip(request)), "session.begin", user.email)
    elif user.is_staff:
        audit.log_staff(user, "session.begin", user.email, account=None, ip=client_ip(request))


def _log_failure(request: HttpRequest, email: str) -> None:
    """Write the failed login into the audit log of each of the user's accounts; of staff without one, into none.

    An address that no user has leaves no entry: entries are never deleted, and addresses can be made up without end.
    """
    person = User.objects.filter(email=email).first()
    if person is None:
        return
    ip = client_ip(request)
    memberships = list(person.memberships.select_related("account"))
    for membership in memberships:
        audit.log(member(membership.account, person, ip=ip), "login.failed", email)
    if person.is_staff and not memberships:
        audit.log_staff(person, "login.failed", email, account=None, ip=ip)


def _authenticate(request: HttpRequest, email: str, password: str, device: int) -> tuple[User | None, bool]:
    """Return the user if the password is right, and whether there was an attempt left."""
    key = f"login:{email}:{device}" if device else f"login:{email}"
    # One attempt at a time per address: the row stays locked while the password is checked, and success gives it back.
    with transaction.atomic():
        if quota.take([quota.Limit(key, settings.RULES.login_attempts, WINDOW_SECONDS)]):
            return None, False
        user = authenticate(request, username=email, password=password)
        if user is not None:
            transaction.set_rollback(True)
    return (user if isinstance(user, User) else None), True


def _device(request: HttpRequest, email: str) -> int:
    """Return the number of the browser when it logged in as `email` before, else 0."""
    numbers = tokens.read("device", tokens.from_url(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")))
    if not numbers or len(numbers) != 2:
        return 0
    known = User.objects.filter(pk=numbers[0], email=email).exists()
    return numbers[1] if known else 0
