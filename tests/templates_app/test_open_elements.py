"""The stack of open elements."""

import pytest

from templates_app.computed_style import ComputedStyle
from templates_app.markup import Token, tokens
from templates_app.open_elements import OpenElements

PLAIN = ComputedStyle()


def closed(source):
    """Return what each end tag and each start tag closed, in order."""
    elements = OpenElements(
        [Token("start", 0, 0, "html"), Token("start", 0, 0, "body")], lambda element: (PLAIN, PLAIN)
    )
    found = []
    for token in tokens(source):
        if token.kind == "start":
            found += [element.name for element in elements.start(token)[1]]
        elif token.kind == "end":
            found += [element.name for element in elements.end(token.name)]
    return found


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("<p>a<p>b", ["p"]),
        ("<p><b>a<div>", ["b", "p"]),
        ("<p><button><p></button></p>", ["p", "button", "p"]),
        ("<ul><li><div><li>", ["div", "li"]),
        ("<ul><li><ul><li></ul></ul>", ["li", "ul", "li", "ul"]),
        ("<table><tr><td><b>a<td>", ["b", "td"]),
        ("<table><td>a</table>", ["td", "tr", "tbody", "table"]),
        ("<table><tr><td></div>", []),
        ("<dl><dt><dd><dt>", ["dt", "dd"]),
        ("<h1><h2></h1>", ["h1", "h2"]),
        ("<div><span></div></span>", ["span", "div"]),
        ("<a><a></a>", ["a", "a"]),
        ("</p></b></x></body></table>", []),
        ("<img><br><hr></img>", []),
        ("<form><div></form></div></form>", ["div", "form"]),
        ("<template><div></template></div>", ["div", "template"]),
        ("<ruby><rt><rp>", ["rt"]),
        ("<select><option><option><optgroup>", ["option", "option"]),
    ],
)
def test_tags_close_what_the_standard_says(source, names):
    assert closed(source) == names


def test_formatting_is_opened_again_in_the_next_paragraph_and_of_more_than_three_alike_but_three():
    opened = []

    def styled(element):
        opened.append(element.name)
        return PLAIN, PLAIN

    elements = OpenElements([Token("start", 0, 0, "body")], styled)
    for token in tokens("<p><b><b><b><b><i>"):
        elements.start(token)
    for token in tokens("<p>"):
        elements.start(token)
    opened.clear()
    assert elements.text(blank=True) is PLAIN
    assert opened == []
    elements.text(blank=False)
    assert opened == ["b", "b", "b", "i"]


def test_repairs_have_an_end():
    counted = []
    elements = OpenElements(
        [Token("start", 0, 0, "body")], lambda element: (counted.append(element.name), (PLAIN, PLAIN))[1]
    )
    for number in range(64):
        for token in tokens(f"<b id={number}>"):
            elements.start(token)
    for _ in range(2_000):
        for token in tokens("<p>"):
            elements.start(token)
        elements.text(blank=False)
        elements.end("p")
    assert len(counted) < 30_000
