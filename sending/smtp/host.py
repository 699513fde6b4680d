"""A host that takes mail over SMTP (pure)."""

from __future__ import annotations

from dataclasses import dataclass

SMTP_PORT = 25
# Of a name, where a host is told: with odd bytes, each written as four characters, a name has up to a thousand.
MAX_SHOWN_NAME = 240


@dataclass(frozen=True, slots=True)
class Host:
    """What to connect to: the name is its operator's, the address is the one used."""

    name: str
    address: str
    port: int = SMTP_PORT
    # TLS from the first byte.
    tls: bool = False
    user: str = ""
    password: str = ""
    # It takes mail for every domain and passes it on.
    is_relay: bool = False

    def __str__(self) -> str:
        return f"{self.name[:MAX_SHOWN_NAME]} [{self.address}]:{self.port}"
