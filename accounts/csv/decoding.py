"""The text of an uploaded file, whatever encoding the program wrote it in that made it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

# The longer mark first: that of UTF-16 is its beginning (Unicode 2.13, "Byte Order Mark").
_MARKS = (
    (b"\xef\xbb\xbf", "UTF-8"),
    (b"\xff\xfe\x00\x00", "UTF-32-LE"),
    (b"\x00\x00\xfe\xff", "UTF-32-BE"),
    (b"\xff\xfe", "UTF-16-LE"),
    (b"\xfe\xff", "UTF-16-BE"),
)
# Lists of addresses are ASCII for a good part, which UTF-16 has with a NUL beside it; other text has none at all.
_WIDE_SHARE = 0.3
# So much of a file shows whether it is UTF-16 without a mark.
_SAMPLE = 4096
# Bytes of GB18030 beyond ASCII: pairs, and groups of four.
_GROUPS = re.compile(rb"[\x81-\xfe](?:[\x30-\x39][\x81-\xfe][\x30-\x39]|[\x40-\x7e\x80-\xfe])")
# Of these the first level of GB 2312 (3,755 characters) and its rows of punctuation and full-width signs.
_COMMON = re.compile(rb"[\xa1-\xa3\xb0-\xd7][\xa1-\xfe]")
# Running Chinese text consists of them by more than nine tenths; Western text misread as Chinese hardly at all, since
# an accented letter pairs with the ASCII letter behind it.
_COMMON_SHARE = 0.7


@dataclass(frozen=True)
class Decoded:
    """A file's text, without its byte order mark, and the name of the encoding it was in."""

    text: str
    encoding: str


def decode(content: bytes) -> Decoded:
    """Return the text of a file in UTF-8, UTF-16, UTF-32 or GB18030; else raise ValueError naming the line."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return Decoded(_strict(content[len(mark) :], encoding), encoding)
    unmarked = _wide(content[:_SAMPLE])
    if unmarked:
        return Decoded(_strict(content, unmarked), unmarked)
    try:
        return Decoded(content.decode(), "UTF-8")
    except UnicodeDecodeError as error:
        chinese = _chinese(content)
        if chinese is None:
            raise _not_text(content.count(b"\n", 0, error.start) + 1) from None
        return Decoded(chinese, "GB18030")


def _wide(sample: bytes) -> str:
    """Return in which order of UTF-16 the sample is, by the NULs of its ASCII letters; "" for none."""
    pairs = len(sample) // 2
    for encoding, high, low in (("UTF-16-LE", sample[1::2], sample[::2]), ("UTF-16-BE", sample[::2], sample[1::2])):
        if pairs and high.count(0) > pairs * _WIDE_SHARE > 5 * low.count(0):
            return encoding
    return ""


def _chinese(content: bytes) -> str | None:
    """Return the text of GB18030; None where it is none, or hardly any of its characters is in common use."""
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return None
    groups = _GROUPS.findall(content)
    common = sum(_COMMON.fullmatch(group) is not None for group in groups)
    return text if common >= len(groups) * _COMMON_SHARE else None


def _strict(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].decode(encoding, "replace").count("\n") + 1
        if encoding == "UTF-8":
            raise _not_text(line) from None
        text = _("Line %(line)d is broken: the file is not %(encoding)s throughout. Save it again as “CSV UTF-8”.")
        raise ValueError(text % {"line": line, "encoding": encoding}) from None


def _not_text(line: int) -> ValueError:
    return ValueError(_("Line %(line)d is not UTF-8. Save the file as “CSV UTF-8” and try again.") % {"line": line})
