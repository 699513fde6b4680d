"""What to enter as DMARC record where the present one cannot stand: never weaker, reports kept. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

from domains import tag_lists
from domains.dmarc.policy import REQUESTS, Policy, reporting_uris, request_of

_QUOTES = re.compile(r"[\"'\\“”‘’]+")
_VERSION = re.compile(r"\bDMARC1\b[\s:.,]*", re.IGNORECASE)
_NAMES = "(v|p|sp|np|rua|ruf|adkim|aspf|fo|psd|t|pct|rf|ri)"
# A tag that a forgotten semicolon left inside the value before it, and one whose = is a colon or a blank.
_FORGOTTEN = re.compile(rf"[\s,]+(?={_NAMES}\s*[=:])", re.IGNORECASE)
_OTHER_SIGN = re.compile(rf"(?:(?<=;)|\A)\s*{_NAMES}(?:\s*:|\s(?!\s*=))", re.IGNORECASE)
_REQUEST_TAGS = frozenset({"p", "sp", "np"})
_URI_TAGS = frozenset({"rua", "ruf"})
_STRICT_TAGS = frozenset({"adkim", "aspf"})


def merged(texts: Iterable[str], floor: str = REQUESTS[0]) -> str:
    """Return one record that says what `texts` say, well or badly written, the strictest policy of all and of `floor`.

    Addresses of reports are united; of every other tag the first stands.
    """
    texts = list(texts)
    tags: dict[str, list[str]] = {}
    for text in texts:
        for name, value in tag_lists.pairs(_tidied(text)):
            tags.setdefault(name, []).append(value)
    kept = {name: text for name, values in tags.items() if (text := _united(name, values, len(texts)))}
    kept.pop("v", None)
    p = _strictest([kept.pop("p", ""), floor])
    return "; ".join(["v=DMARC1", f"p={p}", *(f"{name}={value}" for name, value in kept.items())])


def carried_over(policy: Policy) -> str:
    """Return a record for a domain below the policy's that asks for what applies to it now."""
    passed_on = ("adkim", "aspf", "rua", "ruf", "fo", "t")
    tags = (f"{name}={policy.tags[name]}" for name in passed_on if name in policy.tags)
    return "; ".join(["v=DMARC1", f"p={policy.request(inherited=True)}", *tags])


def _tidied(text: str) -> str:
    """Return a record with the signs of its tags where they belong, those of full width as the plain ones."""
    text = _QUOTES.sub(" ", unicodedata.normalize("NFKC", text))
    return _OTHER_SIGN.sub(r"\1=", _FORGOTTEN.sub(";", _VERSION.sub("DMARC1;", text)))


def _united(name: str, values: list[str], records: int) -> str:
    if not re.fullmatch("[a-z]+", name):
        return ""
    if name in _REQUEST_TAGS:
        return _strictest(values)
    if name in _URI_TAGS:
        return ",".join(dict.fromkeys(uri for value in values for uri in reporting_uris(value)))
    if name in _STRICT_TAGS:
        return "s" if "s" in values else values[0]
    # Test mode weakens, so all have to ask for it.
    return "" if name == "t" and len(values) < records else values[0]


def _strictest(values: list[str]) -> str:
    """Return the strictest policy, one with a typing error read as what it is meant for; "" when there is none."""
    meant = [request_of(value) or "".join(get_close_matches(value.lower(), REQUESTS, 1, 0.6)) for value in values]
    return max((value for value in meant if value), key=REQUESTS.index, default="")
