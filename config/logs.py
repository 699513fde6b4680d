"""Log lines that cannot be forged: one record, one line, no control characters; a stranger's mistake is one record.

And that give nothing away: no token of an email's links, which lead where the email led, and nothing of a row that
the database would not take, which PostgreSQL quotes in its errors.
"""

from __future__ import annotations

import logging
import re
from weakref import WeakSet

from django.http import HttpRequest

from accounts.mail.text import NOT_IN_LINE
from accounts.tokens import without_tokens

# To the end of the exception that quotes it: a value may hold whatever marks the end of a row.
_ROW = re.compile(
    r"(Failing row contains |JSON data, line \d+: |Key \([^\n=]*\)=).*?(?=\n\n(?:The above|During handling)|\Z)",
    re.DOTALL,
)


class OneLineFormatter(logging.Formatter):
    """Formats a record on one line; control characters show as escapes, a traceback as `\\n`."""

    def format(self, record: logging.LogRecord) -> str:
        text = _ROW.sub(r"\1…", without_tokens(super().format(record)))
        return NOT_IN_LINE.sub(lambda m: m.group().encode("unicode_escape").decode(), text)


class RefusedRequestFilter(logging.Filter):
    """Leaves one line without a traceback of a request that Django refuses: that is no fault of the code."""

    def __init__(self) -> None:
        super().__init__()
        self._logged: WeakSet[HttpRequest] = WeakSet()

    def filter(self, record: logging.LogRecord) -> bool:
        """Take the traceback away; drop the record of a request whose reason is logged already."""
        request = getattr(record, "request", None)
        if record.name.startswith("django.security."):
            record.exc_info = None
            if request is not None:
                self._logged.add(request)
        elif record.name == "django.request" and getattr(record, "status_code", 500) < 500:
            record.exc_info = None
            return request not in self._logged
        return True
