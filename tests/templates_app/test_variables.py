"""Variables in a text: what is one, and that a value is data."""

import pytest

from templates_app.variables import BROKEN, Variable, fill_plain, names_in, split


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
    assert split("a{{x}}{{y}}b") == ["a", Variable("x"), Variable("y"), "b"]


def test_values_are_not_looked_at_again():
    assert fill_plain("{{a}} and {{b}}", {"a": "{{b}}", "b": "\\1{{a}}"}) == "{{b}} and \\1{{a}}"


def test_a_missing_value_is_nothing():
    assert fill_plain("a{{x}}b", {}) == "ab"
