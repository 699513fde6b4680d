"""The tokens of HTML, their places, and that nothing makes them slow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app.markup import conditional, decode, decode_attribute, tokens, walk


def pieces(source):
    return [(token.kind, source[token.start : token.end]) for token in tokens(source)]


def shown(source):
    return "".join(source[token.start : token.end] for token, seen in walk(source) if seen and token.kind == "text")


def test_text_tags_and_comments_are_distinguished():
    assert pieces("a<b x=1>c</b><!-- d --><br/>") == [
        ("text", "a"),
        ("start", "<b x=1>"),
        ("text", "c"),
        ("end", "</b>"),
        ("comment", "<!-- d -->"),
        ("start", "<br/>"),
    ]


@pytest.mark.parametrize(
    ("source", "name", "value", "quote"),
    [
        ("<a href='x y'>", "href", "x y", "'"),
        ('<a HREF = "x&amp;y">', "href", "x&y", '"'),
        ("<a href=x>", "href", "x", ""),
        ("<a href>", "href", "", ""),
        ("<a/href=x/>", "href", "x/", ""),
        ('<a title=">" href="x">', "href", "x", '"'),
        ('<a href="1" href="2">', "href", "1", '"'),
    ],
)
def test_attributes_are_read_as_browsers_read_them(source, name, value, quote):
    (token,) = tokens(source)
    found = token.attribute(name)
    assert (found.value, found.quote) == (value, quote)
    assert source[found.start : found.end] == found.raw


def test_a_script_or_style_ends_at_its_own_tag_alone():
    assert pieces("<style>a<b></b></STYLE >c")[1] == ("raw", "a<b></b>")
    assert pieces("<title><a></title>")[1] == ("raw", "<a>")


@pytest.mark.parametrize("source", ["<!-- x", "<a href='x", "<a x", "<!x", "<style>a", "</a"])
def test_markup_that_never_closes_takes_the_rest(source):
    found = list(tokens(f"a{source}"))
    assert found[0].kind == "text"
    assert found[0].end == 1
    assert all(token.kind != "text" for token in found[1:])


@pytest.mark.parametrize("source", ["1 < 2", "a <> b", "<3", "a<"])
def test_a_bare_bracket_is_text(source):
    assert shown(source) == source


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "DISPLAY : NONE !important",
        "visibility:hidden",
        "font-size:0px",
        "opacity:0.0",
        "max-height:0;overflow:hidden",
        "/* x */display:/**/none",
    ],
)
def test_what_its_own_style_hides_is_not_shown(style):
    assert shown(f'a<div style="{style}">b<div>c</div>d</div>e') == "ae"


def test_a_style_that_hides_nothing_shows():
    assert shown('<p style="opacity:0.5;font-size:10px;max-height:0">a</p>') == "a"
    assert shown("<p hidden>a</p>b<template>c</template>") == "b"


def test_conditional_comments_give_what_outlook_shows():
    source = "<!--[if mso]><b>x</b><![endif]-->"
    (comment,) = tokens(source)
    start, end = conditional(source, comment)
    assert source[start:end] == "<b>x</b>"
    (plain,) = tokens("<!-- x -->")
    assert conditional("<!-- x -->", plain) is None


def test_what_is_for_all_but_outlook_is_ordinary_content():
    assert shown("<!--[if !mso]><!-->a<!--<![endif]-->") == "a"


def test_references_resolve_as_their_place_asks():
    assert decode("&lt;&#65;&copy 1") == "<A© 1"
    assert decode_attribute("?a=1&copy=2&amp;b=&lt;&notit;") == "?a=1&copy=2&b=<&notit;"


def test_a_number_of_any_length_is_no_error():
    assert decode(f"&#{'9' * 100_000};") == "\ufffd"
    assert decode_attribute(f"&#{'0' * 100_000}65;") == "A"


@given(st.text(alphabet="<>/!-='\"&;ab \n[]", max_size=200))
def test_tokens_follow_one_another_without_overlap(source):
    at = 0
    for token in tokens(source):
        assert at <= token.start < token.end <= len(source)
        at = token.end
        for attribute in token.attributes:
            assert token.start <= attribute.start <= attribute.end <= token.end


@pytest.mark.parametrize("unit", ["<!--", "<a b='", "<a ", "<", "</", "<style>", "<![", "&#9", "<div hidden>", "<b>x"])
def test_work_grows_with_length_alone(unit):
    class Counted(str):
        """Counts the characters that searches of the standard library's C code are let loose on."""

        work = 0

        def find(self, wanted, start, end):
            found = super().find(wanted, start, end)
            self.work += (end if found < 0 else found + len(wanted)) - start
            return found

    def work(size):
        source = Counted(unit * (size // len(unit)))
        return sum(1 for _ in walk(source)) + source.work

    # A quadratic walk would take 64 times the work for 8 times the length.
    assert work(80_000) < 9 * max(work(10_000), 8_000)
