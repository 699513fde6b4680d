import logging
import sys

from hypothesis import given
from hypothesis import strategies as st

from config.logs import OneLineFormatter

FORMAT = OneLineFormatter("%(levelname)s %(message)s")


def line(message: str, **fields) -> str:
    return FORMAT.format(logging.LogRecord("ses", logging.INFO, __file__, 1, message, None, fields.get("exc_info")))


@given(st.text())
def test_a_record_is_one_line_without_control_characters(text):
    written = line(text.replace("%", "%%"))
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u2028\u2029" for c in written)


def test_an_escape_sequence_shows_as_text():
    assert line("HELO \x1b[2J\r\nINFO all is well") == "INFO HELO \\x1b[2J\\r\\nINFO all is well"


def test_a_traceback_stays_on_the_line():
    try:
        raise ValueError("no")
    except ValueError:
        assert "\n" not in line("failed", exc_info=sys.exc_info())
