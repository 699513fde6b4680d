"""The base of every console page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views import View

from accounts.caller import Caller
from accounts.console.middleware import ConsoleRequest
from accounts.errors import Forbidden
from accounts.roles import holders


class ConsoleView(View):
    """A page for members: strangers go to the login page, members without `right` get the 403 page."""

    right = ""
    title: str | Promise = ""
    # URL name of the page's entry in the navigation, "" for none.
    nav = ""
    template_name = "console/page.html"
    # Also for users who have not yet replaced the password that somebody else made for them.
    allows_initial_password = False
    request: ConsoleRequest
    caller: Caller

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        caller = getattr(request, "caller", None)
        if caller is None:
            if caller_error := getattr(request, "caller_error", None):
                raise caller_error
            if request.user.is_authenticated:
                return render(request, "console/no_account.html", {"title": gettext("No account yet")}, status=403)
            return _to_log_in(request)
        self.caller = caller
        if caller.user and caller.user.must_change_password and not self.allows_initial_password:
            return HttpResponseRedirect(reverse("accounts:password"))
        try:
            if self.right:
                caller.require(self.right)
            return super().dispatch(request, *args, **kwargs)
        except Forbidden as refusal:
            return forbidden(request, refusal)

    def page_title(self) -> str:
        """Return the heading; pages about one row override it."""
        return str(self.title)

    def parent(self) -> tuple[str | Promise, str] | None:
        """Return label and URL of the page above this one, shown before the title."""
        return None

    def render(self, context: dict[str, Any], status: int = 200) -> HttpResponse:
        """Render the page's template with `context`."""
        shared = {"view": self, "title": self.page_title(), "nav_active": self.nav, "parent": self.parent()}
        return render(self.request, self.template_name, shared | context, status=status)

    def page(self, **context: Any) -> HttpResponse:
        """Render the page's template with the given names."""
        return self.render(context)

    def back(self, default: str = "") -> str:
        """Return the page the user came from when it is ours, else `default`, else the page's navigation entry."""
        return safe_back(self.request, default or (reverse(self.nav) if self.nav else "/"))


def _to_log_in(request: HttpRequest) -> HttpResponse:
    if "HX-Request" in request.headers:
        # A part of a page was asked for: the page, and what is typed in it, stays and says so.
        return HttpResponse(status=401)
    return redirect_to_login(request.get_full_path() if request.method == "GET" else safe_back(request, "/"))


def safe_back(request: HttpRequest, default: str) -> str:
    """Return the page `request` came from when it is one of ours, else `default`."""
    came_from = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(
        came_from, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return came_from if came_from and ours else default


def forbidden(request: HttpRequest, refusal: Forbidden) -> HttpResponse:
    """Return the 403 page, which names the roles that hold the right."""
    context = {"title": gettext("Not allowed"), "holders": holders(refusal.right)}
    return render(request, "console/forbidden.html", context, status=403)
