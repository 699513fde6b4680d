"""The findings: what is counted, at the limits and around them."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from templates_app.phrase_matching import Phrase
from templates_app.screening import Finding, ReviewLimits, passes, read, screen

FOUNDATION = sorted((Path(__file__).parents[2] / "node_modules/foundation-emails/templates").glob("*.html"))
FORBIDDEN = [Phrase("Gambling", "online casino"), Phrase("Invoices", "代开发票")]
LONG = "Plain words that everybody may read. " * 10


def finding(rule, html="", text="", forbidden=FORBIDDEN):
    return next(result for result in screen(html, text, forbidden) if result.rule == rule)


def spans(rule, html):
    result = finding(rule, html)
    source = html if result.where == "source" else read(html, "")[0].text
    return [source[start:end] for start, end in result.spans]


def test_an_honest_mail_passes_every_rule():
    html = f"<p>Dear {{{{name}}}}, {LONG}</p><a href='https://a.test/{{{{id}}}}'>Go</a><img src='https://a.test/x.png'>"
    findings = screen(html, "", FORBIDDEN)
    assert passes(findings), [result.faults for result in findings if not result.passed]


@pytest.mark.parametrize(("count", "passed"), [(159, False), (160, True), (161, True)])
def test_one_hundred_and_sixty_characters_are_enough(count, passed):
    result = finding("length", f"<p>{'x' * count}</p>")
    assert (result.passed, result.value, result.limit) == (passed, count, 160)


@pytest.mark.parametrize(
    "padding",
    [
        "<!-- xxx -->",
        "<style>xxx</style>",
        "<script>xxx</script>",
        "<p hidden>xxx</p>",
        "<title>xxx</title>",
        '<i style="display:none">xxx</i>',
        '<i style="font:0/0 a">xxx</i>',
        '<i style="color:#ffffff00">xxx</i>',
        '<i style="position:absolute;left:-9999px">xxx</i>',
        "<details>xxx</details>",
        "<video>xxx</video>",
        "&nbsp;&nbsp;",
        "\n\t  ",
        "&#8203;\u200d\ufeff&shy;",
        "<img alt=xxx>",
        "&#12644;",
    ],
)
def test_what_nobody_sees_does_not_count(padding):
    assert finding("length", f"ab{padding * 50}").value == 2


def test_references_count_as_what_they_show_and_gaps_as_one():
    assert finding("length", "<p>a&amp;b</p>\n\n <p>c  d</p>").value == len("a&b c d")


def test_variables_do_not_count_as_text():
    result = finding("length", "Hello {{ name }}, you")
    assert result.value == len("Hello , you")


@pytest.mark.parametrize(("text", "passed"), [(39, False), (40, True), (41, True)])
def test_variables_may_be_a_fifth_of_the_text(text, passed):
    result = finding("variables", f"<p>{'x' * text}{{{{name}}}}</p>")
    assert (result.passed, result.value, result.limit) == (passed, 8, text // 5)


def test_the_share_of_variables_and_their_places_are_given():
    html = f"<b>{{{{a}}}}</b> {'x' * 99} {{{{ b }}}}"
    result = finding("variables", html)
    assert (result.value, result.total, result.one_in) == (10, 111, 6)
    assert spans("variables", html) == ["{{a}}", "{{b}}"]


def test_variables_in_addresses_are_not_text():
    assert finding("variables", '<a href="https://a.test/{{a}}/{{b}}">x</a>').value == 0


@pytest.mark.parametrize(("count", "passed"), [(50, True), (51, False)])
def test_fifty_images_are_allowed(count, passed):
    result = finding("images", LONG + "<img src=x srcset='a 1x, b 2x'>" * count)
    assert (result.passed, result.value) == (passed, count)


def test_backgrounds_are_images_too():
    html = (
        '<td background="x"><p style="background: #fff url(x)"><style>a{background-image:url("x")} b{background:red}</style>'
        "<picture><source srcset=x><img src=x></picture>"
    )
    assert finding("images", html).value == 4


def test_each_picture_of_a_style_counts():
    items = "<li style='list-style-image:url(a.png);background:url(b.png), url(c.png)'>x" * 17
    result = finding("images", f"<ul>{items}</ul>")
    assert (result.passed, result.value) == (False, 51)


@pytest.mark.parametrize(
    ("html", "sheets"),
    [
        ("<link rel=stylesheet href='https://fonts.test/css?family=A'>", ["https://fonts.test/css?family=A"]),
        ("<link rel='preload StyleSheet' href=x>", ["x"]),
        (
            "<style>@import 'https://fonts.test/a';@import url(https://fonts.test/b);</style>",
            ["https://fonts.test/a", "https://fonts.test/b"],
        ),
        ("<!--[if !mso]><!--><link href='https://a.test/' rel='stylesheet'><!--<![endif]-->", ["https://a.test/"]),
        ("<link rel=stylesheet href='//fonts.test/css?family=A'>", ["//fonts.test/css?family=A"]),
        ("<style>@import url(//fonts.test/a);@import '//fonts.test/b';</style>", ["//fonts.test/a", "//fonts.test/b"]),
        ("<style>p{color:red}</style><link rel=icon href=x>", []),
    ],
)
def test_a_style_sheet_from_elsewhere_is_for_the_reviewer_to_see_and_no_refusal(html, sheets):
    result = finding("outside_sheets", html)
    assert [fault.text for fault in result.faults] == sheets
    assert (result.passed, result.noted) == (True, bool(sheets))
    assert finding("active", html).passed
    assert finding("links", html).passed


@pytest.mark.parametrize(
    "html",
    [
        "<link rel=stylesheet href='//{{x}}/a.css'>",
        r"<link rel=stylesheet href='\\files.test\a.css'>",
        "<style>@import '//{{x}}.test/a.css';</style>",
        "<style>@import 'a.css';p{background:url(//files.test/a.png)}</style>",
    ],
)
def test_no_value_chooses_where_a_style_sheet_comes_from_and_nothing_else_is_without_a_scheme(html):
    assert not finding("links", html).passed


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("A</p>B", "A B"),
        ("A</br>B", "A B"),
        ("<details open><summary>A</summary>B</details>C", "A B C"),
        ("<menu><li>A</menu>B", "A B"),
        ("A<dialog>x</dialog>B", "AB"),
        ("A</i>B</span>C", "ABC"),
    ],
)
def test_blocks_and_end_tags_that_stand_for_elements_part_words(html, text):
    assert read(html, "")[0].text == text


@pytest.mark.parametrize(
    "tag",
    ["{{#each rows}}", "{{/each}}", "{{^a}}", "{{#if a.b}}", "{{> part}}", "{{!x}}", "{{~#if a}}", "{{else if b}}"],
)
def test_section_tags_are_refused_by_their_name(tag):
    result = finding("placeholders", f"<p>{tag}</p>")
    assert [(fault.code, fault.text) for fault in result.faults] == [("section_tag", tag)]


def test_images_for_outlook_are_the_same_images_again():
    assert finding("images", "<!--[if mso]><img src=x><v:image src=y><![endif]-->").value == 0


def test_images_need_text_beside_them():
    assert not finding("images_only", "<img src=x alt='a long text'>&nbsp;").passed
    assert finding("images_only", "<img src=x>a").passed


@pytest.mark.parametrize(
    "href", ["{{url}}", "https://{{host}}/", "https://a.test{{x}}", "/page", "https://a.test.{{x}}/", " {{url}}"]
)
def test_a_link_needs_a_fixed_domain(href):
    html = f'<a href="https://ok.test/">ok</a><a href="{href}">x</a>'
    assert not finding("links", html).passed
    assert spans("links", html) == [f'<a href="{href}">']


@pytest.mark.parametrize(
    "text",
    ["https://{{host}}/", "See HTTP://shop.{{ tld }} now", "www.{{x}}.test", "官网www.{{x}}.test", "https://a{{x}}"],
)
def test_an_address_in_text_needs_a_fixed_domain_too_for_mail_programs_make_a_link_of_it(text):
    html = f"<p>{text}</p>"
    for result, source in ((finding("links", html), html), (finding("links", text=text), read("", text)[0].text)):
        assert not result.passed
        ((start, end),) = result.spans
        assert [(fault.code, fault.text) for fault in result.faults] == [("domain_not_fixed", source[start:end])]
    padded = f"Hello   you,\n\n\n{text}"
    result = finding("links", text=padded)
    ((start, end),) = result.spans
    assert result.where == "text"
    assert read("", padded)[0].text[start:end] == result.faults[0].text


@pytest.mark.parametrize(
    "text", ["https://a.test/{{x}}", "http://a.test?{{x}}", "{{x}}", "www.a.test/{{x}}", "https:// {{x}}"]
)
def test_other_variables_beside_addresses_in_text_pass(text):
    assert finding("links", f"<p>{text}</p>").passed
    assert finding("links", text=text).passed


def test_links_in_what_only_outlook_shows_are_looked_at():
    assert not finding("links", '<!--[if mso]><a href="{{url}}">x</a><![endif]-->').passed


@pytest.mark.parametrize(
    "html",
    [
        "Our Online <b>Casino</b> opens",
        "<p>online</p><p>casino</p>",
        "on<i>line</i> casino",
        "on&shy;line cas&#105;no",
        "代开<b>发票</b>",
        "<p>代开</p><p>发票</p>",
    ],
)
def test_forbidden_phrases_are_found_through_tags(html):
    result = finding("forbidden_phrases", html)
    assert (result.passed, len(result.spans)) == (False, 1)
    assert [(fault.code, fault.place) for fault in result.faults] in (
        [("phrase", "Gambling")],
        [("phrase", "Invoices")],
    )


@pytest.mark.parametrize(
    "html",
    [
        "<p hidden>online casino</p>",
        '<img alt="online casino">',
        "<title>online casino</title>",
        "<!--[if mso]>online casino<![endif]-->",
    ],
)
def test_forbidden_phrases_do_not_hide(html):
    result = finding("forbidden_phrases", html)
    assert not result.passed
    assert [fault.code for fault in result.faults] == ["unseen_phrase"]


def test_names_of_variables_are_no_phrases():
    assert finding("forbidden_phrases", "{{online}} {{casino}} <!-- online casino -->").passed


@pytest.mark.parametrize(
    "html",
    [
        "<script>",
        "<ScRiPt/x>",
        "<form>",
        "<iframe>",
        "<object>",
        "<embed>",
        "<base href=x>",
        "<svg>",
        "<p onclick=x>",
        "<p/onmouseover=x>",
        "<a href='javascript:x'>",
        "<a href=' jAvA&#9;script:x'>",
        "<a href='data:text/html,x'>",
        "<img src=javascript:x>",
        "<style>@import url(data:text/css,x)</style>",
        "<style>@import 'javascript:x'</style>",
        "<meta http-equiv=refresh content=0>",
        "<iframe srcdoc=x>",
        "<!--[if mso]><script><![endif]-->",
    ],
)
def test_a_mail_runs_nothing(html):
    result = finding("active", LONG + html)
    assert not result.passed
    assert result.spans


@pytest.mark.parametrize(
    "html",
    ["<img src='data:image/png;base64,x'>", "<img alt='data: x'>", "<link rel=icon href=x>", "<p style='color:red'>"],
)
def test_harmless_markup_passes(html):
    assert finding("active", html).passed


@pytest.mark.parametrize(
    "html",
    [
        "<p {{a}}>",
        "<p title={{a}}>",
        "<{{a}}>",
        '<p style="color:{{a}}">',
        "<style>{{a}}</style>",
        "<!-- {{a}} -->",
        "{{a b}}",
        "{{a|upper}}",
    ],
)
def test_variables_stand_where_values_are_data(html):
    result = finding("placeholders", html)
    assert not result.passed
    assert result.spans


def test_three_braces_are_named_as_a_whole():
    assert finding("placeholders", "<p>{{{name}}}</p>").faults[0].text == "{{{name}}}"


def test_variables_in_quoted_values_and_titles_are_fine():
    assert finding("placeholders", "<title>{{a}}</title><p title='{{b}}' lang=\"{{c}}\">{{d}}").passed


def test_the_weaker_of_two_parts_counts():
    findings = {result.rule: result for result in screen(LONG, "short {{name}}", FORBIDDEN)}
    assert (findings["length"].value, findings["length"].where) == (6, "text")
    assert findings["length"].one_of_two
    assert findings["variables"].where == "text"


def test_plain_text_alone_is_screened():
    findings = screen("", f"{LONG} {{{{name}}}} <b>online casino</b> <script>", FORBIDDEN)
    assert [(result.rule, result.where) for result in findings if not result.passed] == [("forbidden_phrases", "text")]
    assert "<script>" in read("", "a <script>")[0].text


def test_a_template_that_is_too_big_is_not_read():
    (result,) = screen("é" * 100, "", [], ReviewLimits(max_bytes=199))
    assert (result.rule, result.passed, result.value) == ("size", False, 200)


def test_other_limits_may_hold():
    limits = ReviewLimits(min_characters=5, text_per_variable=1, max_images=0)
    found = {result.rule: result.passed for result in screen("Hello {{a}}<img>", "", [], limits)}
    assert (found["length"], found["variables"], found["images"]) == (True, True, False)


def test_findings_survive_json():
    for result in screen("<p>{{a}} online casino<img src=x>", "", FORBIDDEN):
        assert Finding.from_json(json.loads(json.dumps(result.to_json()))) == result


@pytest.mark.parametrize("path", FOUNDATION, ids=lambda path: path.stem)
def test_real_templates_are_not_refused_for_their_markup(path):
    html = path.read_text() + f"<p>{LONG} {{{{name}}}}</p>"
    assert [result.faults for result in screen(html, "", FORBIDDEN) if not result.passed] == []


@settings(max_examples=300)
@given(st.text(alphabet="<>/!-='\"{}&;: abhimgrefsty代\n", max_size=300), st.text(max_size=50))
def test_no_input_is_an_error_and_every_place_is_in_it(html, text):
    parts = {part.where: part.text for part in read(html, text)} | {"source": html}
    for result in screen(html, text, FORBIDDEN):
        for start, end in result.spans:
            assert 0 <= start < end <= len(parts[result.where])
