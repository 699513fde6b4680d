"""Pages with one table: keyset paging, filters in the URL, empty states, CSV of the current filter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal

from django.conf import settings
from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import formats, translation
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from accounts import audit
from accounts.console import csv, paging
from accounts.console.bulk import BulkAction
from accounts.console.filters import Filters
from accounts.console.views import ConsoleView

Kind = Literal["text", "mono", "time", "badge", "number", "link"]
SIZES = (25, 50, 100)


@dataclass(frozen=True)
class Column:
    """One column; `value` is an attribute's name (dots allowed) or a function of the row."""

    name: str
    label: str | Promise
    value: Callable[[Any], Any] | str
    kind: Kind = "text"
    # A function of the row that gives the cell's link; "" for none.
    href: Callable[[Any], str] | None = None
    # What the CSV has instead of `value`.
    csv: Callable[[Any], Any] | None = None
    # False: only for those who choose it, see `column_choice`.
    shown: bool = True

    def of(self, row: Any) -> Any:
        """Return the cell's value."""
        return attrgetter(self.value)(row) if isinstance(self.value, str) else self.value(row)

    def for_csv(self, row: Any) -> Any:
        """Return the value the CSV has."""
        return self.csv(row) if self.csv else self.of(row)


@dataclass(frozen=True)
class Cell:
    """One cell as the template shows it."""

    column: Column
    value: Any
    href: str


@dataclass(frozen=True)
class ListLine:
    """One row as the template shows it; its name is what its check box is called."""

    row: Any
    url: str
    cells: list[Cell]
    name: str


@dataclass(frozen=True)
class BulkBar:
    """The actions that can be done to the rows that are ticked, and the page that does them."""

    url: str
    actions: Sequence[BulkAction]


@dataclass(frozen=True)
class Refresh:
    """How often a list asks for itself again while rows of it change, and what it shows now."""

    seconds: int
    state: str


@dataclass(frozen=True)
class EmptyState:
    """What stands in place of an empty table."""

    title: str | Promise
    text: str | Promise = ""
    action_label: str | Promise = ""
    action_url: str = ""


@dataclass(frozen=True)
class Button:
    """A button at the top of the page."""

    label: str | Promise
    url: str
    icon: str = "plus"


# What stands in place of a table that the filters leave no row of.
NO_MATCH = EmptyState(
    gettext_lazy("No matches"), gettext_lazy("No rows match these filters. Remove a filter, or widen the dates.")
)


class ListPage(ConsoleView):
    """One table of the caller's rows."""

    template_name = "console/list.html"
    columns: Sequence[Column] = ()
    # The name of the column whose cell leads to `row_url`; "" for the first.
    row_column = ""
    # The CSV's columns where they are not those of the page.
    csv_columns: Sequence[Column] = ()
    filters_class: type[Filters] = Filters
    order: Sequence[str] = ("-id",)
    csv_name = ""
    csv_right = "exports.make"
    # Rows of one line: what is too long ends in an ellipsis, a narrow screen has cards.
    one_line = False
    # A sentence under the title that says what the rows are.
    intro: str | Promise = ""
    filters: Filters

    def rows(self) -> QuerySet[Any]:
        """Return the caller's rows, `visible()` and narrowed by `self.filters.cleaned`, in no order."""
        raise NotImplementedError

    def primary(self) -> Button | None:
        """Return the page's main button, None when the caller may not use it."""
        return None

    def empty_state(self) -> EmptyState:
        """Return what the page shows while there is no row at all."""
        return EmptyState(gettext("Nothing here yet"))

    def row_url(self, row: Any) -> str:
        """Return the page of `row`; "" for none."""
        return ""

    def bulk(self) -> BulkBar | None:
        """Return what can be done to many rows at once; None when that is nothing, or the caller may not."""
        return None

    def shown_columns(self) -> Sequence[Column]:
        """Return the columns of the table, in their order."""
        return self.columns

    def refresh(self, rows: Sequence[Any]) -> Refresh | None:
        """Return how the page follows `rows` while they change; None when none will."""
        return None

    def context(self, rows: Sequence[Any]) -> dict[str, Any]:
        """Return further names for the template; `rows` are those of this page."""
        return {}

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        self.filters = self.filters_class(request.GET, caller=self.caller)
        if self.csv_name and request.GET.get("format") == "csv":
            return self._download()
        page = paging.page(
            self.rows(),
            self.order,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
            size=self._size(),
        )
        refresh = self.refresh(page.rows)
        if refresh and request.headers.get("X-List-State") == refresh.state:
            # The page asked again and nothing has changed: it is left alone with all that is focused and selected.
            return HttpResponse(status=204)
        chips, columns = self.filters.chips(), self.shown_columns()
        return self.page(
            columns=columns,
            row_column=self.row_column or self.columns[0].name,
            lines=[self._line(row, columns) for row in page.rows],
            one_line=self.one_line,
            refresh=refresh,
            older=page.older,
            newer=page.newer,
            sizes=SIZES,
            size=self._size(),
            filters=self.filters,
            chips=chips,
            empty=NO_MATCH if chips else self.empty_state(),
            filtered=bool(chips),
            primary=self.primary(),
            bulk=self.bulk(),
            intro=self.intro,
            csv=bool(self.csv_name) and self.caller.may(self.csv_right),
            **self.context(page.rows),
        )

    def _size(self) -> int:
        requested = self.request.GET.get("size", "")
        return int(requested) if requested in {str(size) for size in SIZES} else SIZES[0]

    def _line(self, row: Model, columns: Sequence[Column]) -> ListLine:
        cells = [Cell(column, column.of(row), column.href(row) if column.href else "") for column in columns]
        main = self.row_column or self.columns[0].name
        name = next((str(cell.value) for cell in cells if cell.column.name == main), "")
        return ListLine(row, self.row_url(row), cells, name)

    def _download(self) -> HttpResponseBase:
        self.caller.require(self.csv_right)
        columns = self.csv_columns or self.columns
        rows = self.rows()
        limit = settings.RULES.csv_stream_rows
        if rows.order_by(*self.order)[limit : limit + 1].exists():
            messages.error(
                self.request,
                gettext("A download has up to %(limit)s rows, and this list has more. Narrow the filters or the dates.")
                % {"limit": formats.number_format(limit, force_grouping=True)},
            )
            query = self.request.GET.copy()
            query.pop("format", None)
            return HttpResponseRedirect(f"{self.request.path}?{query.urlencode()}")
        audit.log(self.caller, "exports.download", self.csv_name, filters=self.filters.for_log())

        def rows_of_cells() -> Iterator[list[Any]]:
            for row in paging.walk(rows, self.order):
                # A file is the same in every language.
                with translation.override("en"):
                    cells = [column.for_csv(row) for column in columns]
                yield cells

        return csv.response(self.csv_name, [column.name for column in columns], rows_of_cells())
