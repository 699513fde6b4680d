r"""Which text a spreadsheet takes for a formula, the apostrophe that keeps it from that, and its removal. Pure.

The rule is that of OWASP ("CSV Injection") and ASVS 1.2.10: no cell begins with = + - @, a tab, a line break or NUL,
nor with a full-width or other form of the four signs, which spreadsheets of East Asian locales read as the sign itself
(forms by compatibility, Unicode NFKC), nor with the minus sign U+2212 of several European locales. White space,
quotation marks and invisible characters before the sign change nothing: some programs drop them. A spreadsheet whose
locale parts columns by semicolons or tabs ends a cell within ours, and does not see our quotation marks, so what
follows ; TAB CR LF inside a cell counts as the beginning of one too. A comma does not: it is our own delimiter, and
whoever parts by commas reads the quotation marks around a cell that has one.

The apostrophe stands before what would be skipped, and belongs itself to what is skipped. So every text has its own
guarded form, and `unguarded` gives exactly the text that was written.
"""

from __future__ import annotations

import re

# In a notation that Python's and PostgreSQL's regular expressions share.
_SIGNS = r"=+@\u002d\u207a-\u207c\u208a-\u208c\u2212\u2a75\u2a76\ufb29\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20"
_ENDS = r";\t\r\n"
# White space, controls, quotation marks, and what is on a page but unseen.
_SKIPPED = (
    r"\u0001-\u0008\u000b\u000c\u000e-\u0020\u0022\u0027\u0060\u007f-\u00a0\u00ab\u00ad\u00b4\u00bb\u034f\u061c\u115f"
    r"\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2018-\u201f\u2028-\u202f\u2039\u203a\u205f-\u206f\u3000\u300c-\u300f"
    r"\u3164\ufe00-\ufe0f\ufeff\uff02\uff07\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
)
# Where an apostrophe is put: at the beginning of what some spreadsheet takes for a cell.
PLACE = rf"(?:^|(?<=[{_ENDS}]))(?=[{_SKIPPED}]*[{_SIGNS}])|^(?=[{_SKIPPED}]*[\t\r\n])"
# The same without looking around, for a first look that costs little.
NEEDED = rf"(?:^|[{_ENDS}])[{_SKIPPED}]*[{_SIGNS}]|^[{_SKIPPED}]*[\t\r\n]"

_NUL = r"\u0000"
_PLACE = re.compile(
    rf"(?:^|(?<=[{_ENDS}]))(?=[{_NUL}{_SKIPPED}]*[{_SIGNS}])|^(?=[{_SKIPPED}]*[\t\r\n{_NUL}])",
)
_PUT = re.compile(
    rf"(?:^|(?<=[{_ENDS}]))'(?=[{_NUL}{_SKIPPED}]*[{_SIGNS}])|^'(?=[{_SKIPPED}]*[\t\r\n{_NUL}])",
)


def guarded(text: str) -> str:
    """Return a cell that no spreadsheet runs, whatever its locale: an apostrophe before what looks like a formula."""
    return _PLACE.sub("'", text)


def unguarded(cell: str) -> str:
    """Return the text of which `guarded` made `cell`; a cell that nobody guarded as it is."""
    return _PUT.sub("", cell) if "'" in cell else cell
