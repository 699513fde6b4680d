"""Which files may be attached: names by an allow list (pure)."""

from __future__ import annotations

import unicodedata

from django.utils.translation import gettext

from accounts.mail.text import check_line

ALLOWED = frozenset(
    {
        "xlsx",
        "xls",
        "ods",
        "docx",
        "docm",
        "doc",
        "csv",
        "pdf",
        "txt",
        "gif",
        "jpg",
        "jpeg",
        "png",
        "tif",
        "tiff",
        "rtf",
        "bmp",
        "cgm",
        "css",
        "shtml",
        "html",
        "htm",
        "zip",
        "xml",
        "ppt",
        "pptx",
        "tar",
        "ez",
        "ics",
        "mobi",
        "msg",
        "pub",
        "eps",
        "odt",
        "mp3",
        "m4a",
    }
)
MAX_NAME = 255
_MARKS = frozenset(' ?\\*|"<>:/')


def check_name(name: str) -> None:
    """Raise ValueError, saying why, unless a file of this name may be attached; contents are never opened.

    A name is judged as a reader's system may understand it: in any letter case, with look-alike letters folded, and
    without the invisible characters and final dots that hide an extension.
    """
    check_line(name, gettext("The file name"))
    if not name or len(name) > MAX_NAME or len(name.encode()) > 4 * MAX_NAME:
        raise ValueError(gettext("A file name has 1 to %(limit)d characters.") % {"limit": MAX_NAME})
    plain = unicodedata.normalize("NFKC", name)
    if _MARKS & set(plain) or any(unicodedata.category(character) in {"Zs", "Cf"} for character in plain):
        raise ValueError(
            gettext(
                '“%(name)s” contains a space, an invisible character or one of ? \\ * | " < > : /. Rename the file.'
            )
            % {"name": name}
        )
    stem, dot, extension = plain.rpartition(".")
    if not dot or not stem.strip("."):
        raise ValueError(gettext("“%(name)s” needs a name and an extension, as in report.pdf.") % {"name": name})
    if extension.lower() not in ALLOWED:
        raise ValueError(
            gettext("Files of type .%(extension)s cannot be sent. Pack the file as .zip, or send a link to it.")
            % {"extension": extension}
        )
