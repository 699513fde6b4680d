"""The grammar of an SPF record (RFC 7208 4.5, 4.6.1, 5, 6, 7.1 and 12). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

QUALIFIERS = "+-~?"
# Mechanisms that take a domain-spec, and whether they must have one.
_WITH_DOMAIN = {"include": True, "exists": True, "a": False, "mx": False, "ptr": False}
_WITH_LENGTH = frozenset({"a", "mx"})
_ONCE = frozenset({"redirect", "exp"})

_VERSION = re.compile(r"v=spf1(?= |\Z)", re.IGNORECASE)
# c, r and t stand only in the text of an explanation (7.2); a number is never zero (7.3).
MACRO = re.compile(r"%(?:\{([slodiphv])(0*[1-9]\d*)?(r?)([.\-+,/_=]*)\}|([%_-]))", re.IGNORECASE | re.ASCII)
_ANY_MACRO = r"%(?:\{[slodiphvcrt](?:0*[1-9]\d*)?r?[.\-+,/_=]*\}|[%_-])"
_MACRO_STRING = re.compile(rf"(?:{_ANY_MACRO}|[!-$&-~])*", re.IGNORECASE | re.ASCII)
_TOP_LABEL = re.compile(r"(?=[a-z0-9-]*[a-z-])[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", re.IGNORECASE)
_MODIFIER = re.compile(r"([a-z][a-z0-9_.-]*)=(.*)", re.IGNORECASE)
_DIRECTIVE = re.compile(r"([-+~?]?)([a-z][a-z0-9_.-]*)(.*)", re.IGNORECASE)
_LENGTHS = re.compile(r"(?:/(0|[1-9]\d?))?(?://(0|[1-9]\d{0,2}))?\Z", re.ASCII)
_IP4 = re.compile(r":([\d.]+)(?:/(0|[1-9]\d?))?", re.ASCII)
_IP6 = re.compile(r":([0-9a-f:.]+)(?:/(0|[1-9]\d{0,2}))?", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Directive:
    """A mechanism with its qualifier; `domain` is the domain-spec, empty for the domain under evaluation."""

    text: str
    qualifier: str
    mechanism: str
    domain: str = ""
    network: IPv4Network | IPv6Network | None = None
    length4: int = 32
    length6: int = 128

    def names(self, host: str) -> bool:
        """Say whether the domain-spec is `host`, in any letter case, with or without its final dot."""
        return same_host(self.domain, host)


@dataclass(frozen=True)
class Modifier:
    """A modifier, its name in lower case."""

    text: str
    name: str
    value: str


@dataclass(frozen=True)
class SpfRecord:
    """A record's terms in order; `invalid` are those no receiver can read: one makes the whole record a permerror."""

    terms: tuple[Directive | Modifier, ...]
    invalid: tuple[str, ...]

    @property
    def directives(self) -> Iterator[Directive]:
        """Return the directives in order."""
        return (term for term in self.terms if isinstance(term, Directive))

    @property
    def all(self) -> Directive | None:
        """Return the first `all`, after which nothing is evaluated."""
        return next((term for term in self.directives if term.mechanism == "all"), None)

    @property
    def heard(self) -> list[Directive]:
        """Return the directives before the first `all`."""
        directives = list(self.directives)
        return directives[: directives.index(self.all)] if self.all else directives

    def modifier(self, name: str) -> str:
        """Return the value of a modifier, "" when it is not there."""
        found = (term.value for term in self.terms if isinstance(term, Modifier) and term.name == name)
        return next(found, "")

    @property
    def redirect(self) -> str:
        """Return the target of a redirect that has an effect: not beside `all` (6.1)."""
        return "" if self.all else self.modifier("redirect")


def is_spf(text: str) -> bool:
    """Say whether a TXT record is an SPF record: "v=spf1" in any letter case, then a space or nothing (4.5)."""
    return _VERSION.match(text) is not None


def same_host(name: str, other: str) -> bool:
    """Say whether two host names are the same."""
    return name.removesuffix(".").lower() == other.removesuffix(".").lower()


def parse(text: str) -> SpfRecord:
    """Read a record that begins with "v=spf1"."""
    return parse_terms(text[len("v=spf1") :].split(" "))


def parse_terms(texts: list[str]) -> SpfRecord:
    """Read a record's terms; only spaces separate them."""
    terms: list[Directive | Modifier] = []
    invalid: list[str] = []
    for text in filter(None, texts):
        term = parse_term(text)
        repeated = isinstance(term, Modifier) and term.name in _ONCE and term.name in _names(terms)
        if term is None or repeated:
            invalid.append(text)
        else:
            terms.append(term)
    return SpfRecord(tuple(terms), tuple(invalid))


def parse_term(text: str) -> Directive | Modifier | None:
    """Read one term; None when it is none."""
    if modifier := _MODIFIER.fullmatch(text):
        name, value = modifier[1].lower(), modifier[2]
        readable = _is_domain_spec(value) if name in _ONCE else _MACRO_STRING.fullmatch(value)
        return Modifier(text, name, value) if readable else None
    if match := _DIRECTIVE.fullmatch(text):
        return _directive(text, match[1] or "+", match[2].lower(), match[3])
    return None


def _names(terms: list[Directive | Modifier]) -> set[str]:
    return {term.name for term in terms if isinstance(term, Modifier)}


def _directive(text: str, qualifier: str, mechanism: str, rest: str) -> Directive | None:
    if mechanism == "all":
        return None if rest else Directive(text, qualifier, mechanism)
    if mechanism in {"ip4", "ip6"}:
        network = _network(mechanism, rest)
        return Directive(text, qualifier, mechanism, network=network) if network else None
    if mechanism not in _WITH_DOMAIN:
        return None
    length4, length6 = 32, 128
    if mechanism in _WITH_LENGTH and (lengths := _LENGTHS.search(rest)):
        rest = rest[: lengths.start()]
        length4, length6 = int(lengths[1] or 32), int(lengths[2] or 128)
    if length4 > 32 or length6 > 128 or not _is_domain_part(rest, required=_WITH_DOMAIN[mechanism]):
        return None
    return Directive(text, qualifier, mechanism, rest[1:], length4=length4, length6=length6)


def _is_domain_part(rest: str, *, required: bool) -> bool:
    return not required if not rest else rest.startswith(":") and _is_domain_spec(rest[1:])


def _network(mechanism: str, rest: str) -> IPv4Network | IPv6Network | None:
    match = (_IP4 if mechanism == "ip4" else _IP6).fullmatch(rest)
    try:
        if match is None:
            return None
        if mechanism == "ip4":
            return IPv4Network((IPv4Address(match[1]), int(match[2] or 32)), strict=False)
        return IPv6Network((IPv6Address(match[1]), int(match[2] or 128)), strict=False)
    except ValueError:
        return None


def _is_domain_spec(text: str) -> bool:
    """Say whether a text is a macro-string that ends in a top label, with or without final dot, or in a macro."""
    end = 0
    for macro in MACRO.finditer(text):
        if "%" in text[end : macro.start()]:
            return False
        end = macro.end()
    if not text or "%" in text[end:] or _MACRO_STRING.fullmatch(text) is None:
        return False
    if end == len(text):
        return True
    _head, dot, label = text.removesuffix(".").rpartition(".")
    return bool(dot) and _TOP_LABEL.fullmatch(label) is not None
