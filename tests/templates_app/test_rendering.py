"""Compiling and filling: values are data, links have slots, everything else stays as it was."""

import itertools
import json
import random
import re
import string
from html import escape, unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app.address_values import encode
from templates_app.rendering import Compiled, compile, fill_html, fill_link, fill_plain, fill_text, names_in
from templates_app.variables import Position

FOUNDATION = sorted((Path(__file__).parents[2] / "node_modules/foundation-emails/templates").glob("*.html"))


def render(html, values=None, *, link=None, pixel="", footer="", text=""):
    return fill_html(compile(html, text), values or {}, link=link, pixel=pixel, footer=footer)


def tracker(number):
    return f"https://t.test/?n={number}&x=1"


def test_a_value_is_escaped_in_text_and_attributes():
    assert render('<p title="{{a}}">{{ a }}</p>', {"a": "<\"'&>"}) == (
        '<p title="&lt;&quot;&#x27;&amp;&gt;">&lt;&quot;&#x27;&amp;&gt;</p>'
    )


def test_a_value_in_an_address_is_encoded_and_escaped():
    assert render('<a href="https://a.test/?q={{a}}">', {"a": 'x y"&z'}) == '<a href="https://a.test/?q=x%20y%22%26z">'
    assert render('<a href="https://a.test/{{a}}">', {"a": 'x y"?b&z'}) == (
        '<a href="https://a.test/x%20y%22%3Fb%26z">'
    )


def test_a_missing_value_is_nothing():
    assert render("a{{x}}b") == "ab"


def test_web_links_are_replaced_and_remembered():
    html = "<a href=\"https://a.test/?x=1&amp;y={{z}}\">a</a><AREA HREF='http://b.test'><a class=c href=https://c.test/>c</a>"
    compiled = compile(html, "")
    assert fill_html(compiled, {"z": "1"}, link=tracker, pixel="", footer="") == (
        "<a href=\"https://t.test/?n=0&amp;x=1\">a</a><AREA HREF='https://t.test/?n=1&amp;x=1'>"
        '<a class=c href="https://t.test/?n=2&amp;x=1">c</a>'
    )
    assert [fill_link(compiled, number, {"z": "é ü"}) for number in range(3)] == [
        "https://a.test/?x=1&y=%C3%A9%20%C3%BC",
        "http://b.test",
        "https://c.test/",
    ]


@pytest.mark.parametrize(
    "html",
    [
        '<a href="mailto:a@b.test">',
        '<a href="tel:1">',
        '<a href="#x">',
        '<a name="x">',
        '<a href="/x">',
        '<a href="{{u}}">',
        "<!-- <a href='https://a.test/'> -->",
        '<link href="https://a.test/">',
        '<v:fill o:href="https://a.test/">',
        '<v:roundrect src="https://a.test/">',
        "<title><a href='https://a.test/'></title>",
        "<a href='https://a.test/",
    ],
)
def test_other_addresses_stay_as_they_are(html):
    compiled = compile(html, "x")
    assert compiled.links == ()
    assert fill_html(compiled, {"u": "https://a.test/"}, link=tracker, pixel="", footer="").replace(
        "https://a.test/", "{{u}}"
    ) == html.replace("https://a.test/", "{{u}}")


BUTTON = """<div><!--[if mso]>
<v:roundrect xmlns:v="urn:schemas-microsoft-com:vml" href="https://a.test/?x={{z}}" style="height:40px" arcsize="10%">
<v:fill type="frame" src="https://a.test/{{z}}.png"/><center>Go</center></v:roundrect>
<![endif]--><!--[if !mso]><!--><a href="https://a.test/?x={{z}}">Go</a><!--<![endif]--></div>"""


