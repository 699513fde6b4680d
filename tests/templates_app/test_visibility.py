"""What a document shows, and that no document makes finding it slow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app.screening import read
from templates_app.text_part import as_written, plain_text
from templates_app.visibility import walk


def shown(source):
    return "".join(source[token.start : token.end] for token, seen in walk(source) if seen and token.kind == "text")


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "DISPLAY : NONE !important",
        "opacity:0.0",
        "opacity:0%",
        "opacity:.01",
        "max-height:0;overflow:hidden",
        "/* x */display:/**/none",
        "d\\69splay:n\\6fne",
        "display:none;display:nothing-known",
        "display:none!important;display:block",
        "content-visibility:hidden",
        "filter:opacity(0)",
        "display:table-column",
    ],
)
def test_what_hides_an_element_hides_all_that_is_in_it(style):
    resets = "display:block;opacity:1;visibility:visible;font-size:16px;color:red"
    assert shown(f'a<div style="{style}">b<div style="{resets}">c</div>d</div>e') == "ae"


HIDING = [
    "visibility:hidden",
    "visibility:collapse",
    "font-size:0",
    "font-size:0px",
    "font-size:.0em",
    "font-size:0%",
    "FONT-SIZE: 1px",
    "font:0/0 a",
    "font: italic bold 0px/1.5 'A B', serif",
    "font: oblique 10deg 0 a",
    "font-size:calc(2px * 0)",
    "font-size:min(0px, 5vw)",
    "color:transparent",
    "color:rgba(0, 0, 0, 0)",
    "color:rgb(0 0 0 / 0%)",
    "color:rgba(0,0,0,.01)",
    "color:hsla(120, 50%, 50%, 0.0)",
    "color:hsl(120deg 50% 50% / 0)",
    "color:#fff0",
    "color:#FFFFFF00",
    "color:oklch(60% .1 20 / 0)",
    "color:red;color:transparent",
    "color:transparent;color:no-such-colour",
    "-webkit-text-fill-color:transparent",
    "text-indent:-9999px",
    "text-indent:-100em",
    "letter-spacing:-99px",
    "letter-spacing:-1em",
]


@pytest.mark.parametrize("style", HIDING)
def test_what_is_inherited_hides_until_a_child_sets_it_anew(style):
    resets = (
        "visibility:visible;font-size:15px;color:#333;-webkit-text-fill-color:currentcolor;text-indent:0;"
        "letter-spacing:0;display:block"
    )
    html = f'a<div style="{style}">b<p>c</p><div style="{resets}">T<b>U</b></div>d</div>e'
    assert shown(html) == "aTUe"


@pytest.mark.parametrize(
    ("parent", "child", "seen"),
    [
        ("font-size:0px;padding:20px 0", "font-size:15px", True),
        ("font-size:0", "font:12px Arial", True),
        ("font-size:0", "font:12px/0 Arial, sans-serif", True),
        ("font-size:0", "font-size:medium", True),
        ("font-size:0", "font-size:1rem", True),
        ("font-size:0", "font-size:initial", True),
        ("font-size:0", "font-size:2vw", True),
        ("font-size:0", "font-size:calc(4px + 8px)", True),
        ("font-size:0", "font-size:clamp(10px, 2vw, 20px)", True),
        ("font-size:0", "all:initial", True),
        ("font-size:0", "font:caption", True),
        ("font-size:0", "font-size:var(--size)", True),
        ("font-size:0", "font-size:2em", False),
        ("font-size:0", "font-size:150%", False),
        ("font-size:0", "font-size:larger", False),
        ("font-size:0", "font-size:inherit", False),
        ("font-size:0", "font-size:unset", False),
        ("font-size:0", "font-size:revert", False),
        ("font-size:0", "font-size:-12px", False),
        ("font-size:0", "font-size:12", False),
        ("font-size:0", "font:12px", False),
        ("font-size:0", "font-size:12px;font-size:0", False),
        ("font-size:0!important", "font-size:12px", True),
        ("visibility:hidden", "visibility:visible", True),
        ("visibility:hidden", "visibility:initial", True),
        ("visibility:hidden", "visibility:inherit", False),
        ("visibility:hidden", "visibility:shown", False),
        ("visibility:hidden", "visibility:hidden!important;visibility:visible", False),
        ("color:transparent", "color:black", True),
        ("color:transparent", "color:rgba(0,0,0,.87)", True),
        ("color:transparent", "color:#000f", True),
        ("color:transparent", "text-shadow:0 0 2px #000", True),
        ("color:transparent", "text-shadow:0 0 2px", True),
        ("color:transparent", "text-shadow:1px 1px rgba(0, 0, 0, 0), 0 0 2px #000", True),
        ("color:transparent", "text-shadow:0 0 2px rgba(0, 0, 0, 0)", False),
        ("color:transparent", "text-shadow:0 0 2px #fff0", False),
        ("color:transparent", "color:currentColor", False),
        ("color:transparent", "color:inherit", False),
        ("color:transparent", "background:red", False),
        ("color:transparent;background:red;-webkit-background-clip:text", "margin:0", True),
        ("text-indent:-9999px", "text-indent:0;display:block", True),
        # The indent is of a block's first line, not of what is in the line.
        ("text-indent:-9999px", "text-indent:0", False),
        ("mso-hide:all", "mso-hide:all", True),
    ],
)
def test_a_child_s_own_value_counts_however_it_is_written(parent, child, seen):
    assert shown(f'<div style="{parent}"><span style="{child}">T</span></div>') == ("T" if seen else "")


@pytest.mark.parametrize(
    "style",
    [
        "position:absolute;left:-9999px",
        "position:absolute;left:-999em;top:auto",
        "position:fixed;top:-100vh",
        "position:relative;right:2000px",
        "position:absolute;inset:0 auto auto -1000px",
        "left:-9999px;position:absolute!important;position:static",
        "margin-left:-9999px",
        "margin:-5000px 0 0",
        "transform:translateX(-9999px)",
        "transform:translate(-200vw, 0)",
        "translate:-9999px",
        "transform:scale(0)",
        "scale:0",
        "position:absolute;clip:rect(0 0 0 0)",
        "position:absolute;clip:rect(1px, 1px, 1px, 1px)",
        "clip-path:inset(50%)",
        "clip-path:circle(0)",
        "clip-path:polygon(0 0, 0 0, 0 0)",
        "height:0;overflow:hidden",
        "height:0;overflow-y:hidden",
        "width:1px;height:1px;overflow:hidden",
        "block-size:0;overflow:hidden",
        "max-inline-size:0;overflow:hidden",
        "position:absolute;inset-inline-start:-9999px",
        "margin-inline-start:-9999px",
        "max-height:0px;overflow:auto",
        "max-width:0;overflow:clip",
        "text-indent:100%;white-space:nowrap;overflow:hidden",
    ],
)
def test_what_is_out_of_sight_or_cut_off_is_not_shown(style):
    assert shown(f'a<div style="{style}">b<p>c</p></div>e') == "ae"


@pytest.mark.parametrize(
    "html",
    [
        '<p style="opacity:0.5;font-size:10px;max-height:0">T</p>',
        '<p style="left:-9999px">T</p>',
        '<p style="position:relative;left:-20px">T</p>',
        '<p style="clip:rect(0 0 0 0)">T</p>',
        '<p style="height:0">T</p>',
        '<p style="height:0;min-height:20px;overflow:hidden">T</p>',
        '<p style="height:0;padding-bottom:56.25%;overflow:hidden">T</p>',
        # Heights are not of words in a line, and a cell grows with what is in it (CSS 2, 10.5 and 17.5.3).
        '<span style="max-height:0;overflow:hidden">T</span>',
        '<table><tr><td style="height:0;overflow:hidden">T</table>',
        '<p style="text-indent:-20px">T</p>',
        '<p style="transform:scale(1) translate(10px)">T</p>',
        '<p style="color:rgb(0 0 0 / 50%)">T</p>',
        '<p style="color:rgba(0,0,0)">T</p>',
        '<p style="display:none;display:block">T</p>',
        '<p style="display:block!important;display:none">T</p>',
        """<p style="font-family:'display:none;x';content:url(data:;visibility:hidden)">T</p>""",
        '<p style="display:non">T</p>',
        '<p hidden style="display:block">T</p>',
        '<div style="color:transparent"><a href="https://a.test/">T</a></div>',
        '<div style="color:transparent"><font color="#333">T</font></div>',
        '<div style="font-size:0"><font size="2">T</font></div>',
        '<div style="font-size:0"><button>T</button></div>',
        "<noscript>T</noscript>",
        "<details open>T</details>",
        "<dialog open>T</dialog>",
        '<div aria-hidden="true">T</div>',
    ],
)
def test_what_hides_nothing_shows(html):
    assert shown(html) == "T"


@pytest.mark.parametrize(
    ("html", "seen"),
    [
        ("<p hidden>x</p>T", "T"),
        ("<p hidden=until-found>x</p>T", "T"),
        ("<p popover>x</p>T", "T"),
        ("<template>x<p>y</p></template>T", "T"),
        ("<details>x<summary>T</summary>y<p>z</p></details>U", "TU"),
        ("<details><p>x</p><summary>T<b>U</b></summary><summary>y</summary></details>", "TU"),
        ("<details><details open>x<summary>y</summary></details></details>T", "T"),
        ("<details hidden><summary>x</summary></details>T", "T"),
        ("<dialog>x</dialog>T", "T"),
        ("<video>x<p>y</p></video>T", "T"),
        ("<audio>x</audio>T", "T"),
        ("<canvas>x</canvas>T", "T"),
        ("<object>x<p style='display:block'>y</p></object>T", "T"),
        ("<iframe>x</iframe>T", "T"),
        ("<noframes>x</noframes>T<noembed>x</noembed>", "T"),
        ("<progress>x</progress><meter>y</meter>T", "T"),
        ("<ruby>T<rp>(</rp><rt>U</rt><rp>)</rp></ruby>", "TU"),
        ("<datalist>x</datalist>T", "T"),
        ('<body style="font-size:0">x<p style="font-size:12px">T', "T"),
        ('T<body style="display:none">', ""),
        ('<html style="visibility:hidden"><body>x<p style="visibility:visible">T', "T"),
    ],
)
def test_elements_hide_what_programs_show_something_else_for(html, seen):
    assert shown(html) == seen


@pytest.mark.parametrize(
    ("html", "seen"),
    [
        ('<p style="display:none">Preview<p>T', "T"),
        ('<p style="display:none">x<div>T</div>', "T"),
        ('<p style="display:none">x<table><tr><td>T</table>', "T"),
        ('<p style="display:none">x<ul><li>T</ul>', "T"),
        ('<p style="display:none">x<span>y</p>T', "T"),
        ("<ul><li hidden>x<li>T</ul>U", "TU"),
        ("<ul><li hidden>x<ul><li>y</ul>z<li>T</ul>", "T"),
        ("<dl><dt hidden>x<dd>T<dt>U</dl>", "TU"),
        ("<table><tr hidden><td>x<tr><td>T</table>", "T"),
        ("<table><tr><td hidden>x<td>T<th>U</table>", "TU"),
        ("<table><thead hidden><tr><th>x<tbody><tr><td>T</table>", "T"),
        ("<table><caption hidden>x<tr><td>T</table>", "T"),
        ("<table hidden><tr><td>x<table><tr><td>y</table>z</table>T", "T"),
        ("<table><tr><td><span hidden>x</td><td>T</table>", "T"),
        ("<div><span hidden>x</div>T", "T"),
        ("<h1 hidden>x<h2>T</h2>", "T"),
        ("<h1 hidden>x</h2>T", "T"),
        ('<a href="x" hidden>x<a href="y">T</a>', "T"),
        ("<ruby>T<rt hidden>x<rt>U</ruby>", "TU"),
        ("<select><option hidden>x<option>T</select>", "T"),
        ("<button hidden>x<button>T", "T"),
        # Formatting goes on in the next paragraph, and not where its end tag stands.
        ("<p><b hidden>x</p><p>y</b>T", "T"),
        ("<b hidden>x<p>y</b>T</p>U", "TU"),
        ("<table><tr><td><b hidden>x<td>T</table>U", "TU"),
        # In no cell of a table it stands before the table.
        ("<table hidden>T<tr><td>x</table>", "T"),
        ("<table hidden><div>T</div><tr>U<td>x</table>", "TU"),
        ("<div hidden>x</span>y</div>T", "T"),
        ("<div hidden>x<td>y</div>T", "T"),
        ("<td hidden>x<td>T", "T"),
        ("<tr hidden><td>x<tr><td>T", "T"),
        ("<td hidden>x</td><td>T</td>", "T"),
        ("<form hidden><div>x</form>y", ""),
    ],
)
def test_elements_end_where_the_standard_ends_them(html, seen):
    assert shown(html) == seen


@pytest.mark.parametrize(
    ("sheet", "html", "seen"),
    [
        (".preheader{display:none !important}", "<span class=preheader>x</span>T", "T"),
        ("<!-- .a, .b{display:none} -->", "<p class='c b'>x</p>T", "T"),
        (".z{font-size:0}.z p{font-size:12px}", "<div class=z>x<p>T</p></div>", "T"),
        ("#a{display:none}p{display:block}", "<p id=a>x</p>T", "T"),
        ("p.a{visibility:hidden}.b{visibility:visible}", "<p class='a b'>x</p>T", "T"),
        ("td > p{display:none}", "<table><td><p>x</p><div><p>T</table>", "T"),
        ("table p{display:none}", "<table><tr><td><p>x</p></table><p>T", "T"),
        ("[data-x=a]{display:none}", "<p data-x=a>x</p><p data-x=b>T", "T"),
        ("*{color:transparent}b{color:red}", "<p>x<b>T</b></p>", "T"),
        ("@media screen{.a{display:none}}", "<p class=a>x</p>T", "T"),
        (".a{display:none}", '<p class=a style="display:block">T', "T"),
        (".a{display:none!important}", '<p class=a style="display:block">x</p>T', "T"),
        ("div .a .b{display:none}", "<p class=b>T</p>", "T"),
        # Under a condition, for paper, in a state, or not a rule at all.
        ("@media (max-width:600px){p{display:none}}", "<p>T", "T"),
        ("@media print{p{display:none}}", "<p>T", "T"),
        ("p:hover{display:none}", "<p>T", "T"),
        ("p + p{display:none}", "<p>T", "T"),
        ("p;p{display:none}", "<p>T", "T"),
        ("@font-face{display:none}p{}", "<p>T", "T"),
    ],
)
def test_rules_of_style_elements_are_followed(sheet, html, seen):
    assert shown(f"<style>{sheet}</style>{html}") == seen
    assert shown(f"{html}<style media='only screen'>{sheet}</style>") == seen


@pytest.mark.parametrize(
    ("html", "seen"),
    [
        ('<div style="background:#fff;color:#ffffff">x<b style="color:#333">T</b></div>', "T"),
        ("<table><tr><td bgcolor=ffffff><font color='#FFF'>x</font>T</td></table>", "T"),
        ('<body bgcolor="#f3f3f3"><span style="color:#f3f3f3">x</span>T', "T"),
        ('<div style="background-color:white"><p style="color:rgb(255,255,255)">x</p>T', "T"),
        ('<div style="background:#FFF no-repeat;color:rgb(100% 100% 100%)">x</div>T', "T"),
        ('<style>.b{background:#222}.b p{color:#fff}</style><table bgcolor="#fff"><tr><td class=b><p>T', "T"),
        ('<div style="background:#fff"><a href=x style="color:#fff">x</a><a href=y>T</a>', "T"),
        (
            '<div style="background:#fff"><p style="color:hsl(0, 0%, 100%)">x</p><p style="color:hsl(9deg 80% 60%)">T',
            "T",
        ),
        ('<div style="background:hsl(0 0% 50%)"><p style="color:gray">x</p>T', "T"),
        # Of these grounds it is not known what they look like.
        ('<div style="color:#fff">T</div>', "T"),
        ('<table><td bgcolor="#ffffff" background="x.png"><p style="color:#fff">T', "T"),
        ('<div style="background:#fff"><div style="background:url(x) #fff;color:white">T', "T"),
        ('<div style="background:linear-gradient(red,blue),#fff;color:#fff">T', "T"),
        ('<div style="background:#fff"><span style="position:absolute;color:#fff">T', "T"),
        ('<div style="background:rgba(255,255,255,.5);color:#fff">T', "T"),
        ('<div style="background:var(--x);color:#fff">T', "T"),
        ('<div style="background:#fff;color:#fff;text-shadow:0 0 1px #000">T', "T"),
    ],
)
def test_text_in_the_very_colour_of_its_ground_is_not_seen(html, seen):
    assert shown(html) == seen


def test_a_sheet_for_paper_hides_nothing():
    assert shown("<style media=print>p{display:none}</style><p>T") == "T"


def test_what_is_for_all_but_outlook_is_ordinary_content():
    assert shown("<!--[if !mso]><!-->a<!--<![endif]-->") == "a"


def test_an_element_ends_with_a_token_of_no_length_where_its_end_tag_is_left_out():
    ends = [(token.name, token.start, token.end) for token, _ in walk("<ul><li>a<li>b</ul>") if token.kind == "end"]
    assert ends == [("li", 9, 9), ("li", 14, 14), ("ul", 14, 19)]


@pytest.mark.parametrize(
    "html",
    [
        '<td style="font-size:0px;padding:20px 0"><div style="font-size:15px">T</div></td>',
        '<p style="display:none">Preview<p>T',
        "<details>x<summary>T</summary>y</details>",
        '<style>.a{display:none}</style><p class=a>x</p><p style="color:transparent">y</p><p>T</p>',
        "<xmp>T</xmp><video>x</video>",
    ],
)
def test_counted_text_and_text_part_show_the_same(html):
    assert read(html, "")[0].text == "T"
    assert as_written(plain_text(html)) == "T\n"


# Ways to write each computed value; None leaves the parent's.
SIZES = {
    0.0: ["font-size:0", "font: 0/0 a", "font-size:0em", "font-size:calc(1px*0)", "FONT-SIZE:0PX !important"],
    12.0: ["font-size:12px", "font:9pt serif", "font-size:calc(6px*2)", "font-size:0;font-size:.75rem"],
    None: ["font-size:1em", "font-size:100%", "font-size:inherit", "font-size:12", "font-size:unset", ""],
}
VISIBLE = {
    False: [
        "visibility:hidden",
        "visibility:collapse",
        "VISIBILITY:/**/Hidden",
        "visibility:visible;visibility:hidden",
    ],
    True: ["visibility:visible", "visibility:initial", "visibility:visible!important;visibility:hidden"],
    None: ["visibility:inherit", "visibility:unset", "visibility:gone", ""],
}
INK = {
    False: ["color:transparent", "color:#0000", "color:rgba(1,2,3,0)", "color:hsl(0 0% 0%/0)", "color:#12345600"],
    True: ["color:red", "color:#123", "color:rgb(1 2 3)", "color:transparent;color:hsla(0,0%,0%,1)"],
    None: ["color:currentcolor", "color:inherit", "color:#12", "color:unknown", ""],
}
GONE = {
    True: ["display:none", "opacity:0", "display:none!important;display:block", "display:bl\\6fck;display:none"],
    False: ["", "opacity:1", "display:none;display:inline", "opacity:0;opacity:100%"],
}


def _value(table):
    return st.sampled_from([(value, written) for value, ways in table.items() for written in ways])


LEVELS = st.lists(st.tuples(_value(SIZES), _value(VISIBLE), _value(INK), _value(GONE)), max_size=6)


@given(LEVELS, st.lists(st.sampled_from(["div", "span", "b", "section", "x-y"]), min_size=6, max_size=6))
def test_text_in_any_nesting_of_styles_is_seen_as_the_computed_values_say(levels, names):
    size, visible, ink, gone = 16.0, True, True, False
    html = "T"
    for (own_size, _s), (own_visible, _v), (own_ink, _i), (own_gone, _g) in levels:
        size = size if own_size is None else own_size
        visible = visible if own_visible is None else own_visible
        ink = ink if own_ink is None else own_ink
        gone = gone or own_gone
    for level, name in reversed(list(zip(levels, names, strict=False))):
        style = ";".join(written for _value, written in level)
        html = f'<{name} style="{style}">{html}</{name}>'
    assert shown(html) == ("T" if size and visible and ink and not gone else "")


TEXTS = st.text(alphabet="abc", min_size=1, max_size=3)
ITEMS = st.tuples(st.booleans(), TEXTS)


@given(
    st.lists(
        st.tuples(st.sampled_from(["p", "ul", "dl", "table"]), st.lists(ITEMS, min_size=1, max_size=3)), max_size=4
    )
)
def test_leaving_out_end_tags_changes_nothing(parts):
    full, short = "", ""
    for kind, items in parts:
        item = {"p": "p", "ul": "li", "dl": "dd", "table": "tr"}[kind]
        pieces = [f"<{item}{' hidden' * hides}>{'<td>' * (kind == 'table')}{text}" for hides, text in items]
        outer, end = ("<div>", "</div>") if kind == "p" else (f"<{kind}>", f"</{kind}>")
        short += f"{outer}{''.join(pieces)}{end}"
        closing = f"</td></{item}>" if kind == "table" else f"</{item}>"
        full += f"{outer}{''.join(piece + closing for piece in pieces)}{end}"
    assert shown(short) == shown(full) == "".join(text for _, items in parts for hides, text in items if not hides)


@given(st.text(alphabet="<>/ pbdivtrable=\"'style:;0{}hidden", max_size=300))
def test_no_document_is_an_error_and_every_token_comes_out(source):
    places = [(token.start, token.end) for token, _ in walk(source)]
    assert places == sorted(places)


UNITS = [
    "<!--", "<a b='", "<a ", "<", "</", "<style>", "<![", "&#9", "<div hidden>", "<b>x", "<p><b>x", "<table><tr>x",
    "<b style=opacity:0><div>", "</b>", "<a href=x>", "<li>", "<b><i><div></b>", "<details>", "<td>", "<option>",
    "<p style='(", "<style>@media screen{</style>", "<style>a b c{color:red}</style><a><b><c>",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
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
    assert work(40_000) < 9 * max(work(5_000), 4_000)
