"""Macros stand for what RFC 7208 7.4 shows."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from domains.spf.macros import SendingHost, expand

SENDER = SendingHost(ip_address("192.0.2.3"), "strong-bad@email.example.com", "mx.test")


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{d002}", "example.com"),
        (f"%{{d{'9' * 5000}}}", "email.example.com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr}", "strong-bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"),
        ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
        ("%{S}", "strong-bad%40email.example.com"),
        ("a%%b%_c%-d.%{h}.", "a%b c%20d.mx.test"),
        ("%{p}.x", "host.test.x"),
    ],
)
def test_the_examples(spec: str, name: str) -> None:
    assert expand(spec, SENDER, "email.example.com", lambda: "host.test") == name


def test_an_address_of_ipv6_stands_in_nibbles() -> None:
    sender = SendingHost(ip_address("2001:db8::cb01"), "a@b.test", "mx.test")
    name = expand("%{ir}.%{v}.arpa", sender, "b.test", str)
    assert name == "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"


def test_without_a_local_part_it_is_the_postmasters() -> None:
    assert (
        expand("%{s}", SendingHost(ip_address("192.0.2.3"), "b.test", "mx.test"), "b.test", str) == "postmaster@b.test"
    )


def test_a_name_too_long_loses_labels_from_the_left() -> None:
    name = expand("%{d}.%{d}.%{d}.x.test", SENDER, ".".join(["a" * 60] * 2), str)
    assert len(name) <= 253
    assert name.endswith(".x.test")
