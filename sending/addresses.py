"""Mail addresses as senders write them (pure): one reading, one spelling, errors that say what to mend."""

from __future__ import annotations

import re
from dataclasses import dataclass

from domains.names import host_name
from sending.acceptance import extra_headers

LOCAL_MAX = 64
ADDRESS_MAX = 254
ALIAS_MAX = 100

# A dot-string of RFC 5321, and the dots that real mailboxes have at odd places ("a..b@", "a.@").
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+")
_ALIASED = re.compile(r"(?P<alias>.*) <(?P<address>[^<>]*)>", re.DOTALL)


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
    def text(self) -> str:
        """Return the mailbox in its one spelling, the alias quoted: no comma in it looks like a second address."""
        if not self.alias:
            return self.address
        alias = self.alias.replace("\\", "\\\\")
        return f'"{alias}" <{self.address}>'


def parse(text: str) -> Mailbox:
    """Return the mailbox in "addr" or "Alias <addr>"; raise ValueError saying what to mend."""
    extra_headers.check(text, "The address")
    aliased = _ALIASED.fullmatch(text)
    if aliased:
        return _read(aliased["address"], _alias(aliased["alias"]))
    if "<" in text or ">" in text:
        raise ValueError("Write the address alone, or as Alias <address> with one space before the <.")
    return _read(text)


def parse_bare(text: str) -> Mailbox:
    """Return the mailbox in "addr", which must stand alone; raise ValueError saying what to mend."""
    extra_headers.check(text, "The address")
    return _read(text)


def _alias(text: str) -> str:
    alias = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
    if not alias.strip():
        raise ValueError("The alias before the < is empty. Write the address alone instead.")
    if alias != alias.strip():
        raise ValueError("Put one space between alias and <, and none before the alias.")
    if set(':<>"') & set(alias):
        raise ValueError("The alias may not hold a colon, < or >, or a quotation mark.")
    if len(alias) > ALIAS_MAX:
        raise ValueError(f"The alias has {len(alias)} characters; {ALIAS_MAX} are allowed.")
    return alias


def _read(text: str, alias: str = "") -> Mailbox:
    local, at, name = text.rpartition("@")
    if not at or not local or not name:
        raise ValueError("An address needs a name, an @ and a domain, as in ann@example.com.")
    if len(text) > ADDRESS_MAX:
        raise ValueError(f"The address has {len(text):,} characters; {ADDRESS_MAX} are allowed.")
    if not local.isascii():
        raise ValueError("Letters outside ASCII before the @ (SMTPUTF8) are not supported.")
    if not _LOCAL.fullmatch(local):
        raise ValueError("The part before the @ has a blank, a quotation mark or another character not allowed there.")
    if len(local) > LOCAL_MAX:
        raise ValueError(f"The part before the @ has {len(local)} characters; {LOCAL_MAX} are allowed.")
    if name[-1] == "." or name != name.strip():
        raise ValueError("The domain after the @ ends in a dot or has blanks around it.")
    domain = host_name(name)
    if len(local) + 1 + len(domain) > ADDRESS_MAX:
        raise ValueError(f"The address has more than {ADDRESS_MAX} characters in its encoded form.")
    return Mailbox(local, domain, alias)
