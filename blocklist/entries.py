"""A list of addresses to block, as CSV (RFC 4180): every line is an entry or rejected with a reason. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from accounts.mail.addresses import AddressKey, key_of
from accounts.mail.text import TooLong

HEADINGS = frozenset({"address", "addresses", "email", "e-mail", "emails", "mail", "recipient", "to"})


@dataclass(frozen=True)
class BlockEntry:
    """A line that can be stored."""

    line: int
    address: AddressKey
    expires: date | None = None


@dataclass(frozen=True)
class RejectedLine:
    """A line that is not stored, and why; `code` is "too_long", "repeat" or "invalid"."""

    line: int
    text: str
    code: str
    reason: str


@dataclass(frozen=True)
class ParsedList:
    """The entries of a list, and the lines that are none."""

    entries: list[BlockEntry] = field(default_factory=list)
    rejected: list[RejectedLine] = field(default_factory=list)


def decode(content: bytes) -> str:
    """Return an uploaded file's text (UTF-8, or UTF-16 as spreadsheets save it); else raise ValueError."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(
            _("Line %(line)d is not UTF-8. Save the file as “CSV UTF-8” and try again.") % {"line": line}
        ) from None


def parse(text: str, *, today: date) -> ParsedList:
    """Return the lines of a CSV: column 1 an address, column 2 (may be left out) the day it is released."""
    text = text.lstrip("\ufeff")
    # Blanks behind a comma stand before the quotation marks, not in the cell.
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), skipinitialspace=True)
    lines: list[tuple[int, str, str]] = []
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not any(cells) or (not lines and cells[0].lower() in HEADINGS):
                continue
            lines.append((rows.line_num, row[0], cells[1] if len(cells) > 1 else ""))
    except csv.Error as error:
        parsed = check(lines, today=today)
        reason = _("The file cannot be read from this line on: %(error)s.") % {"error": error}
        bad = RejectedLine(rows.line_num, "", "invalid", reason)
        return ParsedList(parsed.entries, [*parsed.rejected, bad])
    return check(lines, today=today)


def check(lines: Iterable[tuple[int, str, str]], *, today: date) -> ParsedList:
    """Return which of (line, address, expiry date or empty) can be stored; a second mention is a repeat."""
    parsed, seen = ParsedList(), dict[AddressKey, int]()
    for line, text, expiry in lines:
        try:
            address, expires = key_of(text), _day(expiry, today)
        except ValueError as error:
            code = "too_long" if isinstance(error, TooLong) else "invalid"
            parsed.rejected.append(RejectedLine(line, text[:300], code, str(error)))
            continue
        if address in seen:
            reason = _("Already in line %(line)d.") % {"line": seen[address]}
            parsed.rejected.append(RejectedLine(line, text, "repeat", reason))
            continue
        seen[address] = line
        parsed.entries.append(BlockEntry(line, address, expires))
    return parsed


def _day(text: str, today: date) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(_("The expiry date “%(date)s” is not of the form YYYY-MM-DD.") % {"date": text[:40]}) from None
    if day <= today:
        raise ValueError(_("The expiry date %(date)s is not later than today.") % {"date": day})
    return day


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return next((mark for mark in ",;\t" if mark in first), ",")
