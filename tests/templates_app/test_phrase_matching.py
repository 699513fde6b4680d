"""Forbidden phrases: found through letter case, width and white space, and not inside other words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app.phrase_matching import Phrase, find


def found(text, *phrases):
    return [text[slice(*match.span)] for match in find(text, [Phrase("c", phrase) for phrase in phrases])]


@pytest.mark.parametrize("text", ["Online Casino", "ONLINE CASINO!", "ｏｎｌｉｎｅ casino", "xonline, online casino."])
def test_case_and_width_do_not_matter(text):
    assert len(found(text, "online casino")) == 1


@pytest.mark.parametrize(
    "text", ["online casinos", "nonline casino", "online  casino", "online-casino", "onlinecasino"]
)
def test_latin_phrases_are_whole_words(text):
    assert found(text, "online casino") == []


def test_a_latin_phrase_may_touch_chinese():
    assert found("来online casino玩", "online casino") == ["online casino"]


@pytest.mark.parametrize("text", ["请代开发票吧", "代 开 发 票", "代开 发票"])
def test_chinese_phrases_are_found_anywhere_and_through_blanks(text):
    assert len(found(text, "代开发票")) == 1


def test_places_hold_when_folding_makes_text_longer():
    assert found("ßß online casino ﬁ", "online casino") == ["online casino"]
    assert found("ßß 代 开发票", "代开发票") == ["代 开发票"]


def test_matches_come_in_order_with_their_phrases():
    assert found("b phrase, a phrase", "a phrase", "b phrase") == ["b phrase", "a phrase"]


def test_a_phrase_repeated_for_ever_is_counted_a_few_times():
    assert len(found("spam now " * 1000, "spam now")) == 50


@given(st.text(alphabet="aßİ 代开ﬁ", max_size=40), st.text(alphabet="aßi代开f", min_size=1, max_size=3))
def test_every_place_lies_in_the_text(text, phrase):
    for match in find(text, [Phrase("c", phrase)]):
        start, end = match.span
        assert 0 <= start < end <= len(text)
