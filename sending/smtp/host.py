"""A host that takes mail over SMTP (pure)."""

from __future__ import annotations

from dataclasses import dataclass

SMTP_PORT = 25


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
        return f"{self.name} [{self.address}]:{self.port}"
