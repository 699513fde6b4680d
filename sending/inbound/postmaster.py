"""Mail to the postmaster of our own domains: taken and kept, never answered (RFC 5321 4.5.1)."""

from __future__ import annotations

import re
from ipaddress import ip_address

from django.conf import settings

from accounts.mail.addresses import split
from accounts.mail.header_text import subject
from accounts.mail.host_names import host_name
from accounts.mail.text import storable
from domains.models import SenderDomain
from sending.models import PostmasterMail

POSTMASTER = "postmaster"
BOUNCE_PREFIX = "bounce."
# RFC 5321 4.1.3.
_ADDRESS_LITERAL = re.compile(r"\[(?:IPv6:)?([0-9a-f.:]+)\]", re.IGNORECASE)


def is_postmaster(address: str) -> bool:
    """Say whether an envelope recipient is a postmaster, in any letter case, of whatever domain or of none."""
    local = split(address)[0] if "@" in address else address
    return local.strip('"').lower() == POSTMASTER


def is_ours(address: str) -> bool:
    """Say whether the recipient's domain is our MX host or a sender domain, whose MX we are; asks the database."""
    if "@" not in address:
        # RFC 5321 4.1.1.3: <Postmaster> without a domain is this server's own.
        return True
    try:
        name = host_name(split(address)[1])
    except ValueError:
        return False
    if name == settings.MX_HOST.lower():
        return True
    return SenderDomain.objects.filter(name__in=[name, name.removeprefix(BOUNCE_PREFIX)]).exists()


def is_at_host(address: str, ip: str) -> bool:
    """Say whether the recipient's domain is the literal of `ip`, the address at which the client reached us."""
    literal = _ADDRESS_LITERAL.fullmatch(split(address)[1])
    try:
        return literal is not None and ip_address(literal[1]) == ip_address(ip)
    except ValueError:
        return False


def row(*, mail_from: str, recipient: str, raw: bytes) -> PostmasterMail:
    """Return a mail as it is kept: the part of it that a person would read."""
    return PostmasterMail(
        mail_from=storable(mail_from)[:320],
        recipient=storable(recipient)[:320],
        subject=storable(subject(raw)).strip()[:300],
        raw=raw[: settings.RULES.postmaster_max_bytes],
    )
