"""Host names are taken in every spelling of people and come out in the one of DNS."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.names import host_name, relative, zone_of


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Mail.Example.COM", "mail.example.com"),
        ("  mail.example.com. ", "mail.example.com"),
        ("bücher.test", "xn--bcher-kva.test"),
        ("bu\u0308cher.test", "xn--bcher-kva.test"),
        ("xn--bcher-kva.test", "xn--bcher-kva.test"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ("a-b.c1.test", "a-b.c1.test"),
    ],
)
def test_spellings_of_one_name_are_one(typed: str, name: str) -> None:
    assert host_name(typed) == name


@pytest.mark.parametrize(
    "typed",
    [
        "", ".", "localhost", "a..test", "-a.test", "a-.test", "a_b.test", "a b.test", "https://a.test", "me@a.test",
        "a.test:25", "192.0.2.1", "x" * 64 + ".test", ".".join(["abcdefg"] * 32), "straße.test", "xn--zzzzzzzz99.test",
        "a\x00b.test", "a.test\nb.test", "a.1",
    ],
)  # fmt: skip
def test_what_is_no_host_name_is_refused_with_words(typed: str) -> None:
    with pytest.raises(ValueError, match=r"[.:]$|mail\.example\.com|encodings|most"):
        host_name(typed)


@given(st.text(max_size=80))
def test_whatever_is_typed_gives_a_name_that_stays_itself_or_a_refusal(typed: str) -> None:
    try:
        name = host_name(typed)
    except ValueError:
        return
    assert host_name(name) == name
    assert name.isascii()
    assert name == name.lower()
    assert len(name) <= 253


@pytest.mark.parametrize(
    ("domain", "zone"),
    [("mail.d.com", "d.com"), ("d.com", "d.com"), ("mail.d.co.uk", "d.co.uk"), ("co.uk", "co.uk"), ("a.b.io", "b.io")],
)
def test_the_zone_is_what_was_registered(domain: str, zone: str) -> None:
    assert zone_of(domain) == zone


def test_a_host_is_entered_without_its_zone() -> None:
    assert relative("ses._domainkey.mail.d.com", "d.com") == "ses._domainkey.mail"
    assert relative("d.com", "d.com") == "@"