def test_the_button_that_outlook_draws_is_tracked_as_its_twin_for_everybody_else():
    compiled = compile(BUTTON, "")
    filled = fill_html(compiled, {"z": "a b"}, link=tracker, pixel="", footer="")
    expected = BUTTON.replace("{{z}}.png", "a%20b.png")
    for number in range(2):
        expected = expected.replace("https://a.test/?x={{z}}", f"https://t.test/?n={number}&amp;x=1", 1)
    assert filled == expected
    assert [fill_link(compiled, number, {"z": "a b"}) for number in range(2)] == ["https://a.test/?x=a%20b"] * 2
    assert fill_text(compiled, {"z": "a b"}, footer="") == "Go (https://a.test/?x=a%20b)\n"


def test_what_was_compiled_before_outlooks_links_were_tracked_leads_where_it_led():
    stored = {
        "html": ['<!--[if mso]><v:rect href="https://o.test/"><![endif]--><a href="', ["link", 0, True, ["https://a.test/"]],
                 '">x</a>', ["end"]],
        "text": ["x\n"],
        "links": [["https://a.test/"]],
        "names": [],
    }  # fmt: skip
    compiled = Compiled.from_json(stored)
    assert fill_link(compiled, 0, {}) == "https://a.test/"
    assert fill_html(compiled, {}, link=tracker, pixel="", footer="") == (
        '<!--[if mso]><v:rect href="https://o.test/"><![endif]--><a href="https://t.test/?n=0&amp;x=1">x</a>'
    )


def test_the_pixel_and_the_footer_stand_at_the_end_of_the_body():
    html = "<body>a<!-- </body> --></body ></html>"
    assert render(html, pixel="https://t.test/?a&b", footer="<p>f</p>") == (
        '<body>a<!-- </body> --><p>f</p><img src="https://t.test/?a&amp;b" width="1" height="1" alt="" border="0">'
        "</body ></html>"
    )
    assert render("a", footer="f") == "af"


def test_the_last_end_of_the_body_counts():
    assert render("a</body>b</body>c", footer="F") == "a</body>bF</body>c"


def test_without_links_pixel_and_variables_nothing_changes():
    html = "<P Class=x>é\r\n\t<br / ><a href = 'https://a.test/?a&b' >&nbsp;</p>\x0b {{ no }"
    assert render(html) == html


@pytest.mark.parametrize("path", FOUNDATION, ids=lambda path: path.stem)
def test_real_templates_come_back_byte_for_byte(path):
    source = path.read_text()
    assert render(source) == source


@pytest.mark.parametrize("path", FOUNDATION, ids=lambda path: path.stem)
def test_every_web_link_of_a_real_template_is_followed(path):
    anchor = re.compile(r'(<a\b[^>]*href=")#(")')
    source = path.read_text() + '<p>Hi {{name}}</p><a href="#">x</a>'
    numbers = itertools.count()
    linked = anchor.sub(lambda found: f"{found[1]}https://shop.test/{next(numbers)}?a=1&amp;b=2{found[2]}", source)
    compiled = compile(linked, "")
    count = next(numbers)
    assert [fill_link(compiled, n, {}) for n in range(len(compiled.links))] == [
        f"https://shop.test/{n}?a=1&b=2" for n in range(count)
    ]
    slots = itertools.count()
    expected = anchor.sub(lambda found: f"{found[1]}{escape(tracker(next(slots)))}{found[2]}", source)
    filled = fill_html(compiled, {"name": "Ada & Co"}, link=tracker, pixel="", footer="")
    assert filled == expected.replace("{{name}}", "Ada &amp; Co")


def test_there_are_real_templates_to_try():
    assert len(FOUNDATION) >= 10


def test_plain_text_is_made_when_none_was_written():
    compiled = compile("<p>Hi {{name}}</p>", "")
    assert fill_text(compiled, {"name": "<Ada>"}, footer="") == "Hi <Ada>\n"
    assert fill_text(compiled, {"name": "Ada"}, footer="Unsubscribe") == "Hi Ada\n\nUnsubscribe\n"


