"""The statistics pages: a base, the charts of Delivery Response, and the sending overview."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_lazy

from accounts import audit
from accounts.console import csv
from accounts.console.filters import Window
from accounts.console.views import ConsoleView
from stats import exports, figures, intervals, pages, queries, tables
from stats.forms import FigureFilters, LiveFilters
from stats.pages import ChartDefinition, Panel
from stats.volumes import Volumes


class FiguresPage(ConsoleView):
    """The base of all statistics pages: filters, an axis, the numbers, and how fresh they are."""

    right = "statistics.view"
    csv_right = "exports.make"
    filters_class: type[LiveFilters | FigureFilters] = FigureFilters

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        self.now, self.rolled_at = timezone.now(), queries.rolled_at()
        self.filters = self.filters_class(request.GET, caller=self.caller)
        self.chosen = {name: self.filters.cleaned.get(name, "") for name in ("sender_domain", "recipient_domain")}
        if request.GET.get("format") == "csv":
            self.caller.require(self.csv_right)
            return self.download()
        return self.page(
            filters=self.filters,
            chips=self.filters.chips(),
            axis=self.axis,
            zone=str(self.axis.zone),
            in_days=self.axis.grain is intervals.Grain.DAY,
            by_recipient=bool(self.chosen["recipient_domain"]),
            rolled_at=self.rolled_at,
            csv=self.caller.may(self.csv_right),
            **self.contents(),
        )

    def contents(self) -> dict[str, Any]:
        """Return the context of this page."""
        raise NotImplementedError

    def download(self) -> HttpResponseBase:
        """Return the page's CSV."""
        raise NotImplementedError

    @property
    def window(self) -> Window:
        """Return the span that is asked for."""
        assert isinstance(self.filters, FigureFilters)
        return self.filters.window

    @property
    def span_text(self) -> str:
        """Return the span in words."""
        assert isinstance(self.filters, FigureFilters)
        return self.filters.span_text()

    @cached_property
    def axis(self) -> intervals.Axis:
        """Return the axis of the span, in the caller's zone."""
        return intervals.axis(
            self.window.start,
            self.window.end,
            timezone.get_current_timezone(),
            by_recipient=bool(self.chosen["recipient_domain"]),
        )

    def volumes(self) -> Volumes:
        """Return the numbers of the axis."""
        return queries.volumes(self.caller, self.axis, **self.chosen, known_to=self.rolled_at or self.now)

    def panels(self, volumes: Volumes, panels: tuple[Panel, ...]) -> list[dict[str, Any]]:
        """Return each panel with what `charts.js` draws."""
        return [
            {"title": panel.title, "id": f"chart-{n}", "figure": figures.chart(volumes, panel.series, self.axis)}
            for n, panel in enumerate(panels)
        ]

    def attach(self, response: HttpResponseBase, what: str, start: datetime, end: datetime) -> HttpResponseBase:
        """Name the file and write the download into the audit log."""
        zone = timezone.get_current_timezone_name()
        last = end - timedelta(microseconds=1)
        name = exports.file_name(what, timezone.localtime(start), timezone.localtime(last), zone)
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        audit.log(
            self.caller,
            "exports.download",
            what,
            file=name,
            filters=self.filters.for_log(),
        )
        return response


