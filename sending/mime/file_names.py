"""The name of an attached file, written so that every mail program reads it. Pure.

RFC 2231 has the one right way, `filename*=`, and large programs do not know it: QQ Mail and Outlook read the `name=` of
Content-Type, and there encoded words (RFC 2047), which no RFC allows. Those that know RFC 2231 read `filename*=`
first. So a name is written both ways, and never in the numbered pieces of RFC 2231 3 while it fits into a line.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from sending.mime.header_fields import FOLD_AT, MAX_LINE, clean, encoded_words

# What stands between quotes as it is. A backslash is left to the encodings: many programs do not read `\"` back.
_PLAIN = re.compile(r"(?!.*=\?)[!#-\[\]-~](?:[ !#-\[\]-~]*[!#-\[\]-~])?")
# Beside it on its line stands at most `filename*99*=` with a tab before and a semicolon behind.
_ROOM = MAX_LINE - 16
# Never ends within an escape.
_PIECE = re.compile(rf"(?:%..|[^%]){{1,{_ROOM // 3}}}")


def name_parameter(value: str) -> bytes:
    """Return `; name=` of a Content-Type, on a line of its own."""
    value = clean("filename", value)
    if _is_plain(value):
        return f';\r\n\tname="{value}"'.encode("ascii")
    return b';\r\n\tname="%s"' % encoded_words(value, FOLD_AT - len('\tname=""'))


def filename_parameter(value: str) -> bytes:
    """Return `; filename=` of a Content-Disposition, on a line of its own, or `filename*=` (RFC 2231 4)."""
    value = clean("filename", value)
    if _is_plain(value):
        return f';\r\n\tfilename="{value}"'.encode("ascii")
    extended = f"utf-8''{quote(value, safe='')}"
    if len(extended) <= _ROOM:
        return f";\r\n\tfilename*={extended}".encode("ascii")
    pieces = _PIECE.findall(extended)
    return "".join(f";\r\n\tfilename*{number}*={piece}" for number, piece in enumerate(pieces)).encode("ascii")


def _is_plain(value: str) -> bool:
    return len(value) <= _ROOM and _PLAIN.fullmatch(value) is not None
