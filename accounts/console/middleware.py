"""Puts the caller on every console request, and the user's time zone around it."""

from __future__ import annotations

import time
from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.caller import Caller, member
from accounts.models import Account, User
from accounts.network import client_ip

# The session key of the chosen account.
ACCOUNT = "account"
# The session key of when it was last made to last its whole time again, in Unix seconds.
RENEWED = "renewed"
# A session in use is renewed, by one write a day.
RENEWAL_SECONDS = 86_400


class ConsoleRequest(HttpRequest):
    """A request that went through the middleware; `caller` is None for strangers and people without account.

    `caller_error` is the error that the database raised while the caller was looked up.
    """

    caller: Caller | None
    caller_error: Exception | None


def accounts_of(user: User) -> QuerySet[Account]:
    """Return the accounts `user` may look at, by name: those with a membership, for platform staff all."""
    accounts = Account.objects.order_by("name", "pk")
    return accounts if user.is_staff else accounts.filter(memberships__user=user)


def zone_of(user: User) -> ZoneInfo:
    """Return the user's time zone; UTC when this machine does not know it."""
    try:
        return ZoneInfo(user.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


class CallerMiddleware:
    """Sets `request.caller` from the session and the chosen account; a request without session costs no query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: ConsoleRequest) -> HttpResponse:
        request.caller = request.caller_error = None
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return self.get_response(request)
        try:
            zone = _set_caller(request)
        except (DatabaseError, InterfaceError) as error:
            # Views without a login (API, pixel, health) answer all the same; console pages raise the error again.
            request.caller_error, zone = error, None
        with timezone.override(zone):
            return self.get_response(request)


def _set_caller(request: ConsoleRequest) -> ZoneInfo | None:
    """Put the caller on the request and return the user's time zone, None for a stranger."""
    user = request.user
    if not user.is_authenticated:
        return None
    now = int(time.time())
    if now - request.session.get(RENEWED, 0) >= RENEWAL_SECONDS:
        request.session[RENEWED] = now
    accounts = accounts_of(user)
    account = accounts.filter(pk=request.session.get(ACCOUNT, 0)).first() or accounts.first()
    if account:
        request.caller = member(account, user, ip=client_ip(request))
    return zone_of(user)