def test_written_plain_text_stays_as_it_is():
    compiled = compile("<p>x</p>", "Dear {{name}},\r\n{{{name}}} <b>\r\n")
    assert fill_text(compiled, {"name": "a&b"}, footer="") == "Dear a&b,\r\n{a&b} <b>\r\n"


def test_a_plain_text_template_has_no_html():
    compiled = compile("", "Hi {{name}}")
    assert compiled.html is None
    assert fill_html(compiled, {}, link=tracker, pixel="p", footer="f") == ""
    assert compiled.names == {"name"}


def test_all_names_are_known():
    html = '<p style="a" title="{{a}}">{{b}}</p><!-- {{c}} --><a href="https://a.test/{{d}}">'
    assert compile(html, "{{e}}").names == set("abcde")
    assert names_in(html) == list("abcd")


def test_a_compiled_template_survives_json():
    html = '<body>{{a}}<a href="https://a.test/{{b}}">x</a><a href=https://b.test/>y</a></body>'
    compiled = compile(html, "")
    again = Compiled.from_json(json.loads(json.dumps(compiled.to_json())))
    assert again == compiled
    values = {"a": "<", "b": " "}
    for link in (None, tracker):
        assert fill_html(again, values, link=link, pixel="p", footer="f") == (
            fill_html(compiled, values, link=link, pixel="p", footer="f")
        )


def hostile_values():
    """500 values that some engine or browser would run, expand or break out with."""
    seeds = [
        "{{b}}",
        "{{ a }}",
        "{{{{b}}}}",
        "{% include 'x' %}",
        "{{ settings.SECRET_KEY }}",
        "${7*7}",
        "#{7*7}",
        "<%= 7*7 %>",
        "{{7*7}}",
        "{{x|center:99999999}}",
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' onload='x",
        "</title></style><svg onload=x>",
        "--><script>",
        "javascript:alert(1)",
        "\\g<0>",
        "\\1",
        "%s%n",
        "{0.__class__}",
        "\r\nBcc: x@y.test",
        "&lt;b&gt;",
        "&#x3c;",
        "\x00",
        "\u2028",
        "</body>",
        "]]>",
        "<!--",
        "{{",
        "}}",
        "\ud7ff",
    ]
    source = random.Random(7)
    while len(seeds) < 500:
        seeds.append(
            "".join(
                source.choice(["{{b}}", "<", ">", '"', "'", "&", "{%", "\\", *string.ascii_letters])
                for _ in range(source.randint(1, 30))
            )
        )
    return seeds


def test_five_hundred_hostile_values_are_data():
    html = '<p>{{a}}</p><a title="{{a}}" href="https://a.test/?q={{a}}">x</a>{{b}}'
    compiled = compile(html, "T {{a}} {{b}}")
    for value in hostile_values():
        values = {"a": value, "b": "B"}
        filled = fill_html(compiled, values, link=None, pixel="", footer="")
        assert filled == f'<p>{escape(value)}</p><a title="{escape(value)}" ' + (
            f'href="https://a.test/?q={escape(encode(value, Position.PART))}">x</a>B'
        )
        assert unescape(filled[3 : filled.index("</p>")]) == unescape(escape(value))
        assert fill_text(compiled, values, footer="") == f"T {value} B"
        assert fill_plain("S {{a}} {{b}}", values) == f"S {value} B"


@given(st.text(), st.text())
def test_no_value_leaves_its_place(value, other):
    filled = render("[{{a}}|{{b}}]", {"a": value, "b": other})
    assert filled == f"[{escape(value)}|{escape(other)}]"


def test_filling_looks_each_variable_up_once():
    asked = []

    class Values(dict):
        def get(self, name, default=None):
            asked.append(name)
            return super().get(name, default)

        def __getitem__(self, name):
            asked.append(name)
            return super().__getitem__(name)

    names = [f"v{n}" for n in range(10_000)]
    compiled = compile("".join(f"<p>{{{{{name}}}}}</p>" for name in names), "x")
    fill_html(compiled, Values({name: "x" for name in names}), link=None, pixel="", footer="")
    assert asked == names
