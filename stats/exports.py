"""Events as CSV (RFC 4180): written by the database, streamed, and safe to open in spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from string import ascii_letters, digits

from django.db import connection

from accounts.csv.formulas import NEEDED, PLACE
from sending.models import EventKind
from sending.models.ids import SEQUENCE_BITS, first_of

BOM = b"\xef\xbb\xbf"
# Bytes handed to the web server at a time: the database's own pieces are single rows.
PIECE = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which events: one account's, of some kinds, from `start` to before `end`."""

    account_id: int
    kinds: Sequence[EventKind]
    start: datetime
    end: datetime
    sender_domain: str = ""
    recipient_domain: str = ""


def _no_formula(text: str) -> str:
    """Return SQL for `formulas.guarded`; an empty text is an empty cell."""
    return (
        f"CASE WHEN {text} = '' THEN NULL WHEN {text} !~ '{NEEDED}' THEN {text} "
        f"ELSE regexp_replace({text}, '{PLACE}', '''', 'g') END"
    )


def _address(text: str) -> str:
    """Return the same for an address, which was read as one: only its first character can begin a formula."""
    plain = f"strpos('{ascii_letters}{digits}', left({text}, 1)) > 0"
    return f"CASE WHEN {text} <> '' AND {plain} THEN {text} ELSE {_no_formula(text)} END"


# Column C is the time in milliseconds UTC, which spreadsheets turn into a date by
# =TEXT(C2/86400000+DATE(1970,1,1),"YYYY-MM-DD HH:mm:ss"); columns are only ever added at the end.
# Ids, domain names and our own constants cannot begin like a formula; text from outside can.
COLUMNS: dict[str, str] = {
    "message_id": "coalesce(event.message_id, event.message::text)",
    "recipient": _address("event.recipient"),
    "event_time_ms": f"event.id >> {SEQUENCE_BITS}",
    "event_time": f"to_char(to_timestamp((event.id >> {SEQUENCE_BITS}) / 1000.0), "
    "'YYYY-MM-DD\"T\"HH24:MI:SS.MSTZH:TZM')",
    "sender": _address("event.from_address"),
    "sender_domain": "event.sender_domain",
    "recipient_domain": "event.recipient_domain",
    "event": "CASE event.kind "
    + " ".join(f"WHEN {kind.value} THEN '{kind.name.lower()}'" for kind in EventKind)
    + " END",
    "reason": _no_formula("event.reason"),
    "bounce_type": "nullif(event.bounce_type, '')",
    "bounce_class": "nullif(event.bounce_class, '')",
    "link": _no_formula("event.link"),
    "user_agent": _no_formula("event.user_agent"),
    "machine": "event.machine::text",
}

_COPY = f"""
COPY (
    SELECT {", ".join(f"{expression} AS {name}" for name, expression in COLUMNS.items())}
    FROM (
        SELECT event.*, message.message_id
        FROM sending_event AS event
        LEFT JOIN sending_message AS message ON message.id = event.message AND message.id < %(high)s
        WHERE event.account_id = %(account)s AND event.kind = ANY(%(kinds)s)
          AND event.id >= %(low)s AND event.id < %(high)s
          AND (%(sender_domain)s = '' OR event.sender_domain = %(sender_domain)s)
          AND (%(recipient_domain)s = '' OR event.recipient_domain = %(recipient_domain)s)
        ORDER BY event.id
        OFFSET 0 -- Sort the raw rows; the cells are formatted after that, row by row.
    ) AS event
) TO STDOUT WITH (FORMAT csv, HEADER true)
"""  # noqa: S608


def lines(selection: Selection, zone: str) -> Iterator[bytes]:
    """Yield the file in pieces, oldest event first; `event_time` is in `zone`. UTF-8 with a byte order mark, CRLF."""
    values = {
        "account": selection.account_id,
        "kinds": [kind.value for kind in selection.kinds],
        "low": first_of(selection.start),
        "high": first_of(selection.end),
        "sender_domain": selection.sender_domain,
        "recipient_domain": selection.recipient_domain,
    }
    piece = bytearray(BOM)
    # The driver's own transaction, not Django's: a file that is not read to its end may be collected in any thread, and
    # `atomic` would end there whatever transaction that thread is in.
    with connection.cursor() as cursor, cursor.connection.transaction():
        cursor.execute("SELECT set_config('timezone', %s, true), set_config('work_mem', '64MB', true)", [zone])
        with cursor.copy(_COPY, values) as rows:
            for row in rows:
                # PostgreSQL gives one row at a time, ended by a bare line feed.
                piece += row[:-1]
                piece += b"\r\n"
                if len(piece) >= PIECE:
                    yield bytes(piece)
                    piece.clear()
    yield bytes(piece)


def file_name(what: str, start: datetime, end: datetime, zone: str) -> str:
    """Return "ses_<what>_<first day>-<last day>_<zone>.csv"; the days are those of `start`'s zone."""
    return f"ses_{what}_{start:%Y%m%d}-{end:%Y%m%d}_{zone.replace('/', '-')}.csv"
