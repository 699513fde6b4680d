"""Styles cut into rules and declarations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app.css_syntax import declarations, rules, tokens


def pairs(style):
    return [(declaration.name, declaration.value) for declaration in declarations(style)]


@pytest.mark.parametrize(
    ("style", "found"),
    [
        ("display:none;color:red", [("display", "none"), ("color", "red")]),
        (" DISPLAY : None ; ", [("display", "none")]),
        ("d\\69splay:n\\00006fne", [("display", "none")]),
        ("/* a:b; */display:/**/none/* c", [("display", "none")]),
        ("font: 0 / 0 'a;b', c", [("font", '0/0 "",c')]),
        ("background:url(data:image/png;base64,x);a:b", [("background", "url()"), ("a", "b")]),
        ("color:rgba( 0 , 0, 0 ,.0 )", [("color", "rgba(0,0,0,.0)")]),
        ("a:b(c;d;e);f:g", [("a", "b(c;d;e)"), ("f", "g")]),
        ("a:(b;c:d", [("a", "(b;c:d")]),
        ("a:b}c:d;e:f", [("a", "b}c:d"), ("e", "f")]),
        (".a{b:c} d:e", [("d", "e")]),
        ("a:'b\nc:d;e:f", [("a", '"" c:d'), ("e", "f")]),
        ("a;b:c", [("b", "c")]),
        ("a:", [("a", "")]),
        ("--x:{a;b};c:d", [("--x", "{a;b}"), ("c", "d")]),
    ],
)
def test_declarations_are_cut_where_a_browser_cuts_them(style, found):
    assert [pair for pair in pairs(style) if pair[0] != "--x"] == [pair for pair in found if pair[0] != "--x"]


def test_what_is_important_is_said():
    found = declarations("a:b ! IMPORTANT;c:d!important;e:f;g:h!other")
    assert [(declaration.name, declaration.important) for declaration in found] == [
        ("a", True),
        ("c", True),
        ("e", False),
    ]


def selectors(sheet):
    return ["".join(token.text for token in rule.selector).strip() for rule in rules(sheet)]


@pytest.mark.parametrize(
    ("sheet", "found"),
    [
        ("<!-- .a, b>c{d:e} --> f{}", [".a, b>c", "f"]),
        ("@import url(x;y); @charset 'x'; .a{b:c}", [".a"]),
        ("@media screen{.a{} .b{}} .c{}", [".a", ".b", ".c"]),
        ("@media ONLY screen, print{.a{} @media all{.b{}}}", [".a", ".b"]),
        ("@media (min-width:1px){.a{}} @media print{.b{}} @supports (a:b){.c{}} .d{}", [".d"]),
        ("@font-face{a:b} @keyframes x{from{a:b}} .c{}", [".c"]),
        (".a;.b{c:d} .e{}", [".e"]),
        (".a{b:'}'} .c{d:url(})} .e{", [".a", ".c", ".e"]),
        ("} .a{}", ["} .a"]),
    ],
)
def test_rules_that_hold_on_every_screen_are_read(sheet, found):
    assert selectors(sheet) == found


@given(st.text(alphabet="@media screen{}()[];:!.#a1\\'\"/*-<> \n", max_size=200))
def test_no_style_is_an_error_and_tokens_follow_one_another(style):
    at = 0
    for token in tokens(style):
        assert at <= token.start < token.end <= len(style)
        at = token.end
    declarations(style)
    rules(style)


@pytest.mark.parametrize(
    "unit", ["@media screen{", "a{", "(", '"', "/*", "\\", "url(", "a:b(", "}", "a;", "@media print{"]
)
def test_tokens_grow_with_length_alone(unit):
    # Each token is looked at a fixed number of times, so it is enough that there are not more of them.
    assert sum(1 for _ in tokens(unit * 2000)) <= 2 * sum(1 for _ in tokens(unit * 1000)) + 2
    assert len(rules(unit * 2000)) <= 2000
