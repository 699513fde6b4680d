"""Host names are taken in every spelling of people and come out in the one of DNS."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.mail.host_names import host_name, relative, zone_of


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Mail.Example.COM", "mail.example.com"),
        ("  mail.example.com. ", "mail.example.com"),
        ("bücher.test", "xn--bcher-kva.test"),
        ("BÜCHER.TEST", "xn--bcher-kva.test"),
        ("bu\u0308cher.test", "xn--bcher-kva.test"),
        ("xn--bcher-kva.test", "xn--bcher-kva.test"),
        ("XN--BCHER-KVA.test", "xn--bcher-kva.test"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ("例え。テスト。", "xn--r8jz45g.xn--zckzah"),
        ("ｍａｉｌ．ｔｅｓｔ", "mail.test"),
        ("straße.de", "xn--strae-oqa.de"),
        ("xn--strae-oqa.de", "xn--strae-oqa.de"),
        ("strasse.de", "strasse.de"),
        ("βόλος.com", "xn--nxasmm1c.com"),
        ("soft\u00adhyphen.test", "softhyphen.test"),
        ("zero\u200bwidth.test", "zerowidth.test"),
        ("a-b.c1.test", "a-b.c1.test"),
        ("r3---sn-4g5e.test", "r3---sn-4g5e.test"),
    ],
)
def test_spellings_of_one_name_are_one(typed: str, name: str) -> None:
    assert host_name(typed) == name


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter a domain name"),
        (".", "Enter a domain name"),
        ("\u200b", "Enter a domain name"),
        ("localhost", "at least one dot"),
        ("a..test", "a part is empty"),
        ("a.test..", "a part is empty"),
        (".a.test", "a part is empty"),
        ("-a.test", "“-a” cannot be part"),
        ("a-.test", "“a-” cannot be part"),
        ("a_b.test", "“a_b” cannot be part"),
        ("a b.test", "no scheme"),
        ("https://a.test", "no scheme"),
        ("me@a.test", "no scheme"),
        ("a.test:25", "no scheme"),
        ("192.0.2.1", "does not end in a number"),
        ("١٩٢.٠.٢.١", "characters that DNS does not allow|does not end"),
        ("a.1", "does not end in a number"),
        ("x" * 64 + ".test", "cannot be part"),
        ("ü" * 64 + ".test", "too long"),
        (".".join(["abcdefg"] * 32), "at most 253 characters"),
        ("例." * 120 + "test", "at most 253 characters"),
        ("xn--a.com", "characters that DNS does not allow"),
        ("xn--.com", "characters that DNS does not allow"),
        ("xn--zzzzzzzz99.test", "characters that DNS does not allow"),
        ("i❤.test", "characters that DNS does not allow"),
        ("xn--i-7iq.test", "characters that DNS does not allow"),
        ("a\u202eb.test", "characters that DNS does not allow"),
        ("a\u200db.test", "characters that DNS does not allow"),
        ("נאa.test", "characters that DNS does not allow"),
        ("\ud800.test", "characters that DNS does not allow"),
        ("a\u00a0b.test", "cannot be part"),
        ("℀.test", "cannot be part"),
        ("a\x00b.test", "cannot be part"),
        ("a.test\nb.test", "cannot be part"),
    ],
)
def test_what_is_no_host_name_is_refused_with_what_to_fix(typed: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        host_name(typed)


def test_a_refusal_does_not_say_whose_domain_it_is() -> None:
    with pytest.raises(ValueError, match="domain") as refusal:
        host_name("192.0.2.1")
    assert "sender" not in str(refusal.value)


@given(st.text(st.characters(exclude_categories=[]), max_size=80))
def test_whatever_is_typed_gives_a_name_that_stays_itself_or_a_refusal(typed: str) -> None:
    try:
        name = host_name(typed)
    except ValueError:
        return
    assert host_name(name) == name
    assert host_name(f"{name}.") == name
    assert host_name(name.upper()) == name
    assert name.isascii()
    assert name == name.lower()
    assert len(name) <= 253


@given(st.text(st.characters(categories=["L", "N", "M"]), min_size=1, max_size=20))
def test_letters_of_every_script_give_a_name_that_stays_itself_or_a_refusal(label: str) -> None:
    try:
        name = host_name(f"{label}.test")
    except ValueError:
        return
    assert host_name(name) == name


@pytest.mark.parametrize(
    ("domain", "zone"),
    [
        ("mail.d.com", "d.com"),
        ("d.com", "d.com"),
        ("mail.d.co.uk", "d.co.uk"),
        ("co.uk", "co.uk"),
        ("a.b.io", "b.io"),
        ("mail.example.bj.cn", "example.bj.cn"),
        ("example.me.uk", "example.me.uk"),
        ("mail.example.me.uk", "example.me.uk"),
        ("example.eu.com", "example.eu.com"),
        ("mail.example.eu.com", "example.eu.com"),
        ("mail.example.xn--55qx5d.cn", "example.xn--55qx5d.cn"),
        ("a.b.shop.test", "shop.test"),
    ],
)
def test_the_zone_is_what_was_registered(domain: str, zone: str) -> None:
    assert zone_of(domain) == zone


def test_a_host_is_entered_without_its_zone() -> None:
    assert relative("ses._domainkey.mail.d.com", "d.com") == "ses._domainkey.mail"
    assert relative("d.com", "d.com") == "@"
    assert relative("ses._domainkey.example.me.uk", zone_of("example.me.uk")) == "ses._domainkey"
