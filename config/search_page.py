"""The page of the search; the dialog that Ctrl-K opens shows its results."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from accounts.console.views import ConsoleView
from accounts.mail.text import storable
from config.search import MAX_TEXT, search


class SearchPage(ConsoleView):
    """What `q` finds; each kind of thing for those who may see its list."""

    right = "overview.view"
    title = gettext_lazy("Search")
    template_name = "console/search.html"
    http_method_names = ("get",)

    def get(self, request: HttpRequest) -> HttpResponse:
        if "HX-Request" in request.headers:
            self.template_name = "console/_search_results.html"
        asked = storable(request.GET.get("q", "")).strip()[:MAX_TEXT]
        response = self.page(asked=asked, groups=search(self.caller, asked))
        # One URL has a page and a part of it.
        response["Vary"] = "HX-Request"
        return response
