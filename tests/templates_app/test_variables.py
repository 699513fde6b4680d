"""Variables in a text: what is one, and that a value is data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app.variables import BROKEN, Variable, fill_plain, names_in, split, url_encode


def test_names_come_once_in_order():
    assert names_in("{{b}} {{ a }} {{b}} {{姓名}} {{x-1.y_z}}") == ["b", "a", "姓名", "x-1.y_z"]


@pytest.mark.parametrize("text", ["{{}}", "{{a b}}", "{a}", "{{a}", "{{{a b}}}", "{{a|upper}}", "{{\na}}"])
def test_other_braces_are_text(text):
    assert names_in(text) == []
    assert split(text) == [text]


@pytest.mark.parametrize(("text", "broken"), [("{{a b}}", True), ("{{a|b}}", True), ("{{ a }}", False), ("{a}", False)])
def test_what_looks_like_a_variable_and_is_none_is_found(text, broken):
    assert bool(BROKEN.search(text)) is broken


def test_splitting_gives_texts_and_variables():
    assert split("a{{x}}{{y}}b", url=True) == ["a", Variable("x", True), Variable("y", True), "b"]


def test_values_are_not_looked_at_again():
    assert fill_plain("{{a}} and {{b}}", {"a": "{{b}}", "b": "\\1{{a}}"}) == "{{b}} and \\1{{a}}"


def test_a_missing_value_is_nothing():
    assert fill_plain("a{{x}}b", {}) == "ab"


def test_addresses_keep_what_they_may_hold():
    assert url_encode("orders/1?ref=a&b=c%20d#e") == "orders/1?ref=a&b=c%20d#e"
    assert url_encode('a b"<>\\^`{|}é\n100%') == "a%20b%22%3C%3E%5C%5E%60%7B%7C%7D%C3%A9%0A100%25"


def test_the_value_of_an_argument_loses_no_part_of_itself():
    assert url_encode("Bo & Li #1 + 2?/c%20d", argument=True) == "Bo%20%26%20Li%20%231%20%2B%202?/c%20d"


def test_a_variable_behind_an_equals_sign_is_an_argument():
    assert split("https://a.test/?x={{y}}{{z}}", url=True)[1:] == [Variable("y", True, True), Variable("z", True)]


@given(st.text())
def test_an_encoded_value_is_an_address_for_ever(value):
    encoded = url_encode(value)
    assert encoded.isascii()
    assert url_encode(encoded) == encoded
    assert not set(encoded) & set(' "<>\\^`{|}\n\t')
