"""Lengths, font sizes and colours as numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app.css_values import Measure, alpha, font_size, length, opacity, paint, size_in_font, words

MEASURE = Measure(font=20.0, root=10.0, whole=600.0)


@pytest.mark.parametrize(
    ("value", "pixels"),
    [
        ("0", 0), ("0px", 0), ("-1.5e1px", -15), (".5em", 10), ("2rem", 20), ("50%", 300), ("3pt", 4), ("1in", 96),
        ("2.54cm", 96), ("10vw", 60), ("1dvh", 6), ("calc(1px + 2px*3)", 7), ("calc(10px - 50%)", -290),
        ("min(1em,5px)", 5), ("max(1px,2px,calc(3px))", 3), ("clamp(1px,9px,4px)", 4), ("calc((1px + 1px)/2)", 1),
        ("12", None), ("px", None), ("1furlong", None), ("calc(1px", None), ("calc(1px +)", None), ("calc(1px/0)", None),
        ("auto", None), ("", None), ("calc(1px 2px)", None), ("(1px)", 1),
    ],
)  # fmt: skip
def test_lengths_are_pixels(value, pixels):
    assert length(value, MEASURE) == (None if pixels is None else pytest.approx(pixels))


def test_a_percentage_of_nothing_is_no_length():
    assert length("50%", Measure()) is None


@pytest.mark.parametrize(
    ("value", "pixels"),
    [("medium", 16), ("larger", 24), ("150%", 30), ("0.5em", 10), ("-1px", None), ("calc(-1px)", 0), ("12", None)],
)
def test_font_sizes_are_of_the_parent_s(value, pixels):
    assert font_size(value, MEASURE) == (None if pixels is None else pytest.approx(pixels))


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ('0/0 ""', "0"), ("italic bold 12px/1.5 arial,serif", "12px"), ("100 0 a", "0"), ("caption", "medium"),
        ("calc(1px*2)/3 a", "calc(1px*2)"), ("12px", None), ("0/0", None), ("bold a", None), ("", None),
        ("normal normal smaller a", "smaller"),
    ],
)  # fmt: skip
def test_the_font_shorthand_gives_a_size_if_a_family_follows(value, size):
    assert size_in_font(value) == size


@pytest.mark.parametrize(
    ("colour", "seen"),
    [
        ("transparent", 0), ("red", 1), ("canvastext", 1), ("#fff", 1), ("#fff0", 0), ("#ffffff00", 0), ("#ffffff80", 128 / 255),
        ("rgba(0,0,0,0)", 0), ("rgb(0,0,0)", 1), ("rgb(0 0 0/0)", 0), ("rgb(0 0 0/50%)", 0.5), ("hsla(1,2%,3%,.5)", 0.5),
        ("hwb(1 2% 3%/0)", 0), ("color(srgb 1 1 1)", 1), ("light-dark(transparent,red)", 0), ("color-mix(in srgb,red,blue)", 1),
        ("rgb(0 0 0/none)", 0), ("#ff", None), ("colour", None), ("rgb()", None), ("rgba(0,0,0,x)", None),
    ],
)  # fmt: skip
def test_of_a_colour_it_counts_how_much_is_seen(colour, seen):
    assert alpha(colour) == (None if seen is None else pytest.approx(seen))


@pytest.mark.parametrize(
    ("value", "number"), [("0", 0), (".5", 0.5), ("50%", 0.5), ("7", 1), ("-1", 0), ("x", None), ("calc(1 - 1)", 0)]
)
def test_an_opacity_is_from_0_to_1(value, number):
    assert opacity(value) == number


@pytest.mark.parametrize(
    ("colour", "digits"),
    [
        ("#fff", "ffffff"),
        ("#12345f", "12345f"),
        ("#123f", "112233"),
        ("rgb(255,0,300)", "ff00ff"),
        ("rgb(100% 0% 50%)", "ff0080"),
        ("hsl(0, 0%, 100%)", "ffffff"),
        ("hsl(20deg 30% 0%/1)", "000000"),
        ("hsla(0 0 50)", "808080"),
        ("hsl(20deg 30% 40%)", ""),
        ("hsl(20deg)", ""),
        ("white", "ffffff"),
        ("#fff8", ""),
        ("rgb(from red r g b)", ""),
        ("papayawhip", ""),
        ("colour", ""),
    ],
)
def test_opaque_colours_are_compared_by_their_digits(colour, digits):
    assert paint(colour) == digits


def test_words_stand_between_blanks_outside_parentheses():
    assert words("a  b(c d) e(f (g h) i) j") == ["a", "b(c d)", "e(f (g h) i)", "j"]


@given(st.text(alphabet="calcminxp()+-*/0123.,% e#rgb", max_size=250))
def test_no_value_is_an_error(value):
    for read in (lambda: length(value, MEASURE), lambda: font_size(value, MEASURE), lambda: size_in_font(value)):
        assert read() is None or True
    assert alpha(value) is None or 0 <= alpha(value) <= 1
    assert opacity(value) is None or 0 <= opacity(value) <= 1
