"""Where no connection goes: the special-purpose networks of IANA's registries (RFC 6890), to their first and last address."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from sending.delivery.public_addresses import may_connect

# https://www.iana.org/assignments/iana-ipv4-special-registry and its IPv6 sister; multicast by RFC 5771 and RFC 4291.
FORBIDDEN = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/128",
    "::1/128",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
)


@pytest.mark.parametrize("network", FORBIDDEN)
def test_a_special_network_is_closed_to_its_last_address(network: str) -> None:
    assert not may_connect(str(ip_network(network)[0]))
    assert not may_connect(str(ip_network(network)[-1]))


@pytest.mark.parametrize("network", [name for name in FORBIDDEN if "." in name])
def test_it_is_closed_inside_ipv6_as_well(network: str) -> None:
    for inner in (ip_network(network)[0], ip_network(network)[-1]):
        number = int(inner)
        for outer in (0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80):
            assert not may_connect(str(ip_address(outer.to_bytes(16, "big"))))


@pytest.mark.parametrize(
    "address",
    [
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2001:200::1",
        "3ffe::1",
    ],
)
def test_the_neighbours_of_special_networks_are_open(address: str) -> None:
    assert may_connect(address)
