"""Where a domain's mail goes: the simulator, the relay, or the domain's own hosts from DNS (RFC 5321 5.1, RFC 7505)."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import unquote, urlsplit

from domains.resolver import servers_of
from sending.delivery.host_order import by_preference, chosen, first_addresses, unique
from sending.delivery.look_ups import LookUps, Records
from sending.delivery.public_addresses import may_connect
from sending.smtp.host import SMTP_PORT, Host
from sending.smtp.result import Failure

CACHE_ROUTES = 20_000
# Seconds: what is kept, however long or short the zone says; what could not be found is asked again soon.
MIN_CACHE_SECONDS, MAX_CACHE_SECONDS, FAILURE_CACHE_SECONDS = 60, 3600, 30
# A domain with very many mail hosts is not worth asking for the addresses of more than these.
MAX_HOSTS = 10
LOOK_UP_SECONDS = 5.0
# The name of no host, in a null MX.
NO_HOST = "."


@dataclass(frozen=True, slots=True)
class Route:
    """The hosts to try in order; without any, `failure` says why."""

    hosts: tuple[Host, ...] = ()
    failure: Failure = Failure.NONE
    # Every host of the domain, in whatever order, where `hosts` are only some of them: domains that share it share
    # their connections.
    site: tuple[str, ...] = ()


def key_of(route: Route) -> tuple[str, ...]:
    """Return what tells sites apart: their hosts, in whatever order."""
    return route.site or tuple(sorted(map(str, route.hosts)))


class Router(Protocol):
    """Finds routes; a failure of DNS is part of the route, not an exception."""

    async def route(self, domain: str) -> Route: ...


class FixedRouter:
    """Every domain goes to one host: the simulator, or the relay."""

    def __init__(self, host: Host) -> None:
        self._route = Route((host,))

    async def route(self, domain: str) -> Route:
        """Return the one route there is."""
        return self._route


class MxRouter:
    """Asks DNS for each domain's mail hosts and keeps the answer as long as the zone says."""

    def __init__(self, resolver: str, *, allowed: Collection[tuple[str, int]] = (), port: int = SMTP_PORT) -> None:
        """Ask the servers of `resolver` ("address[:port],…", empty: the machine's own).

        `allowed` names exact (address, port) pairs that may be connected to although they are not public.
        """
        self._dns = LookUps(servers_of(resolver), seconds=LOOK_UP_SECONDS)
        self._allowed = frozenset(allowed)
        self._port = port
        # Domain -> until when (monotonic) its route is used, and the route; the oldest first.
        self.cached: OrderedDict[str, tuple[float, Route]] = OrderedDict()
        self._asking: dict[str, asyncio.Future[Route]] = {}

    async def route(self, domain: str) -> Route:
        """Return the domain's hosts by preference, equals shuffled anew at each look-up."""
        until, route = self.cached.get(domain, (0.0, Route()))
        if until > time.monotonic():
            return route
        if domain not in self._asking:
            self._asking[domain] = asyncio.ensure_future(self._ask(domain))
        return await asyncio.shield(self._asking[domain])

    async def close(self) -> None:
        """End the look-ups that are under way."""
        for asking in self._asking.values():
            asking.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)

    async def _ask(self, domain: str) -> Route:
        try:
            route, seconds = await self._look_up(domain)
        finally:
            del self._asking[domain]
        self.cached[domain] = (time.monotonic() + seconds, route)
        self.cached.move_to_end(domain)
        while len(self.cached) > CACHE_ROUTES:
            self.cached.popitem(last=False)
        return route

    async def _look_up(self, domain: str) -> tuple[Route, int]:
        """Return the route, and for how many seconds it is used."""
        answer = await self._dns.ask(domain, "MX")
        if answer is Failure.NO_DOMAIN and await self._dns.ask(domain, "A") is not Failure.NO_DOMAIN:
            # Some servers deny a name for every type but A. This verdict blocks addresses, so both must say so.
            answer = Failure.DNS
        if answer is Failure.NO_MAIL_HOST:
            # Only a definite "no MX record" makes the domain itself the mail host (RFC 5321 5.1).
            return await self._hosts([domain], MAX_CACHE_SECONDS, without=Failure.NO_MAIL_HOST)
        if isinstance(answer, Failure):
            return _without(answer)
        preferences = [(data.preference, data.exchange.to_text(omit_final_dot=True).lower()) for data in answer.values]
        if preferences == [(0, NO_HOST)]:
            # A null MX: the domain takes no mail (RFC 7505 3).
            return _without(Failure.NULL_MX)
        names = by_preference([(preference, name) for preference, name in preferences if name != NO_HOST])[:MAX_HOSTS]
        return await self._hosts(names, answer.ttl, without=Failure.NO_HOST_ADDRESS)

    async def _hosts(self, names: list[str], ttl: int, *, without: Failure) -> tuple[Route, int]:
        """Return the route over these names, best first, or `without` any address its failure."""
        found = await asyncio.gather(*(self._addresses(name) for name in names))
        hosts: list[Host] = []
        missing, forbidden = False, False
        for name, addresses in zip(names, found, strict=True):
            missing |= addresses.failed
            ttl = min(ttl, addresses.ttl)
            for address in addresses.found:
                if may_connect(address) or (address, self._port) in self._allowed:
                    hosts.append(Host(name, address, self._port))
                else:
                    forbidden = True
        if hosts:
            hosts = unique(hosts)
            route = Route(chosen(hosts), site=tuple(sorted(map(str, hosts))))
            # What is missing now may be the best of them.
            kept = FAILURE_CACHE_SECONDS if missing else min(max(ttl, MIN_CACHE_SECONDS), MAX_CACHE_SECONDS)
            return route, kept
        if missing:
            return _without(Failure.DNS)
        return _without(Failure.FORBIDDEN_HOST if forbidden else without)

    async def _addresses(self, name: str) -> _FoundAddresses:
        """Return a host's addresses, IPv4 first: paths that drop IPv6 packets cost a time-out each."""
        addresses = _FoundAddresses()
        for answer in await asyncio.gather(self._dns.ask(name, "A"), self._dns.ask(name, "AAAA")):
            if isinstance(answer, Records):
                addresses.found += first_addresses([data.address for data in answer.values])
                addresses.ttl = min(addresses.ttl, answer.ttl)
            elif answer is Failure.DNS and not addresses.found:
                # Servers that never answer for IPv6 are common: with an IPv4 address nothing is missing.
                addresses.failed = True
        return addresses


