"""What is a term of an SPF record, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.spf.grammar import Directive, Modifier, is_spf, parse, parse_term


@pytest.mark.parametrize("text", ["v=spf1", "v=spf1 -all", "V=SPF1  a ", "v=sPf1 "])
def test_what_begins_with_the_version_is_a_record(text: str) -> None:
    assert is_spf(text)


@pytest.mark.parametrize(
    "text", ["v=spf10", " v=spf1 -all", "v=spf1\t-all", "v=spf1;", "spf2.0/pra -all", '"v=spf1"', ""]
)
def test_what_does_not_is_none(text: str) -> None:
    assert not is_spf(text)


@pytest.mark.parametrize(
    "text",
    [
        "all", "-ALL", "include:a.test", "include:a.test.", "?include:_spf.%{d2}", "a", "A/24", "a//64", "a/24//64",
        "a:b.test/24//64", "mx:b.test", "ptr", "ptr:b.test", "exists:%{ir}.%{v}._spf.%{d2}", "exists:%{i}", "ip4:192.0.2.1",
        "ip4:192.0.2.0/24", "ip6:2001:db8::1", "ip6:2001:db8::/32", "ip6:::ffff:192.0.2.1", "redirect=_spf.test", "exp=e.%{d}",
        "Redirect=_spf.test", "future=%{s}", "x.y-z=", "include:%{l1r-}.b.test", "a:b.co-m", "a:b.c3p", "include:a%%.test",
    ],
)  # fmt: skip
def test_what_is_a_term(text: str) -> None:
    assert parse_term(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "all.", "all:x.test", "include", "include:", "include:test", "include:a.123", "include:a.test-", "include:a.-test",
        "include:a..", "include:a.test/24", "a/33", "a/024", "a/", "a:", "a:/24", "a//129", "ip4:192.0.2", "ip4:192.0.2.256",
        "ip4:192.0.2.01", "ip4:192.0.2.1/33", "ip4:192.0.2.1//24", "ip4", "ip4:", "ip4:2001:db8::1", "ip6:192.0.2.1", "ip6:fe80::1%1",
        "ip6:2001:db8::/129", "exists", "redirect=", "redirect=test", "redirect:a.test", "exp=", "exp", "%{d}", "include:%{x}.test",
        "include:%(d).test", "include:%.test", "include:a.%{t}", "include:%{d", "foo", "foo:bar", "++all", "-", "a\tb", "ip4:192.0.2.1\n",
        "include:ü.test", "–all", "include:a.test,b.test~all;", "ipv4:192.0.2.1", "1a", "exists:a.test/8",
        "exists:%{d0}.a.test", "exists:%{i00r}.a.test", "exists:%{d\u0662}.a.test", "ip4:192.0.2.0/2\u0664",
    ],
)  # fmt: skip
def test_what_is_none_of_its_terms(text: str) -> None:
    assert parse_term(text) is None


def test_only_spaces_separate_terms() -> None:
    assert [term.text for term in parse("v=spf1   a   -all ").terms] == ["a", "-all"]
    assert parse("v=spf1 a\tmx -all").invalid == ("a\tmx",)


def test_redirect_and_explanation_stand_once() -> None:
    record = parse("v=spf1 redirect=a.test REDIRECT=b.test exp=c.test exp=d.test x=1 x=2")
    assert record.invalid == ("REDIRECT=b.test", "exp=d.test")


def test_a_redirect_beside_all_has_no_effect() -> None:
    assert parse("v=spf1 redirect=a.test").redirect == "a.test"
    assert parse("v=spf1 redirect=a.test ?all").redirect == ""


def test_what_stands_after_all_is_not_heard() -> None:
    record = parse("v=spf1 a ~all mx -all")
    assert [term.text for term in record.heard] == ["a"]
    assert record.all
    assert record.all.qualifier == "~"


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40))
def test_any_term_is_read_or_refused_whole(text: str) -> None:
    term = parse_term(text)
    assert term is None or (isinstance(term, Directive | Modifier) and term.text == text)
