"""The text of a reply as the table of rules wants it: pure."""

from __future__ import annotations

import re

from sending.smtp.codes import leading_code

# Addresses, quoted or not: their own words ("<spam@…>") say nothing.
_ADDRESS = re.compile(
    r"<[^<>\s]*@[^<>\s]*>|\[[^\[\]\s]*@[^\[\]\s]*\]|\"[^\"\s]*\"@[a-z0-9.-]+|[a-z0-9!#$%&'*+/=?^_{|}~.-]+@[a-z0-9.-]+"
)
# How those who report introduce what another host said; its name is not a word of the reply.
_REPORTER = re.compile(
    r"\bhost \S+ ?(\[[^\]]*\])?( said)?:|\bremote (mail )?server\b|\bx-?postfix;|\b(smtp|dns|x-unix);"
)
_QUOTES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u00b4": "'", "`": "'"})


def readable(text: str) -> str:
    """Return a reply's text as the rules want it: one line of lower case, "@" for each address."""
    lowered = " ".join(text.lower().translate(_QUOTES).split())
    return " ".join(_REPORTER.sub(" ", _ADDRESS.sub("@", lowered)).split())


def own_words(text: str, code: int) -> str:
    """Return what a report quotes after a reply's code, without the codes of its other lines (RFC 5321 4.2.1)."""
    text = re.sub(rf"^[\s:-]*{code}(?=[ -])", "", text)
    if re.match(r"-(?! )", text):
        # The first of several lines; the next one without a hyphen ends them.
        text = re.sub(rf"(?<=\s){code}-", "", re.sub(rf"(?<=\s){code} ", "", text, count=1))
    enhanced = leading_code(text)
    again = rf"(?<=\s){code}-" + (rf"|(?<=\s){code} (?={re.escape(enhanced)}(?!\S))" if enhanced else "")
    return re.sub(again, "", text)
