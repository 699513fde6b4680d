"""Pages without a view of their own: a POST does one act, leaves a message and redirects."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import Promise

from accounts.console.views import ConsoleView
from accounts.errors import Forbidden, Refused


class ActPage(ConsoleView):
    """One act behind one button; a refusal is shown as a message on the page the user came from."""

    http_method_names = ("post",)

    def act(self, **kwargs: Any) -> str:
        """Do it and return the URL to go to; `kwargs` are those of the URL."""
        raise NotImplementedError

    def say(self, text: str | Promise, level: int = messages.SUCCESS) -> None:
        """Leave a toast for the next page."""
        messages.add_message(self.request, level, str(text))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            target = self.act(**kwargs)
        except Forbidden:
            raise
        except Refused as refusal:
            self.say(refusal.message, messages.ERROR)
            target = self.back()
        return HttpResponseRedirect(target)
