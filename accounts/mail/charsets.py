"""Text of a mail that came in, by the charset it names (RFC 2045 5.1), or by what its bytes look like (pure)."""

from __future__ import annotations

import codecs
import re

# Programs name a small charset and send a larger one that holds it; browsers read them so (WHATWG Encoding 4.2).
_READ_AS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "iso2022_jp": "iso2022_jp_ext",
    "euc_kr": "cp949",
}
_LABELS = {"x-gbk": "gbk", "ks_c_5601-1987": "euc_kr", "gb_2312-80": "gb2312", "utf8mb4": "utf-8"}
# Python's own transformations, charsets of no mail.
_NO_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"})
# Names that say nothing of the bytes above 127.
_SAYS_NOTHING = frozenset({"", "ascii"})
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
# Two bytes of GB 2312, as nearly all Chinese text of the home market has them.
_CHINESE = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")


def codec(charset: str) -> str | None:
    """Return the name of the codec that reads a charset; "" for one that says nothing; None for one not known."""
    label = charset.strip().lower()
    if label in {"", "unknown-8bit", "8bit", "default", "x-unknown"}:
        return ""
    try:
        found = codecs.lookup(_LABELS.get(label, label))
    except (LookupError, ValueError):
        return None
    name = found.name.replace("-", "_")
    # "zlib" and its like turn bytes into bytes.
    if name in _NO_CHARSETS or not getattr(found, "_is_text_encoding", True):
        return None
    return "" if name in _SAYS_NOTHING else _READ_AS.get(name, name)


def text(data: bytes, charset: str = "") -> str:
    """Return the text, with U+FFFD for what its charset does not have; a charset not known is guessed."""
    name = codec(charset)
    if name:
        try:
            # Chinese servers say UTF-8 of texts that are GB 18030.
            return data.decode(name, "strict" if name == "utf_8" and _is_like_chinese(data) else "replace")
        except ValueError:
            pass
    return _guessed(data)


def _is_like_chinese(data: bytes) -> bool:
    pairs, high = len(_CHINESE.findall(data)), len(_NOT_ASCII.findall(data))
    return pairs > 0 and 2 * pairs + 1 >= 0.9 * high


def _guessed(data: bytes) -> str:
    """Return the text as UTF-8, else GB 18030, else ISO 8859-1; a character cut off at its end may be missing."""
    names = ["utf-8", "gb18030"] if _is_like_chinese(data) else ["utf-8"]
    for name in names:
        try:
            return codecs.getincrementaldecoder(name)().decode(data)
        except ValueError:
            continue
    return data.decode("latin-1")