@dataclass(slots=True)
class _FoundAddresses:
    """What was found for one host name; `failed` when it may have others."""

    found: list[str] = field(default_factory=list)
    ttl: int = MAX_CACHE_SECONDS
    failed: bool = False


def _without(failure: Failure) -> tuple[Route, int]:
    return Route(failure=failure), FAILURE_CACHE_SECONDS


def relay(url: str) -> Host:
    """Return the host of "smtp[s]://[user:password@]host[:port]"; raise ValueError saying what is wrong."""
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("SES_RELAY_URL must look like smtp://user:password@host:port (or smtps://…).")
    tls = parts.scheme == "smtps"
    return Host(
        parts.hostname,
        parts.hostname,
        parts.port or (465 if tls else SMTP_PORT),
        tls,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        is_relay=True,
    )


def router(
    transport: str, *, simulator: Host, relay_url: str, resolver: str
) -> tuple[Router, Callable[[], Awaitable[None]]]:
    """Return the transport's router and what ends it; raise ValueError for an unknown transport."""
    if transport == "simulator":
        return FixedRouter(simulator), _nothing
    if transport == "relay":
        return FixedRouter(relay(relay_url)), _nothing
    if transport == "direct":
        direct = MxRouter(resolver)
        return direct, direct.close
    raise ValueError(f"SES_TRANSPORT is {transport!r}; it must be simulator, relay or direct.")


async def _nothing() -> None:
    return None
