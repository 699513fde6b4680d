"""The tokens of HTML and their places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app.markup import conditional, tokens


def pieces(source):
    return [(token.kind, source[token.start : token.end]) for token in tokens(source)]


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
    assert all(kind == "text" for kind, _ in pieces(source))


def test_conditional_comments_give_what_outlook_shows():
    source = "<!--[if mso]><b>x</b><![endif]-->"
    (comment,) = tokens(source)
    start, end = conditional(source, comment)
    assert source[start:end] == "<b>x</b>"
    (plain,) = tokens("<!-- x -->")
    assert conditional("<!-- x -->", plain) is None


@pytest.mark.parametrize(
    ("source", "inside"),
    [
        ("<!--[if mso]>x-->", "x"),
        ("<!--[if mso]>x", "x"),
        ("<!-- [IF gte mso 9]>x<! [EndIf] -->", "x"),
        ("<!--[if !mso]><!-->", "<!"),
    ],
)
def test_outlook_reads_on_behind_a_condition_whatever_its_end(source, inside):
    (comment,) = tokens(source)
    start, end = conditional(source, comment)
    assert source[start:end] == inside


def test_a_condition_within_a_condition_hides_nothing():
    source = "<!--[if mso]>" * 3 + "<b>x</b><![endif]-->"
    (comment,) = tokens(source)
    found = tokens(source, *conditional(source, comment), outlook=True)
    assert [(token.kind, token.name) for token in found] == [
        ("comment", ""), ("comment", ""), ("start", "b"), ("text", ""), ("end", "b"),
    ]  # fmt: skip


@given(st.text(alphabet="<>/!-='\"&;ab \n[]", max_size=200))
def test_tokens_follow_one_another_without_overlap(source):
    at = 0
    for token in tokens(source):
        assert at <= token.start < token.end <= len(source)
        at = token.end
        for attribute in token.attributes:
            assert token.start <= attribute.start <= attribute.end <= token.end
