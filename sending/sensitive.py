"""Sensitive variables of submissions: shown masked, and kept only as a keyed hash once no mail of it waits to be sent.

The hash proves to who holds the key that a value was the one sent; the id of the submission is its salt, so equal
values of two submissions have different hashes.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

from django.db import connection

from accounts.secrets import keys_for
from sending.models import Submission
from sending.models.ids import SEQUENCE_BITS
from sending.models.rows import as_json, fetch, recordset, selected, types_of

# In ASCII: it also stands in addresses and exports.
MASK = "******"
# Shorter values stand in other texts by chance.
_MIN_FOUND = 4
_PURPOSE = "sensitive variables"
# All messages of a submission are written in one statement with it; a day is for a clock that is set meanwhile.
_NEAR = 86_400_000 << SEQUENCE_BITS


def is_waiting(submission: str) -> str:
    """Return SQL for: a mail of this submission (the alias of its row) still waits to be sent."""
    near = f"BETWEEN {submission}.id - {_NEAR} AND {submission}.id + {_NEAR}"
    return (
        "EXISTS (SELECT FROM sending_message AS m JOIN sending_queueitem AS q ON q.message = m.id "
        f"WHERE m.message_id = {submission}.message_id AND m.id {near})"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    id: int
    message_id: str
    variables: dict[str, str]
    sensitive: dict[str, str]


_LOCK = f"""
SELECT {selected(_Row, "s")} FROM sending_submission AS s
WHERE s.id = ANY(%s) AND s.sensitive <> '{{}}' ORDER BY s.id FOR NO KEY UPDATE
"""  # noqa: S608
_WAITING = f"SELECT s.id FROM sending_submission AS s WHERE s.id = ANY(%s) AND {is_waiting('s')}"  # noqa: S608
_KEPT = ("variables", "sensitive")
_MASK = f"""
UPDATE sending_submission AS s SET {", ".join(f"{name} = masked.{name}" for name in _KEPT)}
FROM {recordset("masked", {"id": "bigint", **types_of(Submission, _KEPT)})} WHERE s.id = masked.id
"""  # noqa: S608


def hashed(message_id: str, name: str, value: str) -> str:
    """Return the keyed hash of one variable's value in the submission of this id (HMAC-SHA256, RFC 2104)."""
    text = "\0".join((message_id, name, value))
    return hmac.new(keys_for(_PURPOSE)[0], text.encode(), hashlib.sha256).hexdigest()


def masked(message_id: str, variables: Mapping[str, str], sensitive: Collection[str]) -> dict[str, Any]:
    """Return `variables` without the sensitive ones, and those as hashes: the columns of a submission's final state."""
    return {
        "variables": {name: value for name, value in variables.items() if name not in sensitive},
        "sensitive": {name: hashed(message_id, name, variables[name]) for name in sensitive if name in variables},
    }


def shown(variables: Mapping[str, str], sensitive: Iterable[str]) -> dict[str, str]:
    """Return the variables as pages show them: the sensitive ones masked, whether or not their value is still kept."""
    return {**variables, **dict.fromkeys(sensitive, MASK)}


def without_values(text: str, variables: Mapping[str, str], sensitive: Iterable[str]) -> str:
    """Return a text from outside, such as a server's reply, with the sensitive values that it repeats masked.

    In whatever case, and also as they are written in a link (RFC 3986 2.1) or in HTML.
    """
    values = {variables[name] for name in sensitive if len(variables.get(name, "")) >= _MIN_FOUND}
    if not text or not values:
        return text
    written = values | {quote(value, safe="-._~*") for value in values} | {escape(value) for value in values}
    longest_first = "|".join(map(re.escape, sorted(written, key=len, reverse=True)))
    # Only ASCII letters and digits go on with a word: Chinese writes none between "code" and the code.
    return re.sub(rf"(?<![A-Za-z0-9])(?:{longest_first})(?![A-Za-z0-9])", MASK, text, flags=re.IGNORECASE)


def mask_where_final(submissions: Collection[int]) -> int:
    """Mask the sensitive variables of these submissions as far as no mail of theirs waits; return how many that were.

    In the transaction that took mails off the queue. Each submission is locked before the queue is looked at, so that
    of two workers who settle its last mails at once the later one sees that none is left.
    """
    if not submissions:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [sorted(submissions)])
        readable = [row for row in fetch(cursor, _Row) if "" in row.sensitive.values()]
        if not readable:
            return 0
        cursor.execute(_WAITING, [[row.id for row in readable]])
        waiting = {id for (id,) in cursor.fetchall()}
        rows = [
            {"id": row.id, **masked(row.message_id, row.variables, list(row.sensitive))}
            for row in readable
            if row.id not in waiting
        ]
        if rows:
            cursor.execute(_MASK, [as_json(rows)])
    return len(rows)
