"""The grammar of a DMARC policy record, and what it asks for (RFC 9989 4.7, 4.8 and 4.10.1). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

# From the weakest.
REQUESTS = ("none", "quarantine", "reject")

_BLANKS = " \t"
# "v" is an ABNF literal, so in any case; its value is not. A blank before it is not in the grammar.
_VERSION = re.compile(r"[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|\Z)")
_TAG = re.compile(r"([a-z]+)[ \t]*=[ \t]*([ -:<-~]+)")
_SIZE = re.compile(r"!\d+[kmgt]?\Z", re.IGNORECASE)
_MAILTO = re.compile(r"mailto:[^@\s]+@[^@\s]+\Z", re.IGNORECASE)
_URI = re.compile(r"(?!mailto:)[a-z][a-z0-9+.-]*:\S+\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Policy:
    """A policy record: its text, its tags in order, and the names that stand twice."""

    text: str
    tags: dict[str, str]
    twice: frozenset[str]

    @property
    def psd(self) -> str:
        """Return "y" for a public suffix, "n" for an organizational domain, else "u"."""
        psd = self.tags.get("psd", "u").lower()
        return psd if psd in {"y", "n"} else "u"

    @property
    def uris(self) -> list[str]:
        """Return the addresses of aggregate reports that are such."""
        return reporting_uris(self.tags.get("rua", ""))

    @property
    def applies(self) -> bool:
        """Say whether receivers act on it: a bad policy tag leaves p=none where reports are asked for, else nothing."""
        asked = [self.tags.get("p", ""), *(self.tags[name] for name in ("sp", "np") if name in self.tags)]
        return all(request_of(text) for text in asked) or bool(self.uris)

    def request(self, *, inherited: bool = False) -> str:
        """Return the policy for the record's own domain, or for an existing one below it."""
        p, sp = self.tags.get("p", ""), self.tags.get("sp")
        asked = [p, *(self.tags[name] for name in ("sp", "np") if name in self.tags)]
        if not all(request_of(text) for text in asked):
            return REQUESTS[0]
        return request_of(sp if inherited and sp is not None else p)


def request_of(text: str) -> str:
    """Return a policy in lower case; "" for what is none."""
    return text.lower() if text.lower() in REQUESTS else ""


def reporting_uris(text: str) -> list[str]:
    """Return the addresses in a list that reports can be sent to, as they are written."""
    uris = [part.strip(_BLANKS) for part in text.split(",")]
    return [uri for uri in uris if any(form.match(_SIZE.sub("", uri)) for form in (_MAILTO, _URI))]


def parse(text: str) -> Policy | None:
    """Read a record; None for what receivers discard. Unknown tags and what is no tag are passed over."""
    version = _VERSION.match(text)
    if version is None:
        return None
    tags: dict[str, str] = {"v": "DMARC1"}
    twice = set()
    for part in text[version.end() :].split(";"):
        if tag := _TAG.fullmatch(part.strip(_BLANKS)):
            if tag[1] in tags:
                twice.add(tag[1])
            tags.setdefault(tag[1], tag[2].strip(_BLANKS))
    return Policy(text, tags, frozenset(twice))
