"""What a record that breaks the grammar of SPF is meant to say, so that the advice on it keeps every sender. Pure.

Only what no receiver can read is touched, and only where its meaning is beyond doubt: a comma, a semicolon or a
quotation mark beside a term, a blank within one or a missing one before `all`, a dash of typography, an address behind
another mechanism than its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from domains.spf.grammar import Directive, Modifier, SpfRecord, parse_term, parse_terms

_QUOTES = re.compile(r"[\"'`\\“”‘’]+")
_DASHES = re.compile(r"[\u2010-\u2015\u2212\ufe63\uff0d]")
_TILDES = re.compile(r"[\u02dc\u223c\u301c\uff5e]")
_WORDS = re.compile(r"[\s;,]+")
_VERSION = re.compile(r"(?:v\s*=\s*)?\bspf1\b:?|v\s*=\s*spf1", re.IGNORECASE)
_GLUED = re.compile(r"(.+?)\.?([-+~?]all)", re.IGNORECASE)
# A term with a blank in it; a sign alone belongs to nothing but `all`: before another term it might refuse a sender.
_PARTED = re.compile(r"[-+~?] all|(?:[-+~?]?(?:include|exists|a|mx|ptr|ip4|ip6):|redirect=) \S+", re.IGNORECASE)
# An address behind another name than its own, or without any.
_ADDRESS = re.compile(
    r"([-+~?]?)(?:(?:ip|ipv4|ipv6|ip4|ip6|a|mx|include):)?([0-9a-f.:]*[.:][0-9a-f.:]+(?:/\d+)?)", re.IGNORECASE
)


def recovered(text: str) -> SpfRecord | None:
    """Return what a text that is meant as an SPF record and is none says; None when nothing in it is a term."""
    text = _VERSION.sub(" ", _plain(text), count=1)
    record = parse_terms(list(_mended(_WORDS.split(text))))
    return record if record.terms else None


def repaired(text: str) -> SpfRecord:
    """Read an SPF record as it is meant; what cannot be made out is among the `invalid`."""
    words = [word for term in _terms(text) for word in ([term] if parse_term(term) else _WORDS.split(_plain(term)))]
    return parse_terms(list(_mended(words)))


def is_glued(text: str) -> bool:
    """Say whether a space before `all` is all that a record lacks."""
    terms = [part for term in _terms(text) for part in _unglued(term)]
    return len(terms) > len(_terms(text)) and not parse_terms(terms).invalid


def _terms(text: str) -> list[str]:
    return [term for term in text[len("v=spf1") :].split(" ") if term]


def _plain(text: str) -> str:
    return _QUOTES.sub(" ", _TILDES.sub("~", _DASHES.sub("-", text)))


def _mended(words: Iterable[str]) -> Iterator[str]:
    """Yield terms, each made of one word, of a part of one or of two."""
    left = [word for word in reversed(list(words)) if word]
    while left:
        word = left.pop()
        if left and _PARTED.fullmatch(f"{word} {left[-1]}") and parse_term(word + left[-1]):
            left.append(word + left.pop())
            continue
        for part in _unglued(word):
            yield part if parse_term(part) else _corrected(part)


def _unglued(word: str) -> list[str]:
    """Return a term and the `all` that follows it without a space; no top-level domain ends in "-all"."""
    glued = _GLUED.fullmatch(word)
    if glued is None or isinstance(parse_term(word), Modifier) or not isinstance(parse_term(glued[1]), Directive):
        return [word]
    return [glued[1], glued[2]]


def _corrected(word: str) -> str:
    """Return a word as the term it must be meant for; any other one as it is."""
    address = _ADDRESS.fullmatch(word)
    meant = [f"{address[1]}{name}:{address[2]}" for name in ("ip4", "ip6")] if address else []
    return next((term for term in [word.rstrip("."), *meant] if parse_term(term)), word)
