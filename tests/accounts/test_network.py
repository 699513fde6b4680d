"""Where a request comes from."""

from __future__ import annotations

import pytest
from django.test import RequestFactory, override_settings

from accounts.network import client_ip, within

PROXY = ("HTTP_X_FORWARDED_PROTO", "https")


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:DB8::1", "2001:db8::1"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_the_address_is_the_connections(seen: str, expected: str):
    assert client_ip(RequestFactory().get("/", REMOTE_ADDR=seen)) == expected


def test_without_a_proxy_the_header_is_the_clients_own_invention():
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.7", headers={"X-Forwarded-For": "10.0.0.1"})
    assert client_ip(request) == "192.0.2.7"


def test_behind_a_proxy_the_last_entry_counts():
    with override_settings(SECURE_PROXY_SSL_HEADER=PROXY):
        request = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": "10.0.0.1, 192.0.2.7"})
        assert client_ip(request) == "192.0.2.7"
        assert client_ip(RequestFactory().get("/", REMOTE_ADDR="127.0.0.1")) == "127.0.0.1"


@pytest.mark.parametrize(
    ("ip", "networks", "expected"),
    [
        ("192.0.2.7", ["192.0.2.7"], True),
        ("192.0.2.7", ["192.0.2.1/24"], True),
        ("192.0.2.7", ["192.0.3.0/24", "2001:db8::/32"], False),
        ("2001:db8::9", ["192.0.2.0/24", "2001:db8::/32"], True),
        ("", ["0.0.0.0/0"], False),
        ("192.0.2.7", [], False),
    ],
)
def test_an_address_lies_in_its_networks(ip: str, networks: list[str], expected: bool):
    assert within(ip, networks) is expected
