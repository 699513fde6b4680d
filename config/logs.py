"""Log lines that cannot be forged: one record, one line, no control characters; a stranger's mistake is one record."""

from __future__ import annotations

import logging
from weakref import WeakSet

from django.http import HttpRequest

from accounts.mail.text import NOT_IN_LINE


class OneLineFormatter(logging.Formatter):
    """Formats a record on one line; control characters show as escapes, a traceback as `\\n`."""

    def format(self, record: logging.LogRecord) -> str:
        return NOT_IN_LINE.sub(lambda m: m.group().encode("unicode_escape").decode(), super().format(record))


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
