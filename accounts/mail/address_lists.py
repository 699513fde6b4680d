"""Lists of addresses as people type and paste them: what stands between them, and where each one stood. Pure.

Commas separate, as in a header field (RFC 5322 3.4), semicolons as in mail programs, their full-width forms, tabs and
new lines as in columns of a sheet. Inside quotation marks nothing separates (RFC 5322 3.2.4), and where semicolons do,
a comma may stand in the name before "<", as Outlook writes "Bee, Ann <ann@example.com>". Empty places are passed over
(RFC 5322 4.4). A name before an address is read and left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from accounts.mail.addresses import AddressKey, Mailbox, key_or_text, parse_bare
from accounts.mail.text import shown

# Of a text that is no address, so much is repeated in the refusal.
MAX_SHOWN = 60

_LINE_END = re.compile(r"\r\n|\r|\n")
_QUOTED = r'"(?:[^"\\]|\\.)*(?:"|\\?$)'
_SEMICOLONS = ";；"
_SEPARATORS = ",，、\t"
_NAMED = re.compile(r'\s*(?P<name>(?:"(?:[^"\\]|\\.)*"|[^"<>])*)<(?P<address>[^<>]*)>\s*')


@dataclass(frozen=True, slots=True)
class ListedAddress:
    """An address and the number of the line it stands on, from 1."""

    mailbox: Mailbox
    line: int


@dataclass(frozen=True, slots=True)
class ListFault:
    """A text that is no address, the number of its line, and what to fix."""

    text: str
    line: int
    error: str

    def __str__(self) -> str:
        text = shown(self.text)
        short = text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"
        return _("Line %(line)d, “%(text)s”: %(error)s") % {"line": self.line, "text": short, "error": self.error}


@dataclass
class AddressList:
    """The distinct addresses in their order, those that came again, and what is no address."""

    addresses: list[ListedAddress] = field(default_factory=list)
    repeated: list[ListedAddress] = field(default_factory=list)
    faults: list[ListFault] = field(default_factory=list)


def read_list(text: str) -> AddressList:
    """Return what stands in a list; nothing of it is lost, every text is an address, a repeated one or a fault."""
    found, seen = AddressList(), set[AddressKey]()
    for number, line in enumerate(_LINE_END.split(text), start=1):
        entries = list(_entries(line))
        for entry, following in zip(entries, [*entries, ""][1:], strict=True):
            try:
                mailbox = _read(entry, following)
            except ValueError as fault:
                found.faults.append(ListFault(entry, number, str(fault)))
                continue
            again = mailbox.key in seen
            (found.repeated if again else found.addresses).append(ListedAddress(mailbox, number))
            seen.add(mailbox.key)
    return found


def _entries(line: str) -> Iterator[str]:
    """Yield what stands between the separators of a line, without the empty places."""
    parts = [part for part in _split(line, _SEMICOLONS) if part.strip()]
    for part in parts:
        named = _NAMED.fullmatch(part)
        if len(parts) > 1 and named and "@" not in named["name"]:
            yield part.strip(" ")
        else:
            yield from (entry.strip(" ") for entry in _split(part, _SEPARATORS) if entry.strip())


def _split(text: str, separators: str) -> list[str]:
    """Split at any of the separators that is outside quotation marks."""
    parts = [""]
    for piece in re.findall(rf'{_QUOTED}|[{separators}]|[^"{separators}]+', text, re.DOTALL):
        if piece in separators:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _read(entry: str, following: str) -> Mailbox:
    """Return the mailbox of an entry; raise ValueError saying what to fix."""
    if len(re.findall(r'(?<!\\)"', entry)) % 2:
        raise ValueError(_("A quotation mark is not closed."))
    named = _NAMED.fullmatch(entry)
    if named:
        mailbox = parse_bare(named["address"].strip())
        name = named["name"].strip()
        if "@" in name and not name.startswith('"') and key_or_text(name.strip("'")) != mailbox.key:
            raise ValueError(_("Two addresses stand here. Separate them by a comma."))
        return mailbox
    if entry.count("@") > 1 and re.search(r"\s", entry):
        raise ValueError(_("Two addresses stand here. Separate them by a comma."))
    if "<" in entry or ">" in entry:
        raise ValueError(_("Write the address alone, or as Ann <ann@example.com>."))
    if "@" not in entry and "<" in following:
        raise ValueError(_("This is no address. A name with a comma belongs in quotation marks."))
    return parse_bare(entry)
