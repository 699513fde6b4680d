"""Where a request comes from, and whether that lies in a list of networks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """Return the address of the client; behind a proxy of ours the one that it saw; "" if unknown."""
    return client_address(request.META)


def client_address(environ: Mapping[str, Any]) -> str:
    """Return the same from a WSGI environment."""
    seen = environ.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        # Only the last entry was written by our proxy; the client may have made up the others.
        seen = environ.get("HTTP_X_FORWARDED_FOR", seen).rpartition(",")[2]
    address = _address(seen.strip())
    return str(address) if address else ""


def within(ip: str, networks: Iterable[str]) -> bool:
    """Say whether `ip` lies in one of the addresses or networks ("192.0.2.7", "192.0.2.0/24", "2001:db8::/32")."""
    address = _address(ip)
    return address is not None and any(address in ip_network(network, strict=False) for network in networks)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