class ChartPage(FiguresPage):
    """One page of Delivery Response; `definition` holds all that differs between them."""

    template_name = "stats/chart.html"
    # Set in `stats.urls`.
    definition: ChartDefinition = pages.PAGES["queue"]

    @property
    def window(self) -> Window:
        return Window(self.axis.start, self.axis.end) if self.definition.live_minutes else super().window

    @property
    def span_text(self) -> str:
        return gettext("in the last hour") if self.definition.live_minutes else super().span_text

    @cached_property
    def axis(self) -> intervals.Axis:
        """Return the last minutes on a live page, else the axis of the dates asked for."""
        if not self.definition.live_minutes:
            return super().axis
        zone = timezone.get_current_timezone()
        return intervals.last_minutes(self.now, self.definition.live_minutes, zone)

    def contents(self) -> dict[str, Any]:
        """Return charts, finding and table; on a live page also the number of waiting mails."""
        page, volumes = self.definition, self.volumes()
        series = [layer for panel in page.panels for layer in panel.series]
        return {
            "definition": page,
            "panels": self.panels(volumes, page.panels),
            "table": tables.table(volumes, series, page.rates, self.axis),
            "finding": tables.finding(page, volumes, self.axis, self.span_text),
            "waiting": queries.waiting(self.caller) if page.live_minutes else None,
            "counted": queries.MAX_COUNTED,
        }

    def download(self) -> HttpResponseBase:
        """Stream the events behind the chart."""
        # By recipient domain the chart has days of UTC.
        window = Window(self.axis.start, self.axis.end) if self.chosen["recipient_domain"] else self.window
        selection = exports.Selection(
            account_id=self.caller.account.pk,
            kinds=self.definition.kinds,
            start=window.start,
            end=window.end,
            **self.chosen,
        )
        pieces = exports.lines(selection, timezone.get_current_timezone_name())
        response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
        return self.attach(response, self.definition.name, window.start, window.end)


class OverviewPage(FiguresPage):
    """Sending overview: what was asked for and what became of it, day by day, with rates."""

    title = gettext_lazy("Sending Overview")
    nav = "stats:overview"
    template_name = "stats/overview.html"
    # Name in files -> series.
    series = {
        "requests": figures.Series(gettext_lazy("Requested"), ("accepted", "refused"), "requested"),
        "accepted": figures.Series(gettext_lazy("Accepted"), ("accepted",), "accepted"),
        "delivered": figures.Series(gettext_lazy("Delivered"), ("delivered",), "delivered"),
        "opened": figures.Series(gettext_lazy("Opened"), ("opened",), "opened"),
        "clicked": figures.Series(gettext_lazy("Clicked"), ("clicked",), "clicked"),
        "bounced": figures.Series(gettext_lazy("Bounced"), ("bounced_hard", "bounced_soft"), "bounced"),
        "unsubscribed": figures.Series(gettext_lazy("Unsubscribed"), ("unsubscribed",), "unsubscribed"),
    }
    # Name in files -> the rate on its card.
    rates = {
        "delivered": pages.DELIVERY_RATE,
        "opened": pages.OPEN_RATE,
        "clicked": pages.CLICK_RATE,
        "bounced": pages.BOUNCE_RATE,
        "unsubscribed": pages.UNSUBSCRIBE_RATE,
    }
    panel = Panel(gettext_lazy("Emails"), (pages.DELIVERED, pages.BOUNCED, pages.DROPPED))

    def table(self, volumes: Volumes) -> tables.Table:
        """Return the days with counts and rates."""
        return tables.table(volumes, list(self.series.values()), list(self.rates.values()), self.axis)

    def cards(self, table: tables.Table) -> list[dict[str, Any]]:
        """Return the totals as cards; each rate stands with the number it is about."""
        rates = dict(zip(self.rates, table.totals.rate_texts, strict=True))
        return [
            {
                "label": series.label,
                "count": count,
                "rate": rates.get(name, ""),
                "state": series.state,
            }
            for (name, series), count in zip(self.series.items(), table.totals.counts, strict=True)
        ]

    def contents(self) -> dict[str, Any]:
        """Return chart, totals and table."""
        volumes = self.volumes()
        table = self.table(volumes)
        return {
            "panels": self.panels(volumes, (self.panel,)),
            "table": table,
            "cards": self.cards(table),
            "span": self.span_text,
        }

    def download(self) -> HttpResponseBase:
        """Return the table."""
        volumes = self.volumes()
        # A file is the same in every language.
        with translation.override("en"):
            table = self.table(volumes)
        columns = [*self.series, *(rate.name for rate in self.rates.values())]
        rows = [
            [intervals.iso(at, self.axis.grain), *row.counts, *map(_rounded, row.rates)]
            for (at, _counts), row in zip(volumes.begun(), reversed(table.rows), strict=True)
        ]
        response = csv.response("overview", [self.axis.grain.value, *columns], rows)
        return self.attach(response, "overview", self.window.start, self.window.end)


def _rounded(share: float | None) -> float | None:
    """Return a share as files have it: 0.981."""
    return None if share is None else round(share, 6)
