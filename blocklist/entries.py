"""A list of addresses to block: every line is an entry, or rejected with a reason. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.utils.translation import gettext as _

from accounts.csv.reading import CsvColumn, Row, Sheet, as_heading, read
from accounts.mail.addresses import AddressKey, key_of
from accounts.mail.text import TooLong, shown, storable, unseen

MAX_REASON = 500
# Characters of a rejected line that its report shows.
MAX_SHOWN = 300
# The names of our own files, the headings of our pages in both languages, and what other programs and services write.
# "Address" may be a street where another column names the mailbox. Without headings the first three columns are these.
COLUMNS = (
    CsvColumn(
        "address",
        "email, email address, emails, email addresses, email id, e-mail-adresse, adresse e-mail, recipient email, "
        "recipient email address, subscriber email, contact email, customer email, user email, primary email",
        "mail address, 邮箱, 邮箱地址, 电子邮箱, 电子邮箱地址, 电子邮件, 电子邮件地址, 邮件地址, 收件人邮箱",
        "收件邮箱, 收件人邮箱地址, 用户邮箱, 客户邮箱, 联系邮箱, 邮箱账号",
        "recipient address, to address, to email address, to email, suppressed destination, destination",
        "收件人地址, 收件地址, 收件人, mail, recipient, to, address, addresses, 地址",
    ),
    CsvColumn(
        "expires_at",
        "expires, expires on, expire date, expiry, expiry date, expiration, expiration date, until, blocked until, "
        "valid until",
        "有效期至, 有效期, 过期时间, 过期日期, 到期时间, 到期日期, 失效时间, 屏蔽至, 截止日期",
    ),
    CsvColumn(
        "reason",
        "suppression reason, bounce reason, note, notes, comment, remark, description, error, error message",
        "原因, 屏蔽原因, 退信原因, 失败原因, 备注, 说明",
        single_line=False,
    ),
    CsvColumn("state", "status", "状态"),
)
_WITHOUT_HEADINGS = 3
# Amazon SES takes and gives suppressed addresses as "address,BOUNCE", without headings (its guide, "Using the
# account-level suppression list"): where an expiry stands, that is the reason.
_CAUSES = {"BOUNCE", "COMPLAINT"}
# `accounts.erased_addresses.PREFIX`, which a pure module cannot import.
ERASED = "erased:"
# A block that is over is history, which our own files have as well.
_OVER = {as_heading("expired"), as_heading("已过期"), as_heading("已失效")}
# How a day that never comes is written.
_NEVER = {
    *map(as_heading, ("never", "never expires", "null", "none", "n/a", "-")),
    *(as_heading("永久"), as_heading("永久有效"), as_heading("永不"), as_heading("永不过期")),
}
# The year first, as the standard (ISO 8601) and spreadsheets of China have it: no other order is the same everywhere.
_DAY = re.compile(
    r"(\d{4}) *[-/.年] *(\d{1,2}) *[-/.月] *(\d{1,2}) *日?(?: +(\d{1,2}):(\d\d)(?::(\d\d))?)?(?: *(?:UTC|GMT))?",
    re.ASCII,
)


@dataclass(frozen=True)
class BlockEntry:
    """A line that can be stored; `expires` is the UTC day at whose beginning the block is over."""

    line: int
    address: AddressKey
    expires: date | None = None
    reason: str = ""


@dataclass(frozen=True)
class RejectedLine:
    """A line that is not stored, and why; `code` is "too_long", "repeat" or "invalid"."""

    line: int
    text: str
    code: str
    reason: str


@dataclass(frozen=True)
class ParsedList:
    """The entries of a list, and the lines that are none; `sheet` says how the list was read."""

    entries: list[BlockEntry] = field(default_factory=list)
    rejected: list[RejectedLine] = field(default_factory=list)
    sheet: Sheet = field(default_factory=lambda: Sheet(","))


def parse(text: str, *, today: date) -> ParsedList:
    """Return the lines of a list: an address each, and perhaps the day it is released and a reason."""
    sheet = read(text, COLUMNS, without_headings=_WITHOUT_HEADINGS)
    parsed = ParsedList(sheet=sheet)
    for unread in sheet.unread:
        parsed.rejected.append(RejectedLine(unread.line, _shown(unread.text), "invalid", unread.reason))
    _check(sheet.rows, parsed, today)
    parsed.rejected.sort(key=lambda rejected: rejected.line)
    return parsed


def _check(rows: Iterable[Row], parsed: ParsedList, today: date) -> None:
    """Put each row among the entries or the rejected; a second mention is a repeat."""
    seen = dict[AddressKey, int]()
    for row in rows:
        address = row.cells["address"]
        try:
            entry = _entry(row, today)
        except ValueError as error:
            code = "too_long" if isinstance(error, TooLong) else "invalid"
            parsed.rejected.append(RejectedLine(row.line, _shown(address), code, str(error)))
            continue
        if entry.address in seen:
            reason = _("Already in line %(line)d.") % {"line": seen[entry.address]}
            parsed.rejected.append(RejectedLine(row.line, _shown(address), "repeat", reason))
            continue
        seen[entry.address] = row.line
        parsed.entries.append(entry)


def _entry(row: Row, today: date) -> BlockEntry:
    """Return the row as an entry; raise ValueError saying what to fix."""
    over = as_heading(row.cells.get("state", "")) in _OVER
    reason, ends = storable(row.cells.get("reason", "")), row.cells.get("expires_at", "")
    if ends in _CAUSES and not reason:
        reason, ends = ends, ""
    address, expires = _address(row.cells["address"]), _expires(ends, today, over=over)
    if len(reason) > MAX_REASON:
        raise ValueError(
            _("The reason has %(length)d characters; %(most)d are allowed.")
            % {"length": len(reason), "most": MAX_REASON}
        )
    return BlockEntry(row.line, address, expires, reason)


def _address(cell: str) -> AddressKey:
    if cell.startswith(ERASED):
        raise ValueError(_("This stands for an erased address. Its block stays on the list where it was made."))
    try:
        return key_of(cell)
    except TooLong:
        raise
    except ValueError:
        _refuse_unseen(cell)
        raise


def _expires(cell: str, today: date, *, over: bool) -> date | None:
    """Return the first UTC day on which the block is over, not before the time that is given; None for never."""
    if not cell or as_heading(cell) in _NEVER:
        return None
    day = _day(cell)
    if day <= today and not over:
        raise ValueError(_("The expiry date %(date)s is not later than today.") % {"date": day})
    return day


def _day(cell: str) -> date:
    parts = _DAY.fullmatch(cell)
    try:
        moment = _moment(*(int(part or 0) for part in parts.groups())) if parts else datetime.fromisoformat(cell)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.date() if moment.time() == time.min else moment.date() + timedelta(days=1)
    except (ValueError, OverflowError):
        _refuse_unseen(cell)
        raise ValueError(_("The expiry date “%(date)s” is not of the form YYYY-MM-DD.") % {"date": cell[:40]}) from None


def _moment(year: int, month: int, day: int, hour: int, minute: int, second: int) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def _refuse_unseen(cell: str) -> None:
    """Raise ValueError naming what cannot be seen in a cell that is refused."""
    names = unseen(cell)
    if names:
        raise ValueError(_("It contains characters that cannot be seen: %(names)s. Remove them.") % {"names": names})


def _shown(text: str) -> str:
    return shown(text[:MAX_SHOWN])
