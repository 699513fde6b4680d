"""Look-ups in DNS (RFC 1035): the resolver port of verification, and its implementation on dnspython."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Protocol

import dns.exception
import dns.name
import dns.nameserver
import dns.rdata
import dns.rdatatype
import dns.resolver
from django.conf import settings
from dns.rdtypes.ANY.TXT import TXT

from domains.dns_answers import DnsAnswer, DnsStatus, LookUp

logger = logging.getLogger(__name__)

# Seconds for one look-up, all tries and servers together; less after a timeout, until DNS answers again.
LIFETIME = 5.0
LIFETIME_AFTER_SILENCE = 1.0
# Seconds for one try of one server.
TIMEOUT = 2.0
# Bytes of a UDP answer (EDNS, RFC 6891 6.2.5) that pass every network; a longer one is asked for again by TCP.
PAYLOAD = 1232


class Resolver(Protocol):
    """Answers look-ups; never raises."""

    def look_up(self, name: str, type: str) -> DnsAnswer:
        """Return the records of `type` at `name` (absolute, with or without final dot)."""
        ...


class DnspythonResolver:
    """Asks the given servers (address, port), or the machine's own when there are none; UDP, then TCP if cut."""

    def __init__(self, servers: Sequence[tuple[str, int]] = ()) -> None:
        # Seconds that one look-up may take.
        self.lifetime = LIFETIME
        if servers:
            self._resolver = dns.resolver.Resolver(configure=False)
            self._resolver.nameservers = [dns.nameserver.Do53Nameserver(host, port) for host, port in servers]
        else:
            self._resolver = _system_resolver()
        self._resolver.use_edns(0, 0, PAYLOAD)

    def look_up(self, name: str, type: str) -> DnsAnswer:
        """Return the records of `type` at `name`: NO_NAME for what DNS cannot hold, UNREACHABLE for every fault."""
        try:
            absolute = dns.name.from_text(name.removesuffix(".") + ".")
        except (dns.exception.DNSException, ValueError):
            return DnsAnswer(DnsStatus.NO_NAME)
        # However many are silent, the last still has its time.
        self._resolver.timeout = min(TIMEOUT, self.lifetime / max(len(self._resolver.nameservers), 1))
        try:
            found = self._resolver.resolve(
                absolute, type, lifetime=self.lifetime, search=False, raise_on_no_answer=False
            )
        except dns.resolver.NXDOMAIN as missing:
            self.lifetime = LIFETIME
            return DnsAnswer(DnsStatus.NO_NAME, alias=_other_name(missing.canonical_name, absolute))
        except dns.exception.Timeout:
            self.lifetime = LIFETIME_AFTER_SILENCE
            return DnsAnswer(DnsStatus.UNREACHABLE)
        except (dns.exception.DNSException, OSError):
            # A server that answers at once is not silent: its next answer has the usual time.
            self.lifetime = LIFETIME
            return DnsAnswer(DnsStatus.UNREACHABLE)
        except Exception:
            logger.exception("The look-up of %s %s failed.", name, type)
            return DnsAnswer(DnsStatus.UNREACHABLE)
        self.lifetime = LIFETIME
        alias = _other_name(found.canonical_name, absolute)
        if found.rrset is None:
            return DnsAnswer(DnsStatus.NO_DATA, alias=alias)
        return DnsAnswer(DnsStatus.FOUND, tuple(text_of(rdata) for rdata in found.rrset), alias)


def within(look_up: LookUp, seconds: float, clock: Callable[[], float] = time.monotonic) -> LookUp:
    """Return look-ups of which none is begun after so many seconds from now: what is asked then is UNREACHABLE."""
    until = clock() + seconds

    def in_time(name: str, type: str) -> DnsAnswer:
        return look_up(name, type) if clock() < until else DnsAnswer(DnsStatus.UNREACHABLE)

    return in_time


def text_of(rdata: dns.rdata.Rdata) -> str:
    """Return a record's value as one text; a TXT record's strings are joined with nothing between (RFC 7208 3.3)."""
    if not isinstance(rdata, TXT):
        return rdata.to_text()
    return b"".join(rdata.strings).decode("utf-8", "backslashreplace")


def _other_name(canonical: dns.name.Name, asked: dns.name.Name) -> str:
    return canonical.to_text(omit_final_dot=True) if canonical != asked else ""


def from_settings() -> Resolver:
    """Return the resolver that SES_RESOLVER names."""
    return DnspythonResolver(servers_of(settings.RESOLVER))


def servers_of(text: str) -> list[tuple[str, int]]:
    """Return the servers of a setting: "simulator", or "address[:port],…" ([IPv6]:port), or none for empty."""
    if text == "simulator":
        return [(settings.SIMULATOR_HOST, settings.SIMULATOR_DNS_PORT)]
    return [_server(part.strip()) for part in text.split(",") if part.strip()]


def _server(text: str) -> tuple[str, int]:
    if text.startswith("["):
        address, _, rest = text[1:].partition("]")
        return address, int(rest.removeprefix(":") or 53)
    if text.count(":") == 1:
        address, _, port = text.partition(":")
        return address, int(port)
    return text, 53


def _system_resolver() -> dns.resolver.Resolver:
    try:
        return dns.resolver.Resolver()
    except dns.resolver.NoResolverConfiguration:
        # Without any server each look-up ends as UNREACHABLE, which is true.
        return dns.resolver.Resolver(configure=False)
