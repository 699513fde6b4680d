"""Which elements a style rule is for."""

from dataclasses import dataclass, field

import pytest

from templates_app.css_syntax import rules
from templates_app.selectors import parse


@dataclass
class Node:
    name: str
    attributes: dict = field(default_factory=dict)
    parent: "Node | None" = None

    @property
    def classes(self):
        return frozenset(self.attributes.get("class", "").split())


def selectors(written):
    (rule,) = rules(f"{written}{{a:b}}")
    return parse(rule.selector)


ROOT = Node("html")
BODY = Node("body", {}, ROOT)
OUTER = Node("div", {"class": "a"}, BODY)
INNER = Node("div", {"class": "b", "id": "i"}, OUTER)
LEAF = Node("p", {"class": "c d", "lang": "en-GB", "title": "one two"}, INNER)


@pytest.mark.parametrize(
    "written",
    [
        "p", "P", "*", ".c", ".d.c", "p.c", "div p", "div > p", "#i p", "#i > .c", ".a .c", ".a > .b > p", "body .a p",
        "html>body div.a>div#i>p", "div div p", "[lang]", "[lang|=en]", "[title~=two]", "p[title^='one']", "[title$=two]",
        "[title*='e t']", "[ lang = en-GB ]", "x, p", "\\70", "body > .a .b > p",
    ],
)  # fmt: skip
def test_an_element_matches(written):
    assert any(selector.matches(LEAF) for selector in selectors(written))


@pytest.mark.parametrize(
    "written",
    [
        "q", ".e", ".C", "p.e", ".a > .c", "p p", "div div div p", "body > p", "#c", "[lang=en]", "[dir]", "p:hover", "p::before",
        "p + p", "div ~ p", "p:not(.x)", "> p", "p >", "p..c", "[=x]", "div >> p",
    ],
)  # fmt: skip
def test_an_element_does_not_match(written):
    assert not any(selector.matches(LEAF) for selector in selectors(written))


def test_a_parent_further_out_is_looked_for_when_the_nearest_is_not_as_asked():
    chain = ROOT
    for names in ("x", "y", "z", "y"):
        chain = Node("div", {"class": names}, chain)
    assert selectors(".x > .y p")[0].matches(Node("p", {}, chain))


def test_the_more_is_asked_the_more_specific_it_is():
    order = ["*", "p", "div p", ".c", "p.c", ".c.d", "#i", "#i .c"]
    specificities = [selectors(written)[0].specificity for written in order]
    assert specificities == sorted(specificities)
    assert len(set(specificities)) == len(order)
