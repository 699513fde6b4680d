"""Log lines that cannot be forged: one record, one line, no control characters."""

from __future__ import annotations

import logging
import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class OneLineFormatter(logging.Formatter):
    """Formats a record on one line; control characters show as escapes, a traceback as `\\n`."""

    def format(self, record: logging.LogRecord) -> str:
        return _CONTROL.sub(lambda m: m.group().encode("unicode_escape").decode(), super().format(record))
