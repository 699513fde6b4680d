"""Mail addresses: the one reading for every way in, and the one spelling to compare by (RFC 5321 4.1.2, 4.5.3.1). Pure.

An address is a local part in ASCII and a domain name. Quoted local parts, comments, IP addresses in brackets and
letters outside ASCII before the @ (RFC 6531) are refused; docs/decisions/0012 says why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.mail.host_names import host_name
from accounts.mail.text import TooLong, check_line, check_name, storable

MAX_LOCAL = 64
MAX_ADDRESS = 254
MAX_ALIAS = 100

# A dot-string, and the dots that real mailboxes have at odd places ("a..b@", "a.@").
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+")
_ALIASED = re.compile(r"(?P<alias>.*) <(?P<address>[^<>]*)>", re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True, order=True, init=False)
class AddressKey:
    """The one spelling of an address that blocks, limits, log-ins and searches go by: whole and in lower case.

    Only `Mailbox.key`, `key_of` and `key_or_text` make one, so where a key is asked for, no other spelling can be
    given. Different mailboxes keep different keys: neither "+tag" nor dots before the @ are folded, since only the
    receiver knows whether they mean the same (RFC 5321 2.3.11).
    """

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address with its domain in lower-case A-labels, and the alias before it ("" for none)."""

    local: str
    domain: str
    alias: str = ""

    @property
    def address(self) -> str:
        """Return local part and domain, as mail servers take them."""
        return f"{self.local}@{self.domain}"

    @property
    def key(self) -> AddressKey:
        """Return the spelling to compare by: receivers tell no letter case apart."""
        return _key(self.address.lower())

    @property
    def text(self) -> str:
        """Return the mailbox in its one spelling, the alias quoted: no comma in it looks like a second address."""
        if not self.alias:
            return self.address
        alias = self.alias.replace("\\", "\\\\")
        return f'"{alias}" <{self.address}>'


def parse(text: str) -> Mailbox:
    """Return the mailbox in "addr" or "Alias <addr>"; raise ValueError saying what to fix."""
    check_line(text, _("The address"))
    aliased = _ALIASED.fullmatch(text)
    if aliased:
        return _read(aliased["address"], _alias(aliased["alias"]))
    if "<" in text or ">" in text:
        raise ValueError(_("Write the address alone, or as Alias <address> with one space before the <."))
    return _read(text)


def parse_bare(text: str) -> Mailbox:
    """Return the mailbox in "addr", which must stand alone; raise ValueError saying what to fix."""
    check_line(text, _("The address"))
    return _read(text)


def key_of(text: str) -> AddressKey:
    """Return the key of "addr"; raise ValueError saying what to fix."""
    return parse_bare(text).key


def key_or_text(text: str) -> AddressKey:
    """Return the key of an address; of a text that is none, that of the text trimmed and in lower case.

    For searches by a part of an address, and for addresses that were taken once and would be refused today. A domain
    in the letters of its language is spelled as in a key, also alone.
    """
    try:
        return key_of(text)
    except ValueError:
        local, at, domain = storable(text).strip().lower().rpartition("@")
        return _key(f"{local}{at}{_spelled(domain)}"[:MAX_ADDRESS])


def require_key(key: AddressKey) -> None:
    """Raise TypeError unless it is a key: a raw spelling would find nothing, and nobody would notice."""
    if not isinstance(key, AddressKey):
        raise TypeError(f"an AddressKey is needed here, not {type(key).__name__}")


def split(address: str) -> tuple[str, str]:
    """Return local part and domain of an envelope's or a stored address as they are, without checking them."""
    local, _at, domain = address.rpartition("@")
    return local, domain


def _key(text: str) -> AddressKey:
    key = object.__new__(AddressKey)
    object.__setattr__(key, "text", text)
    return key


def _spelled(domain: str) -> str:
    """Return a domain in A-labels; a text that is none, or in ASCII and so perhaps a part of one, as it is."""
    try:
        return domain if domain.isascii() else host_name(domain)
    except ValueError:
        return domain


def _alias(text: str) -> str:
    alias = text
    if len(text) > 1 and text[0] == text[-1] == '"':
        alias = _QUOTED_PAIR.sub(r"\1", text[1:-1])
    check_name(alias, _("The alias"))
    if not alias.strip():
        raise ValueError(_("The alias before the < is empty. Write the address alone instead."))
    if alias != alias.strip():
        raise ValueError(_("Put one space between alias and <, and none before the alias."))
    if set(':<>"') & set(alias):
        raise ValueError(_('An alias cannot contain ":", "<", ">" or a quotation mark.'))
    if len(alias) > MAX_ALIAS:
        raise ValueError(
            _("The alias has %(length)d characters; %(most)d are allowed.") % {"length": len(alias), "most": MAX_ALIAS}
        )
    return alias


def _read(text: str, alias: str = "") -> Mailbox:
    text = text.strip()
    local, _at, name = text.rpartition("@")
    if not local or not name:
        raise ValueError(_("An address needs a name, an @ and a domain, as in ann@example.com."))
    if len(text) > MAX_ADDRESS:
        raise TooLong(
            _("The address has %(length)d characters; %(most)d are allowed.")
            % {"length": len(text), "most": MAX_ADDRESS}
        )
    if len(local) > MAX_LOCAL:
        raise TooLong(
            _("The part before the @ has %(length)d characters; %(most)d are allowed.")
            % {"length": len(local), "most": MAX_LOCAL}
        )
    if not local.isascii():
        raise ValueError(_("Letters outside ASCII before the @ (SMTPUTF8) are not supported."))
    if not _LOCAL.fullmatch(local):
        raise ValueError(
            _("The part before the @ has a space, a quotation mark or another character that is not allowed there.")
        )
    if name.startswith("["):
        raise ValueError(_("An IP address after the @ is not supported. Use a domain name."))
    if name != name.strip():
        raise ValueError(_("There is a space after the @. Remove it."))
    domain = host_name(name)
    if len(local) + 1 + len(domain) > MAX_ADDRESS:
        raise TooLong(_("The address has more than %(most)d characters in its encoded form.") % {"most": MAX_ADDRESS})
    return Mailbox(local, domain, alias)
