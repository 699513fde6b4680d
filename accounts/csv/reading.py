"""The one reader of lists that people bring: files of spreadsheets, our own downloads, and what they paste. Pure.

Columns go by their headings, in any language the product speaks; without headings by their order. The delimiter is
decided over the whole file. Apostrophes that guard a cell (`formulas`) are taken off. Every line of the text is in a
row, or among the unread with its reason, or among those that say nothing (blank ones, the headings).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from django.utils.translation import gettext as _

from accounts.csv.formulas import unguarded
from accounts.csv.records import BREAK, DELIMITERS, CsvRecord, directive, first_marks, records
from accounts.mail.text import INVISIBLE

# Characters of a heading that are kept to be shown.
MAX_HEADING = 40
# Lines that may stand above the headings: the name of the table, of the report.
MAX_TITLES = 5
# What programs put around a cell; whatever else is white there is for the reader of the cell to judge.
_BLANKS = " \u00a0"
_BETWEEN_WORDS = re.compile(r"[\s_-]+")
_IN_BRACKETS = re.compile(r"(?<=\S)\s*\([^()]*\)[\s:*]*\Z")


def as_heading(text: str) -> str:
    """Return a heading as headings are compared: its words alone, whatever stands between them or in brackets behind.

    Case, width, blanks, hyphens and what cannot be seen make no difference: "EmailAddress" is "E-mail address (UTF-8)".
    """
    visible = INVISIBLE.sub("", unicodedata.normalize("NFKC", unguarded(text)))
    return _BETWEEN_WORDS.sub("", _IN_BRACKETS.sub("", visible)).strip(":*").casefold()


@dataclass(frozen=True, init=False)
class CsvColumn:
    """One column that is read: its name, the headings it may have besides, and whether its cells are one line each.

    Of several columns that have one of its headings the one is read whose heading is named first; the name goes before
    the headings, unless it is among them.
    """

    name: str
    headings: Mapping[str, int]
    single_line: bool

    def __init__(self, name: str, *headings: str, single_line: bool = True) -> None:
        """Take the headings as texts with commas between them."""
        object.__setattr__(self, "name", name)
        named = list(filter(None, map(as_heading, ",".join(headings).split(","))))
        own = [] if as_heading(name) in named else [as_heading(name)]
        order = dict.fromkeys([*own, *named])
        object.__setattr__(self, "headings", {heading: place for place, heading in enumerate(order)})
        object.__setattr__(self, "single_line", single_line)


@dataclass(frozen=True)
class Row:
    """The cells of one record by the names of their columns; a cell or column the file does not have is left out."""

    line: int
    last: int
    text: str
    cells: Mapping[str, str]


@dataclass(frozen=True)
class UnreadLine:
    """A line that is no record, and why."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True)
class Sheet:
    """What stands in a list; `silent` are the lines that say nothing, `headings` what was recognised and what not."""

    delimiter: str
    rows: list[Row] = field(default_factory=list)
    unread: list[UnreadLine] = field(default_factory=list)
    silent: list[int] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def read(text: str, columns: Sequence[CsvColumn], *, without_headings: int) -> Sheet:
    """Return the rows of a list; a line is that of the headings if it names the first of `columns`.

    Above it may be titles. Where there is none, so many of `columns` are expected in their order; also behind headings
    that are the first ones.
    """
    text = text.removeprefix("\ufeff")
    named = directive(text)
    sheet = Sheet(named or _delimiter(text, columns))
    start, line, found, width, in_order = 0, 1, dict[int, CsvColumn](), 0, True
    titles = _titles(text, sheet.delimiter, columns)
    for record in records(text, sheet.delimiter):
        if record.line in titles:
            reason = _("It stands above the headings and names no address.")
            _refuse_lines(sheet, record, reason)
            continue
        found = _headings(record.cells, columns)
        if not (found or _says_nothing(record) or (named and record.line == 1)):
            break
        sheet.silent.extend(range(record.line, record.last + 1))
        start, line = record.end, record.last + 1
        if found:
            for place, cell in enumerate(record.cells):
                (sheet.headings if place in found else sheet.ignored).append(cell.strip()[:MAX_HEADING])
            width = len(record.cells)
            in_order = dict(enumerate(columns[:width])) == found
            break
    if in_order and width < without_headings:
        found, width = dict(enumerate(columns[:without_headings])), without_headings
    _read_rows(sheet, text, start, line, found, width)
    return sheet


def _read_rows(sheet: Sheet, text: str, start: int, line: int, places: dict[int, CsvColumn], width: int) -> None:
    """Put the records from the offset `start` on into `sheet`; `width` cells are those that have a heading."""
    single_line = {place for place, column in places.items() if column.single_line}
    for record in records(text, sheet.delimiter, start=start, line=line, single_line=single_line):
        if record.open_quote:
            reason = _("A quotation mark opens in this line and is not closed. Close it, or remove it.")
            sheet.unread.append(UnreadLine(record.line, record.text, reason))
        elif _says_nothing(record):
            sheet.silent.extend(range(record.line, record.last + 1))
        elif any(cell.strip() for cell in record.cells[width:]):
            reason = _(
                "The line has %(count)d cells, %(width)d are expected. Put quotation marks around a cell that contains "
                "the delimiter."
            ) % {"count": len(record.cells), "width": width}
            _refuse_lines(sheet, record, reason)
        else:
            cells = {column.name: _value(record.cells, place, column) for place, column in places.items()}
            sheet.rows.append(Row(record.line, record.last, record.text, cells))


def _refuse_lines(sheet: Sheet, record: CsvRecord, reason: str) -> None:
    lines = enumerate(BREAK.split(record.text), start=record.line)
    sheet.unread.extend(UnreadLine(number, content, reason) for number, content in lines)


def _delimiter(text: str, columns: Sequence[CsvColumn]) -> str:
    """Return the delimiter by which one of the first lines names most headings; in doubt that of most lines."""
    votes = first_marks(text)
    first = list(islice((line for line in BREAK.split(text) if line.strip()), MAX_TITLES + 1))

    def recognised(mark: str) -> int:
        return max((len(_headings(next(records(line, mark)).cells, columns)) for line in first), default=0)

    return max(DELIMITERS, key=lambda mark: (recognised(mark), votes[mark]))


def _titles(text: str, delimiter: str, columns: Sequence[CsvColumn]) -> set[int]:
    """Return the lines above the headings that say something else; nothing where an address is among them."""
    above: set[int] = set()
    for record in records(text, delimiter):
        if _headings(record.cells, columns):
            return above
        if len(above) == MAX_TITLES or "@" in record.text or record.open_quote:
            return set()
        if not _says_nothing(record) and not (record.line == 1 and directive(text)):
            above.update(range(record.line, record.last + 1))
    return set()


def _headings(cells: Sequence[str], columns: Sequence[CsvColumn]) -> dict[int, CsvColumn]:
    """Return which column stands at which place; nothing unless the first of `columns` is among them."""
    names = [as_heading(cell) for cell in cells]
    found: dict[int, CsvColumn] = {}
    for column in columns:
        places = [at for at, name in enumerate(names) if name in column.headings and at not in found]
        if places:
            found[min(places, key=lambda at: column.headings[names[at]])] = column
    return found if columns[0] in found.values() else {}


def _value(cells: Sequence[str], place: int, column: CsvColumn) -> str:
    cell = cells[place] if place < len(cells) else ""
    return unguarded(cell.strip(_BLANKS)).strip(_BLANKS) if column.single_line else unguarded(cell)


def _says_nothing(record: CsvRecord) -> bool:
    return not record.open_quote and not any(cell.strip() for cell in record.cells)
