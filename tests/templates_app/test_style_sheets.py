"""What styles load and run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app import style_sheets


@pytest.mark.parametrize(
    ("style", "count"),
    [
        ("background:url(x)", 1),
        ("BACKGROUND-IMAGE : URL( 'x' )", 1),
        ("list-style-image:url(x);border-image:url(y) 30", 2),
        ("background:u\\72l(x)", 1),
        ("background:\\55 RL(x)", 1),
        ("background:image-set('a' 1x, 'b' 2x)", 1),
        ("background:image-set(url(https://a.test/a) 1x, url(https://a.test/b) 2x)", 1),
        ("a{content:url(x)} b{background:red}", 1),
        ("list-style:square url(x)", 1),
        ("background:url(x), url(y)", 2),
        ("background:url('a;b'), url(https://a.test/y)", 2),
        ("cursor:url(x), auto;border-image-source:url(y)", 2),
        ("mask:url(x);-webkit-mask-box-image:url(y)", 2),
        ("background:-webkit-image-set(url(a) 1x, url(b) 2x)", 1),
        ("background:cross-fade(url(a), url(b), 50%)", 2),
        ("background:image('a', red)", 1),
        ("--ground:url(x)", 1),
        ("shape-outside:url(x)", 1),
        ("list-style-image:/*;*/url(x)", 1),
        ("filter:progid:DXImageTransform.Microsoft.AlphaImageLoader(src='x')", 1),
        ("a:hover{background:url(x)}", 1),
        ("@media (min-width:1px){a{background:url(x)}}", 1),
        ("@import url(x);@namespace url(y);", 0),
        ("filter:url(#shadow)", 0),
        ("background:url()", 0),
        ("content:'url(x)'", 0),
        ("@font-face{font-family:a;src:url(x)}", 0),
        ("v\\:*{behavior:url(#default#VML)}", 0),
        ("color:red", 0),
    ],
)
def test_declarations_that_load_a_picture_are_counted(style, count):
    assert len(style_sheets.images(style)) == count


@pytest.mark.parametrize(
    "style",
    ["@import 'x'", "@IMPORT url(x)", "@\\69mport 'x'", "@\\49 MPORT 'x'", "@import/**/url( 'x' ) print", "@import x;"],
)
def test_imports_are_found(style):
    assert style_sheets.imports(style) == ["x"]


def test_what_only_begins_like_an_import_is_none():
    assert style_sheets.imports("@importance 'x'; @-import 'y'") == []


@pytest.mark.parametrize(
    "style",
    [
        "width:expression(1)",
        "width:exp/**/ression (1)",
        "width:e\\78pression(1)",
        "behavior:url(https://x.test/a.htc)",
        "-moz-binding:url(x)",
        "-ms-behavior: url(x.htc)",
    ],
)
def test_what_would_run_is_found(style):
    assert style_sheets.runs(style)


def test_outlooks_own_behaviour_runs_nothing():
    assert not style_sheets.runs("v\\:* {behavior:url(#default#VML);display:inline-block}")


def test_addresses_are_read_with_their_escapes():
    style = "a:url( 'java\\73 cript:x' );b:url(y);c:image-set('z' 1x, \"w\" 2x)"
    assert style_sheets.addresses(style) == ["javascript:x", "y", "z", "w"]


def test_an_imported_sheet_is_an_address():
    assert style_sheets.addresses("@import 'https://a.test/x'") == ["https://a.test/x"]


def test_the_picture_of_a_filter_is_an_address_too():
    style = "filter:progid:DXImageTransform.Microsoft.AlphaImageLoader(sizingMethod='scale', src='//a.test/x.png')"
    assert style_sheets.addresses(style) == ["//a.test/x.png"]


def test_the_longest_style_of_beginnings_is_read_in_one_go():
    assert style_sheets.addresses("AlphaImageLoader(src " * 10_000) == []


@given(st.text(alphabet="url(\\)75 :;{}@import'\"/*#\n", max_size=200))
def test_no_style_is_an_error_and_places_are_in_it(style):
    style_sheets.addresses(style)
    style_sheets.runs(style)
    assert all(0 <= start < end <= len(style) for start, end in style_sheets.images(style))
