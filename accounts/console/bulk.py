"""One action on many rows of a list: each row is a separate act, and a page reports what became of each.

A list names its `actions`; a `BulkPage` does them. The first POST asks, with the rows by name, the second does it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from accounts.caller import Caller
from accounts.console.views import ConsoleView
from accounts.errors import Forbidden, Refused

# As many as the longest page of a list shows.
MAX_ROWS = 100
_MAX_ID = 2**63


@dataclass(frozen=True)
class BulkAction:
    """An act on one row that can be done to many; `run` returns what to know about that row, "" for nothing."""

    name: str
    label: str | Promise
    run: Callable[[Caller, Any], str | None]
    # Asked before it is done: a title, and what it means.
    question: str | Promise
    consequence: str | Promise = ""
    icon: str = "check"
    is_danger: bool = False


@dataclass(frozen=True)
class BulkResult:
    """What became of one row: done, with a note, or refused for a reason."""

    name: str
    done: bool
    note: str


class BulkPage(ConsoleView):
    """Asks whether to do an action to the rows that were ticked, does it, and reports."""

    http_method_names = ("post",)
    template_name = "console/bulk.html"
    actions: Sequence[BulkAction] = ()

    def rows(self) -> QuerySet[Any]:
        """Return the rows that the caller may act on, `visible()`."""
        raise NotImplementedError

    def name_of(self, row: Any) -> str:
        """Return the row's name, as people know it."""
        return str(row)

    def page_title(self) -> str:
        return str(self.action.label)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        action = next((known for known in self.actions if known.name == request.POST.get("action")), None)
        asked = _ids(request.POST.getlist("row"))[:MAX_ROWS]
        if action is None or not asked:
            messages.error(request, gettext("Nothing was done: tick at least one row, and choose an action."))
            return HttpResponseRedirect(self._back_url())
        self.action = action
        found = self.rows().in_bulk(asked)
        rows = [found[pk] for pk in asked if pk in found]
        names = [self.name_of(row) for row in rows]
        shared = {"action": action, "missing": len(asked) - len(rows), "back_url": self._back_url()}
        if request.POST.get("sure") != "yes":
            return self.page(named=list(zip(rows, names, strict=True)), **shared)
        results = [self._do(row, name) for row, name in zip(rows, names, strict=True)]
        return self.page(
            done=[result for result in results if result.done],
            refused=[result for result in results if not result.done],
            **shared,
        )

    def _do(self, row: Any, name: str) -> BulkResult:
        try:
            return BulkResult(name, True, self.action.run(self.caller, row) or "")
        except Forbidden:
            raise
        except Refused as refusal:
            return BulkResult(name, False, refusal.message)

    def _back_url(self) -> str:
        """Return the list with its filters, kept from the first question to the report."""
        kept = self.request.POST.get("back", "")
        ours = url_has_allowed_host_and_scheme(
            kept, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )
        return kept if kept and ours else self.back(reverse(self.nav) if self.nav else "/")


def _ids(texts: Sequence[str]) -> list[int]:
    """Return the ids among the texts, each once."""
    numbers = [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 20]
    return list(dict.fromkeys(number for number in numbers if number < _MAX_ID))
