"""What a style makes of an element and of the text in it."""

import pytest

from templates_app.computed_style import ComputedStyle, derive


def style(parent=None, **properties):
    return derive(parent or ComputedStyle(), {name.replace("_", "-"): value for name, value in properties.items()})


def test_a_picture_in_a_font_of_no_size_is_shown_and_text_is_not():
    assert style(font_size="0").shown
    assert not style(font_size="0").seen


def test_opacities_of_elements_in_one_another_are_multiplied():
    outer = style(opacity=".2")
    assert outer.seen
    assert style(outer, opacity=".2").gone


def test_the_root_s_font_is_what_rem_is_of():
    root = derive(ComputedStyle(), {"font-size": "0"}, display="block", is_root=True)
    assert style(root, font_size="2rem").font == 0
    assert style(root, font_size="12px").seen


@pytest.mark.parametrize("value", ["inherit", "unset", "revert"])
def test_words_that_every_property_knows_keep_what_is_inherited(value):
    assert not style(style(visibility="hidden"), visibility=value).visible


@pytest.mark.parametrize("value", ["initial", "unknown"])
def test_the_first_value_and_one_taken_from_elsewhere_hide_nothing(value):
    outer = style(visibility="hidden", font_size="0", color="transparent", text_indent="-9999px")
    inner = derive(
        outer,
        dict.fromkeys(("visibility", "font-size", "color", "text-indent"), value),
        display="block",
    )
    assert inner.seen


def test_an_unset_display_is_that_of_a_line_whatever_the_element():
    folded = {"height": "0", "overflow-x": "hidden", "overflow-y": "hidden"}
    assert derive(ComputedStyle(), folded, display="block").gone
    assert not derive(ComputedStyle(), folded | {"display": "unset"}, display="block").gone
