"""CSV downloads (RFC 4180 2, with a byte order mark): streamed, readable by programs, run by no spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from numbers import Number

from django.http import StreamingHttpResponse

from accounts.csv.formulas import guarded

BOM = "\ufeff"


def guard(value: object) -> object:
    """Return a cell that no spreadsheet runs: numbers and times as they are, text as `formulas.guarded` has it."""
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds")
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, Number) else guarded(str(value))


def lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield the file in pieces: a byte order mark, the header, then one line per row, ended by CRLF."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([guard(heading) for heading in header])
    yield BOM + buffer.getvalue()
    for row in rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([guard(value) for value in row])
        yield buffer.getvalue()


def response(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """Return the download `ses_<name>_<time>_UTC.csv`; memory stays flat however many rows there are."""
    answer = StreamingHttpResponse(lines(header, rows), content_type="text/csv; charset=utf-8")
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    answer["Content-Disposition"] = f'attachment; filename="ses_{name}_{stamp}_UTC.csv"'
    return answer
