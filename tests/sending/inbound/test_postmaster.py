"""The postmaster of our own domains has mail; nobody else's has."""

from __future__ import annotations

import pytest
from django.conf import settings

from sending.inbound import postmaster
from tests import factories


@pytest.mark.parametrize("address", ["postmaster@a.test", "PostMaster@A.test", "postmaster", '"postmaster"@a.test'])
def test_a_postmaster_is_known_in_any_spelling(address: str) -> None:
    assert postmaster.is_postmaster(address)


@pytest.mark.parametrize("address", ["postmaster.x@a.test", "xpostmaster@a.test", "a@postmaster", "@postmaster", ""])
def test_others_are_no_postmasters(address: str) -> None:
    assert not postmaster.is_postmaster(address)


@pytest.mark.django_db
def test_our_domains_are_the_mx_host_and_the_sender_domains() -> None:
    factories.domain(factories.account(), name="shop.test")
    for domain in (settings.MX_HOST.upper(), "shop.test", "SHOP.test", "bounce.shop.test"):
        assert postmaster.is_ours(f"postmaster@{domain}"), domain
    for domain in ("elsewhere.test", "x.shop.test", "bounce.elsewhere.test", "[192.0.2.1]", "not a domain", ""):
        assert not postmaster.is_ours(f"postmaster@{domain}"), domain
    assert postmaster.is_ours("postmaster")


@pytest.mark.parametrize(
    ("address", "ip", "is_at"),
    [
        ("postmaster@[192.0.2.1]", "192.0.2.1", True),
        ("postmaster@[192.0.2.1]", "192.0.2.2", False),
        ("postmaster@[IPv6:2001:db8:0::1]", "2001:db8::1", True),
        ("postmaster@[ipv6:2001:DB8::1]", "2001:db8::1", True),
        ("postmaster@192.0.2.1", "192.0.2.1", False),
        ("postmaster@[]", "", False),
        ("postmaster@[192.0.2]", "192.0.2.0", False),
        ("postmaster", "192.0.2.1", False),
    ],
)
def test_an_address_literal_names_the_host_that_has_it(address: str, ip: str, is_at: bool) -> None:
    assert postmaster.is_at_host(address, ip) is is_at


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (b"Subject: hello\r\n\r\nx", "hello"),
        (b"SUBJECT:\x1b[31m\x00red\r\n\r\nx", "[31m red"),
        (b"From: a\r\n\r\nSubject: in the body\r\n", ""),
        (b"Subject: =?utf-8?B?5L2g5aW9?=\r\n =?utf-8?B?77yB?=\r\n\r\nx", "你好！"),
        (b"", ""),
    ],
)
def test_the_subject_is_taken_from_the_header_without_controls(raw: bytes, subject: str) -> None:
    assert postmaster.row(mail_from="a@b.test", recipient="postmaster", raw=raw).subject == subject
