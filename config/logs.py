"""Log lines that cannot be forged: one record, one line, no control characters."""

from __future__ import annotations

import logging

from accounts.mail.text import NOT_IN_LINE


class OneLineFormatter(logging.Formatter):
    """Formats a record on one line; control characters show as escapes, a traceback as `\\n`."""

    def format(self, record: logging.LogRecord) -> str:
        return NOT_IN_LINE.sub(lambda m: m.group().encode("unicode_escape").decode(), super().format(record))
