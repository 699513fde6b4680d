"""Which of a domain's mail hosts an attempt tries, and in which order (RFC 5321 5.1): pure."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address

from sending.smtp.host import Host

# An attempt connects to no more addresses than these.
MAX_ADDRESSES = 5
# Of one host and family no more are known than these; an answer of DNS holds thousands.
MAX_HOST_ADDRESSES = 10


def by_preference(preferences: Sequence[tuple[int, str]]) -> list[str]:
    """Return the names, each once, the lowest preference first and equals shuffled."""
    ordered: list[str] = []
    for _, group in itertools.groupby(sorted(preferences), key=lambda pair: pair[0]):
        names = [name for _, name in group]
        random.shuffle(names)
        ordered += names
    return list(dict.fromkeys(ordered))


def first_addresses(addresses: Sequence[str]) -> list[str]:
    """Return a host's addresses of one family as they came: of very many always the same few, whatever their order."""
    kept = frozenset(sorted(addresses)[:MAX_HOST_ADDRESSES])
    return [address for address in addresses if address in kept]


def unique(hosts: Sequence[Host]) -> list[Host]:
    """Return the hosts without those whose address came before, under another name or as IPv6."""
    found: dict[str, Host] = {}
    for host in hosts:
        found.setdefault(_ipv4(host.address), host)
    return list(found.values())


def chosen(hosts: Sequence[Host]) -> tuple[Host, ...]:
    """Return the addresses of one attempt in their order: of each name some, and of both families one at least.

    So a first host with many addresses leaves room for the second, and a machine without IPv4 has one to try.
    """
    rounds: dict[str, int] = {}
    ranked = []
    for place, host in enumerate(hosts):
        rounds[host.name] = rounds.get(host.name, -1) + 1
        ranked.append((rounds[host.name], place))
    ranked.sort()
    chosen, rest = ranked[:MAX_ADDRESSES], ranked[MAX_ADDRESSES:]
    families = {":" in hosts[place].address for _, place in chosen}
    other = [rank for rank in rest if (":" in hosts[rank[1]].address) not in families]
    if other:
        chosen[-1] = other[0]
    return tuple(hosts[place] for place in sorted(place for _, place in chosen))


def _ipv4(address: str) -> str:
    """Return an IPv4-mapped IPv6 address as the IPv4 address it is (RFC 4291 2.5.5.2), others as they are."""
    found = ip_address(address)
    return str(found.ipv4_mapped) if isinstance(found, IPv6Address) and found.ipv4_mapped else address
