"""What the connections of one port share: how many there may be, how long each may take, and room for their mails."""

from __future__ import annotations

import asyncio
import ipaddress
from dataclasses import dataclass
from typing import Protocol

from sending.smtp.storage import Storage

TOO_MANY = "421 4.3.2 Too many connections, try again later"
TOO_MANY_FROM_YOU = "421 4.7.0 Too many connections from your address, close some first"
IDLE = "421 4.4.2 Nothing was sent for too long, closing the connection"
TOO_SLOW = "421 4.4.2 No email was completed for too long, closing the connection"
# Beyond this share of its connections a port is nearly full.
NEARLY_FULL = 0.8
# This machine's own programs and a proxy on it come from one address: it may take this share of a port.
LOCAL_SHARE = 0.5
SWEEP_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class PortLimits:
    """The caps of a port; seconds without a byte, and from greeting or mail to the end of the next mail."""

    connections: int
    connections_per_address: int
    idle_seconds: float
    mail_seconds: float
    full_idle_seconds: float
    full_mail_seconds: float


class Client(Protocol):
    """One connection, as the port sees it; times are the event loop's."""

    heard_at: float
    mail_began: float
    # True while the client waits for us.
    is_answering: bool

    def end(self, reply: str) -> None:
        """Send a last reply and close."""


class Port:
    """The connections of one port, each under the network it comes from."""

    def __init__(self, limits: PortLimits, storage: Storage) -> None:
        self._limits = limits
        self.storage = storage
        self._networks: dict[Client, str] = {}
        self._counts: dict[str, int] = {}
        self._sweep: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._networks)

    def enter(self, connection: Client, address: str) -> str:
        """Take a new connection and return "", or the reply that turns it away."""
        network = network_of(address)
        if len(self) >= self._limits.connections:
            return TOO_MANY
        if self._counts.get(network, 0) >= self._allowed(network):
            return TOO_MANY_FROM_YOU
        self._networks[connection] = network
        self._counts[network] = self._counts.get(network, 0) + 1
        self._look_later()
        return ""

    def leave(self, connection: Client) -> None:
        """Forget a connection that has ended."""
        network = self._networks.pop(connection, None)
        if network is not None:
            self._counts[network] -= 1
            if not self._counts[network]:
                del self._counts[network]

    def end_slow(self, now: float) -> None:
        """End the connections that have had their time; it is shorter when the port is nearly full."""
        limits = self._limits
        full = len(self) > NEARLY_FULL * limits.connections
        idle, mail = (
            (limits.full_idle_seconds, limits.full_mail_seconds) if full else (limits.idle_seconds, limits.mail_seconds)
        )
        for connection in list(self._networks):
            if connection.is_answering:
                continue
            if now - connection.heard_at > idle:
                connection.end(IDLE)
            elif now - connection.mail_began > mail:
                connection.end(TOO_SLOW)

    def _allowed(self, network: str) -> int:
        if network in _LOCAL:
            return round(self._limits.connections * LOCAL_SHARE)
        return self._limits.connections_per_address

    def _look_later(self) -> None:
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(SWEEP_SECONDS, self._look)

    def _look(self) -> None:
        self._sweep = None
        self.end_slow(asyncio.get_running_loop().time())
        if self._networks:
            self._look_later()


def network_of(address: str) -> str:
    """Return what counts as one address: an IPv4 address, an IPv6 network of 64 bits; any other text is itself."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        if not ip.is_loopback:
            return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


_LOCAL = frozenset({"127.0.0.1", "::1"})
