"""One list of attributes that hold addresses: screening, rendering, text part and tracking go by it alike."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app.link_targets import followed, target
from templates_app.markup import tokens
from templates_app.rendering import compile, fill_html, fill_link
from templates_app.screening import Finding, screen
from templates_app.text_part import as_written, plain_text
from templates_app.url_attributes import _ATTRIBUTES, _ELEMENTS, Use, followed_attribute, sources, use_of

SHAPES = ("arc", "curve", "group", "image", "line", "oval", "polyline", "rect", "roundrect", "shape", "shapetype")
FOLLOWED = [("a", "href"), ("area", "href"), ("p", "href"), *((f"v:{shape}", "href") for shape in SHAPES)]
IMAGES = [
    *((element, "background") for element in ("body", "table", "tr", "td", "th", "div")),
    ("img", "src"), ("img", "srcset"), ("img", "lowsrc"), ("img", "dynsrc"), ("source", "srcset"), ("video", "poster"),
    ("v:image", "src"), ("v:fill", "src"), ("v:fill", "o:href"), ("v:imagedata", "src"), ("v:imagedata", "o:href"),
    ("v:fill", "o:althref"), ("v:stroke", "src"), ("image", "xlink:href"), ("feImage", "href"),
]  # fmt: skip
FETCHED = [
    ("link", "href"), ("audio", "src"), ("video", "src"), ("track", "src"), ("bgsound", "src"), ("embed", "src"),
    ("iframe", "src"), ("object", "data"), ("use", "xlink:href"), ("q", "cite"), ("img", "longdesc"),
    ("link", "imagesrcset"), ("head", "profile"), ("div", "itemtype"),
]  # fmt: skip
REFUSED = [
    ("base", "href"), ("form", "action"), ("button", "formaction"), ("a", "ping"), ("img", "attributionsrc"), ("html", "manifest"),
    ("object", "codebase"), ("object", "classid"), ("applet", "archive"), ("div", "xml:base"),
]  # fmt: skip
LISTED = [
    *((*pair, Use.FOLLOWED) for pair in FOLLOWED),
    *((*pair, Use.IMAGE) for pair in IMAGES),
    *((*pair, Use.FETCHED) for pair in FETCHED),
    *((*pair, Use.REFUSED) for pair in REFUSED),
]
# The rest of the list: SVG 2's references to what is drawn elsewhere in it, and what hardly any mail has.
RARE = [
    *((element, "xlink:href", Use.FETCHED) for element in (
        "altGlyph", "animate", "animateMotion", "animateTransform", "clipPath", "color-profile", "cursor", "discard",
        "filter", "font-face-uri", "glyphRef", "linearGradient", "mask", "mpath", "pattern", "radialGradient",
        "script", "set", "textPath", "tref",
    )),
    ("input", "src", Use.IMAGE), ("image", "src", Use.IMAGE), ("div", "itemid", Use.FETCHED),
    ("img", "usemap", Use.FETCHED), ("form", "action-xhr", Use.REFUSED),
]  # fmt: skip
PLAIN_WRAP, OUTLOOK_WRAP, REVEALED_WRAP, HIDDEN_ENDING = (
    "{}", "<!--[if mso]>{}<![endif]-->", "<![if !mso]>{}<![endif]>", "<!--[if gte mso 9]>{}-->",
)  # fmt: skip
WRAPS = [PLAIN_WRAP, OUTLOOK_WRAP, REVEALED_WRAP, HIDDEN_ENDING, "<!--[if !mso]><!-->{}<!--<![endif]-->"]


def any_case(text: str) -> st.SearchStrategy[str]:
    return st.integers(0).map(lambda seed: "".join(random.Random(seed).choice((a.lower(), a.upper())) for a in text))


@st.composite
def tags(draw: st.DrawFn, address: str) -> tuple[str, Use]:
    """Return a tag with the address in a listed attribute, in one of the spellings of markup, and its use."""
    element, attribute, use = draw(st.sampled_from(LISTED))
    if element.startswith("v:"):
        element = draw(st.sampled_from(["v", "V", "x", "vml"])) + element[1:]
    fixed, braces, rest = address.partition("{{")
    fixed = "".join(f"&#{ord(letter)};" if letter in "ahtps" and draw(st.booleans()) else letter for letter in fixed)
    encoded = fixed + braces + rest
    blank = draw(st.sampled_from([" ", "\n", "\t", "/", " class=x "]))
    equals = draw(st.sampled_from(["=", " = ", "=\n"]))
    padding = draw(st.sampled_from(["", " ", "\n", "\r\n "]))
    quote = draw(st.sampled_from(["'", '"']))
    named = draw(any_case(attribute))
    html = f"<{draw(any_case(element))}{blank}{named}{equals}{quote}{padding}{encoded}{padding}{quote}>"
    return draw(st.sampled_from(WRAPS)).format(html), use


def faults(html: str, rule: str) -> Finding:
    return next(finding for finding in screen(html, "", []) if finding.rule == rule)


@pytest.mark.parametrize(("element", "attribute", "use"), [*LISTED, *RARE])
def test_each_listed_pair_has_its_use(element: str, attribute: str, use: Use) -> None:
    (token,) = tokens(f"<{element} {attribute}='https://a.test/'>")
    assert use_of(token, token.attributes[0]) is use


def test_every_entry_of_the_list_is_named_above() -> None:
    named = {(element.lower(), attribute.lower().rpartition(":")[2]) for element, attribute, _use in [*LISTED, *RARE]}
    assert set(_ELEMENTS) - named == set()
    assert {name.rpartition(":")[2] for name in _ATTRIBUTES} - {attribute for _element, attribute in named} == set()


def test_every_entry_of_the_list_is_read_by_screening() -> None:
    pairs = [("p", name) for name in _ATTRIBUTES] + list(_ELEMENTS)
    for element, attribute in pairs:
        html = f"<{element} {attribute}='file:///x'>"
        assert not faults(html, "active").passed, html


@given(tags("https://a.test/x"))
def test_a_fixed_address_passes_and_is_tracked_exactly_if_it_is_followed(tag: tuple[str, Use]) -> None:
    html, use = tag
    assert faults(html, "links").passed
    compiled = compile(html, "")
    assert len(compiled.links) == (use is Use.FOLLOWED)
    filled = fill_html(compiled, {}, link=lambda number: f"https://t.test/{number}", pixel="", footer="")
    assert ("https://t.test/0" in filled) == (use is Use.FOLLOWED)
    if use is Use.FOLLOWED:
        assert fill_link(compiled, 0, {}) == "https://a.test/x"
    else:
        assert filled == html


@given(tags("{{url}}"))
def test_an_address_whose_host_is_a_value_is_found_by_screening_and_tracked_nowhere(tag: tuple[str, Use]) -> None:
    html, use = tag
    assert faults(html, "active" if use is Use.REFUSED else "links").passed is False
    assert compile(html, "").links == ()


@given(tags("https://{{host}}.test/"))
def test_a_host_with_a_value_in_it_is_found_too(tag: tuple[str, Use]) -> None:
    html, use = tag
    assert faults(html, "active" if use is Use.REFUSED else "links").passed is False
    assert compile(html, "").links == ()


@given(st.sampled_from(["javascript", "vbscript", "file", "mhtml"]).flatmap(lambda scheme: tags(f"{scheme}:x")))
def test_an_active_scheme_is_found_on_every_listed_attribute(tag: tuple[str, Use]) -> None:
    html, _use = tag
    assert not faults(html, "active").passed


@given(tags("https://a.test/?q={{v}}"))
def test_a_value_in_an_address_is_percent_encoded_wherever_an_address_may_stand(tag: tuple[str, Use]) -> None:
    html, use = tag
    compiled = compile(html, "")
    filled = fill_html(compiled, {"v": 'x y&"z'}, link=None, pixel="", footer="")
    assert filled == html.replace("{{v}}", "x%20y%26%22z")
    if use is Use.FOLLOWED:
        assert fill_link(compiled, 0, {"v": "x y"}) == "https://a.test/?q=x%20y"


@given(tags("https://a.test/x"))
def test_the_text_part_names_what_is_tracked_and_shown(tag: tuple[str, Use]) -> None:
    html, use = tag
    shown = html.startswith("<!") is False or html.startswith(("<![if", "<!--[if !mso]><!-->"))
    text = as_written(plain_text(html + "go"))
    assert ("https://a.test/x" in text) == (shown and use is Use.FOLLOWED)


@pytest.mark.parametrize(
    "html",
    [
        '<v:roundrect href="{{u}}">',
        '<!--[if mso]><V:Shape HREF="{{u}}"><![endif]-->',
        '<!--[if mso]><!--[if gte mso 9]><v:rect href="{{u}}"><![endif]-->',
        '<area href="{{u}}">',
        '<td background="{{u}}">',
        '<td background="//files.test/x.png">',
        '<img src="\\\\files.test\\x.png">',
        '<img srcset="https://a.test/1.png 1x, {{ u }} 2x">',
        '<img srcset="https://a.test/1.png 1x,{{u}} 2x">',
        '<a href="https://a.test/" href="{{u}}">',
        '<meta itemprop="url" content="{{u}}">',
        '<img src="h{{u}}">',
    ],
)
def test_links_and_pictures_need_a_fixed_domain_wherever_they_stand(html: str) -> None:
    found = faults(html, "links")
    assert not found.passed
    assert found.spans


@pytest.mark.parametrize(
    "html",
    [
        '<td style="background:url(file:///x)">',
        "<style>a{background:u\\72l('vbscript:x')}</style>",
        "<style>a{width:expression(1)}</style>",
        "<!--[if mso]><p style='width:expression(1)'><![endif]-->",
        "<button formaction='https://a.test/'>",
        "<p xml:base='https://a.test/'>",
        "<img src='data:text/html,x'>",
        "<meta http-equiv=refresh content='0;url=https://a.test/'>",
    ],
)
def test_what_acts_is_found_wherever_it_stands(html: str) -> None:
    assert not faults(html, "active").passed


@pytest.mark.parametrize(
    "html",
    [
        '<img src="cid:logo"><img src="x.png"><img src="https://a.test/{{x}}.png">',
        '<td background="data:image/png;base64,x">',
        '<img srcset="https://a.test/{{x}},1.png 1x, https://a.test/2.png,, https://a.test/3.png">',
        '<div itemscope itemtype="http://schema.org/EmailMessage"><meta itemprop="description" content="{{x}}"></div>',
        '<a href="https://a.test/{{x}}"><img usemap="#m"></a>',
        "<!--[if mso]><style>v\\:* {behavior:url(#default#VML)}</style><![endif]-->",
        '<html xmlns:v="urn:schemas-microsoft-com:vml">',
    ],
)
def test_harmless_addresses_pass(html: str) -> None:
    assert [
        finding for finding in screen(html, "", []) if finding.rule in ("links", "active") and not finding.passed
    ] == []


@pytest.mark.parametrize(
    ("html", "count"),
    [
        ("<td background=x>", 1),
        ("<v:fill src=x>", 1),
        ("<!--[if mso]><v:fill src=x><![endif]-->", 0),
        ("<video poster=x src=y>", 1),
        ("<img src=x lowsrc=y srcset=z>", 1),
        ("<td background=x style='background:url(x)'>", 2),
        ("<ul style='list-style-image:url(x)'>", 1),
        ("<link rel=icon href=x>", 0),
        ("<v:rect href=x>", 0),
    ],
)
def test_pictures_count_wherever_they_stand(html: str, count: int) -> None:
    assert faults(html, "images").value == count


def test_sets_of_pictures_are_split_as_browsers_split_them() -> None:
    (token,) = tokens("<img srcset=' a,b 1x,c 2x , d,, {{ e }} 3x, f, '>")
    assert sources(token.attributes[0]) == ["a,b", "c", "d", "{{e}}", "f"]
    (token,) = tokens("<link imagesrcset=''>")
    assert sources(token.attributes[0]) == []


@given(st.text(alphabet="<>/!-='\"{}&;: vahrefsc[]ifmso\n", max_size=300))
def test_tracked_links_are_those_that_screening_lets_pass(html: str) -> None:
    tracked: list[Any] = []
    for token in tokens(html):
        href = followed_attribute(token)
        if href and followed(target(href)):
            tracked.append(target(href))
    assert all(link in compile(html, "").links for link in tracked)


@pytest.mark.parametrize("tag", ["<a xlink:href='https://decoy.test/' {}>", "<v:rect o:href='https://decoy.test/' {}>"])
def test_the_address_that_programs_follow_is_tracked_and_not_one_with_a_prefix_before_it(tag: str) -> None:
    html = tag.format("href='https://a.test/'")
    assert compile(html, "").links == (("https://a.test/",),)


PROPERTIES = ["url", "URL", "urlTemplate", "sameAs", "image", "thumbnailUrl", "name url", "target", "trackingUrl"]


@pytest.mark.parametrize("name", PROPERTIES)
def test_an_address_in_a_mail_s_markup_for_mailbox_providers_is_held_to_the_rules(name: str) -> None:
    html = "<meta itemprop='{}' content='{}'>"
    assert faults(html.format(name, "https://a.test/{{x}}"), "links").passed
    assert not faults(html.format(name, "{{url}}"), "links").passed
    assert not faults(html.format(name, "javascript:x"), "active").passed
    assert use_of(next(tokens("<meta itemprop=name content=x>")), next(tokens("<a content=x>")).attributes[0]) is None


@pytest.mark.parametrize(
    "text",
    [
        "https://{{x}}.test",
        "https:&#47;&#47;{{x}}",
        "https:&#x2F;&sol;{{x}}/",
        "htt&#112;s&colon;//{{x}}",
        "www&#46;{{x}}",
        "www&period;a{{x}}",
    ],
)
def test_a_text_that_mail_programs_make_a_link_of_has_no_value_in_its_host(text: str) -> None:
    assert not faults(f"<p>See {text} for more</p>", "links").passed
    assert faults(f"<p>See https:&#47;&#47;a.test/{{{{x}}}}</p><b>{text[-1]}</b>", "links").passed


@pytest.mark.parametrize("text", ["www.", "www&#46;", "https://a&period;"])
def test_the_longest_text_of_beginnings_is_read_in_one_go(text: str) -> None:
    assert faults(f"<p>{text * 40_000}</p>", "links").passed
