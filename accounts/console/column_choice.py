"""Lists whose columns people choose; the browser keeps the choice, as it keeps the theme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accounts.console.appearance import CHOICE_SECONDS
from accounts.console.lists import Column, ListPage

COOKIE = "ses_columns"
_SEPARATOR = "."


class ChosenColumnsPage(ListPage):
    """A list that shows the chosen columns; that of `row_column`, which leads to the row, always."""

    def shown_columns(self) -> Sequence[Column]:
        """Return the columns of this browser's choice; without one, those that a list begins with."""
        known = {column.name for column in self.columns}
        chosen = known & set(self.request.COOKIES.get(COOKIE, "").split(_SEPARATOR))
        return [
            column
            for column in self.columns
            if column.name == self.row_column or (column.name in chosen if chosen else column.shown)
        ]

    def context(self, rows: Sequence[Any]) -> dict[str, Any]:
        shown = {column.name for column in self.shown_columns()}
        return super().context(rows) | {"choices": [(column, column.name in shown) for column in self.columns]}

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Keep the choice for this list alone and return to the page with its filters; none restores the first one."""
        known = {column.name for column in self.columns}
        chosen = [name for name in dict.fromkeys(request.POST.getlist("column")) if name in known]
        response = HttpResponseRedirect(self.back(request.path))
        if chosen:
            response.set_cookie(
                COOKIE,
                _SEPARATOR.join(chosen),
                max_age=CHOICE_SECONDS,
                path=request.path,
                secure=settings.SESSION_COOKIE_SECURE,
                samesite="Lax",
                httponly=True,
            )
        else:
            response.delete_cookie(COOKIE, path=request.path, samesite="Lax")
        return response
