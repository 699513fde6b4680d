"""Tokens in mails: readable by us, by nobody else changeable, each for one purpose."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import tokens
from sending.tracking import links, verp

IDS = st.integers(min_value=0, max_value=2**63 - 1)
ALPHABET = string.ascii_letters + string.digits + "-_"


def _token(url: str) -> str:
    return url.rsplit("/", 1)[1]


@given(IDS, st.integers(min_value=0, max_value=10_000))
def test_what_was_made_is_read(message: int, index: int) -> None:
    assert links.read_pixel(_token(links.pixel_url(message))) == message
    assert links.read_click(_token(links.click_url(message, index))) == links.ClickToken(message, index)
    assert links.read_unsubscribe(_token(links.unsubscribe_url(message))) == message


@given(st.text())
def test_a_text_that_is_no_token_is_nothing(text: str) -> None:
    assert links.read_pixel(text) is None
    assert links.read_click(text) is None
    assert links.read_unsubscribe(text) is None


def test_no_altered_token_is_read() -> None:
    chance = random.Random(7)
    token = _token(links.click_url(1_864_000_000_000_000_000, 2))
    for _ in range(10_000):
        at = chance.randrange(len(token))
        how = chance.randrange(3)
        if how == 0:
            altered = token[:at] + chance.choice(ALPHABET.replace(token[at], "")) + token[at + 1 :]
        elif how == 1:
            altered = token[:at] + token[at + 1 :]
        else:
            altered = token[:at] + chance.choice(ALPHABET) + token[at:]
        assert links.read_click(altered) is None or altered == token


def test_a_token_serves_its_own_purpose_only() -> None:
    made = {
        "pixel": _token(links.pixel_url(5)),
        "click": _token(links.click_url(5, 0)),
        "unsubscribe": _token(links.unsubscribe_url(5)),
        "verp": tokens.to_url(tokens.make(verp.PURPOSE, 5)),
        "two numbers": tokens.to_url(tokens.make(links.OPEN, 5, 5)),
    }
    assert [name for name, token in made.items() if links.read_pixel(token) is not None] == ["pixel"]
    assert [name for name, token in made.items() if links.read_click(token) is not None] == ["click"]
    assert [name for name, token in made.items() if links.read_unsubscribe(token) is not None] == ["unsubscribe"]


def test_addresses_carry_no_query_and_nothing_readable() -> None:
    for url in (links.pixel_url(5), links.click_url(5, 1), links.unsubscribe_url(5)):
        assert "?" not in url
        assert "@" not in url
        assert len(_token(url)) <= 43


@pytest.mark.parametrize(
    ("target", "location"),
    [
        ("https://bücher.example/ä?b=c#d", "https://xn--bcher-kva.example/ä?b=c#d"),
        ("http://BÜCHER。例え.example:8080/", "http://xn--bcher-kva.xn--r8jz45g.example:8080/"),
        ("https://a.example/bücher", "https://a.example/bücher"),
        ("https://💌.example/", "https://💌.example/"),
    ],
)
def test_a_host_in_the_letters_of_its_language_is_sent_as_dns_knows_it(target: str, location: str) -> None:
    assert links.location(target) == location
