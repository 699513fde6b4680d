"""Where a domain's mail goes: the simulator, the relay, or the domain's own hosts from DNS (RFC 5321 5.1, RFC 7505)."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import aiodns
import pycares

from sending.delivery.public_addresses import may_connect
from sending.smtp.host import SMTP_PORT, Host
from sending.smtp.result import Failure

CACHE_ROUTES = 20_000
# Seconds: what is kept, however long or short the zone says; failures are asked again soon.
MIN_CACHE_SECONDS, MAX_CACHE_SECONDS, FAILURE_CACHE_SECONDS = 60, 3600, 30
# A domain with very many mail hosts is not worth trying more than these.
MAX_HOSTS = 10
LOOK_UP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Route:
    """The hosts to try in order; without any, `failure` says why."""

    hosts: tuple[Host, ...] = ()
    failure: Failure = Failure.NONE


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
        servers = [part.strip() for part in resolver.split(",") if part.strip()]
        self._dns = aiodns.DNSResolver(nameservers=servers or None, timeout=LOOK_UP_SECONDS, tries=2)
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
        await self._dns.close()

    async def _ask(self, domain: str) -> Route:
        try:
            route, ttl = await self._look_up(domain)
        finally:
            del self._asking[domain]
        if route.failure is Failure.DNS:
            ttl = FAILURE_CACHE_SECONDS
        self.cached[domain] = (time.monotonic() + min(max(ttl, MIN_CACHE_SECONDS), MAX_CACHE_SECONDS), route)
        self.cached.move_to_end(domain)
        while len(self.cached) > CACHE_ROUTES:
            self.cached.popitem(last=False)
        return route

    async def _look_up(self, domain: str) -> tuple[Route, int]:
        answer = await self._query(domain, "MX")
        if isinstance(answer, Failure):
            if answer is not Failure.NO_MAIL_HOST:
                return Route(failure=answer), MIN_CACHE_SECONDS
            # Only a definite "no MX record" makes the domain itself the mail host (RFC 5321 5.1).
            names, ttl = [domain], MAX_CACHE_SECONDS
        else:
            preferences = [(data.priority, data.exchange.rstrip(".").lower()) for _, data in answer]
            ttl = min(seconds for seconds, _ in answer)
            if any(name == "" for _, name in preferences):
                # A null MX: the domain takes no mail (RFC 7505 3).
                if len(preferences) == 1:
                    return Route(failure=Failure.NULL_MX), ttl
                preferences = [(preference, name) for preference, name in preferences if name]
            names = _by_preference(preferences)[:MAX_HOSTS]
        return await self._hosts(names, ttl)

    async def _hosts(self, names: list[str], ttl: int) -> tuple[Route, int]:
        pairs = await asyncio.gather(*(self._addresses(name) for name in names))
        hosts: list[Host] = []
        unreachable, forbidden = False, False
        for name, (addresses, failure) in zip(names, pairs, strict=True):
            unreachable |= failure is Failure.DNS
            for address in addresses:
                if may_connect(address) or (address, self._port) in self._allowed:
                    hosts.append(Host(name, address, self._port))
                else:
                    forbidden = True
        if hosts:
            return Route(tuple(hosts)), ttl
        if unreachable:
            return Route(failure=Failure.DNS), FAILURE_CACHE_SECONDS
        return Route(failure=Failure.FORBIDDEN_HOST if forbidden else Failure.NO_MAIL_HOST), ttl

    async def _addresses(self, name: str) -> tuple[list[str], Failure]:
        """Return a host's addresses, IPv4 first: paths that drop IPv6 packets cost a time-out each."""
        answers = await asyncio.gather(self._query(name, "A"), self._query(name, "AAAA"))
        found: list[str] = []
        failure = Failure.NONE
        for answer in answers:
            if isinstance(answer, Failure):
                failure = Failure.DNS if answer is Failure.DNS else failure
            else:
                found += [data.addr for _, data in answer]
        return found, failure

    async def _query(self, name: str, kind: str) -> list[tuple[int, Any]] | Failure:
        """Return (TTL, data) of the records of one kind; NO_MAIL_HOST stands for "the name exists, without any"."""
        try:
            result = await self._dns.query_dns(name, kind)
        except aiodns.error.DNSError as error:
            return _FINAL_ANSWERS.get(error.args[0], Failure.DNS)
        wanted = _KINDS[kind]
        # CNAMEs that were followed stand in the answer as well.
        found = [(record.ttl, record.data) for record in result.answer if record.type == wanted]
        return found or Failure.NO_MAIL_HOST


_FINAL_ANSWERS = {
    pycares.errno.ARES_ENOTFOUND: Failure.NO_DOMAIN,
    pycares.errno.ARES_EBADNAME: Failure.NO_DOMAIN,
    pycares.errno.ARES_ENODATA: Failure.NO_MAIL_HOST,
}
_KINDS = {"MX": pycares.QUERY_TYPE_MX, "A": pycares.QUERY_TYPE_A, "AAAA": pycares.QUERY_TYPE_AAAA}


def _by_preference(preferences: list[tuple[int, str]]) -> list[str]:
    ordered: list[str] = []
    for _, group in itertools.groupby(sorted(preferences), key=lambda pair: pair[0]):
        names = [name for _, name in group]
        random.shuffle(names)
        ordered += names
    return list(dict.fromkeys(ordered))


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
