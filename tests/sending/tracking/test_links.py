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


# What an address may hold: the database stores no NUL, and UTF-8 no surrogates.
TEXT = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TARGET = "https://shop.example.test/orders/1?a=b"


def click_url(message: int) -> str:
    return links.click_url(message, TARGET, links=2)


def _token(url: str) -> str:
    return url.rsplit("/", 1)[1]


@given(IDS, st.text(TEXT, max_size=200), st.integers(min_value=1, max_value=100_000))
def test_what_was_made_is_read(message: int, text: str, count: int) -> None:
    target = f"https://a.test/{text}"
    assert links.read_pixel(_token(links.pixel_url(message))) == message
    click = links.read_click(_token(links.click_url(message, target, links=count)))
    assert click == links.ClickToken(message, target, target, min(count, 65_535))
    assert links.read_unsubscribe(_token(links.unsubscribe_url(message))) == message


@given(IDS, st.integers(min_value=0, max_value=10_000))
def test_a_click_token_of_the_earlier_form_is_read(message: int, index: int) -> None:
    token = tokens.to_url(tokens.make(links.CLICK, message, index))
    assert links.read_click(token) is None
    assert links.read_numbered_click(token) == links.NumberedClick(message, index)
    assert links.read_numbered_click(_token(click_url(message))) is None


def test_what_is_recorded_of_a_link_may_be_less_than_its_target() -> None:
    recorded = "https://a.test/reset?token=******"
    click = links.read_click(_token(links.click_url(5, "https://a.test/reset?token=abc", links=1, recorded=recorded)))
    assert click == links.ClickToken(5, "https://a.test/reset?token=abc", recorded, 1)


@given(st.integers(min_value=0, max_value=2_100))
def test_a_link_is_tracked_as_long_as_mail_programs_and_redirects_take_it(length: int) -> None:
    chance = random.Random(length)
    target = "https://a.test/?q=" + "".join(chance.choice(ALPHABET) for _ in range(length))
    url = links.click_url(2**62, target, links=3)
    assert len(url) <= 2048 or url == target
    if len(target) < 1_450:
        assert url != target
    if url != target:
        assert links.read_click(_token(url)) == links.ClickToken(2**62, target, target, 3)


@pytest.mark.parametrize("length", [1_600, 2_030])
def test_a_long_link_is_tracked_where_its_repeated_parts_leave_room(length: int) -> None:
    target = "https://a.test/?q=" + "0123456789abcdef" * (length // 16)
    url = links.click_url(5, target, links=1, recorded="https://a.test/?q=x")
    assert len(url) < len(target)
    assert links.read_click(_token(url)) == links.ClickToken(5, target, "https://a.test/?q=x", 1)


@pytest.mark.parametrize(
    "target", ["https://a.test/" + "x" * 2_034, "https://a.test/" + "é" * 400, "https://a℀b.test/"]
)
def test_a_link_that_no_redirect_takes_stands_in_the_mail_itself(target: str) -> None:
    assert links.click_url(5, target, links=1) == target


@given(st.text())
def test_a_text_that_is_no_token_is_nothing(text: str) -> None:
    assert links.read_pixel(text) is None
    assert links.read_click(text) is None
    assert links.read_numbered_click(text) is None
    assert links.read_unsubscribe(text) is None


@pytest.mark.parametrize("numbered", [False, True])
def test_no_altered_token_is_read(numbered: bool) -> None:
    chance = random.Random(7)
    message = 1_864_000_000_000_000_000
    token = tokens.to_url(tokens.make(links.CLICK, message, 2)) if numbered else _token(click_url(message))
    for _ in range(10_000):
        at = chance.randrange(len(token))
        how = chance.randrange(3)
        if how == 0:
            altered = token[:at] + chance.choice(ALPHABET.replace(token[at], "")) + token[at + 1 :]
        elif how == 1:
            altered = token[:at] + token[at + 1 :]
        else:
            altered = token[:at] + chance.choice(ALPHABET) + token[at:]
        assert altered == token or (links.read_click(altered) or links.read_numbered_click(altered)) is None


def test_a_token_serves_its_own_purpose_only() -> None:
    made = {
        "pixel": _token(links.pixel_url(5)),
        "click": _token(click_url(5)),
        "numbered click": tokens.to_url(tokens.make(links.CLICK, 5, 0)),
        "unsubscribe": _token(links.unsubscribe_url(5)),
        "verp": tokens.to_url(tokens.make(verp.PURPOSE, 5)),
        "two numbers": tokens.to_url(tokens.make(links.OPEN, 5, 5)),
    }
    assert [name for name, token in made.items() if links.read_pixel(token) is not None] == ["pixel"]
    assert [name for name, token in made.items() if links.read_click(token) is not None] == ["click"]
    assert [name for name, token in made.items() if links.read_numbered_click(token)] == ["numbered click"]
    assert [name for name, token in made.items() if links.read_unsubscribe(token) is not None] == ["unsubscribe"]


def test_addresses_carry_no_query_and_nothing_readable() -> None:
    for url in (links.pixel_url(5), click_url(5), links.unsubscribe_url(5)):
        assert "?" not in url
        assert "@" not in url
        assert "shop" not in url
    for url in (links.pixel_url(5), links.unsubscribe_url(5)):
        assert len(_token(url)) <= 43
    # Four characters for three bytes: the number, the count and the tag beside the target.
    assert len(_token(click_url(5))) == (len(TARGET) + 8 + 2 + 16) * 4 // 3 + 1
