"""Look-ups for delivery (RFC 1035): the records of a name, or what stands in their place."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dns.asyncresolver
import dns.exception
import dns.name
import dns.nameserver
import dns.resolver

from domains.resolver import PAYLOAD
from sending.smtp.result import Failure

logger = logging.getLogger(__name__)

# Under way at the same time; each has a socket of its own, so that an answer can only be its own name's.
MAX_LOOK_UPS = 200
TRIES = 2


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one kind, and for how many seconds they hold; those of an alias are its target's."""

    values: Sequence[Any]
    ttl: int


class LookUps:
    """Asks the given servers (address, port), or the machine's own when there are none. Keeps nothing."""

    def __init__(self, servers: Sequence[tuple[str, int]], *, seconds: float) -> None:
        """`seconds` is how long a server may take, before it is asked once more or the next one is."""
        self._resolver = _resolver(servers)
        self._resolver.lifetime = seconds * TRIES
        # However many are silent, the last still has its time.
        self._resolver.timeout = min(seconds, self._resolver.lifetime / max(len(self._resolver.nameservers), 1))
        self._resolver.use_edns(0, 0, PAYLOAD)
        self._places = asyncio.Semaphore(MAX_LOOK_UPS)

    async def ask(self, name: str, kind: str) -> Records | Failure:
        """Return the records of `kind` at `name`; never raise.

        NO_DOMAIN: the name does not exist. NO_MAIL_HOST: it exists, without any, or is an alias of one that does not
        exist (RFC 2308 2.1). DNS: there was no answer, or none that can be read.
        """
        try:
            absolute = dns.name.from_text(name.removesuffix(".") + ".")
        except (dns.exception.DNSException, ValueError):
            # DNS cannot hold it (RFC 1035 2.3.4).
            return Failure.NO_DOMAIN
        try:
            async with self._places:
                found = await self._resolver.resolve(absolute, kind, search=False, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN as error:
            return Failure.NO_DOMAIN if error.canonical_name == absolute else Failure.NO_MAIL_HOST
        except (dns.exception.DNSException, OSError):
            return Failure.DNS
        except Exception:
            logger.exception("The look-up of %s %s failed.", name, kind)
            return Failure.DNS
        if found.rrset is None:
            return Failure.NO_MAIL_HOST
        return Records(tuple(found.rrset), found.chaining_result.minimum_ttl)


def _resolver(servers: Sequence[tuple[str, int]]) -> dns.asyncresolver.Resolver:
    if not servers:
        try:
            return dns.asyncresolver.Resolver()
        except dns.resolver.NoResolverConfiguration:
            logger.warning("No DNS server is configured; each look-up fails.")
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = [dns.nameserver.Do53Nameserver(host, port) for host, port in servers]
    return resolver
