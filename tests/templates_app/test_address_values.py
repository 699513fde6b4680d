"""Values in addresses: whoever takes a filled link apart gets each value back whole."""

from html import unescape
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates_app.address_values import encode, scheme, split_address, split_text
from templates_app.link_targets import followed, target_of
from templates_app.rendering import compile, fill_html, fill_link, fill_text
from templates_app.variables import Position, Variable

VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
TRICKY = [
    "Tom & Jerry", "a=b&c=d", "1+1=2", "50% off", "c%20d", "100%25", "#top", "?x=1", "a/b", "../up", "x;y,z", "@home:1",
    "https://b.test/?u=1&v=2#w", "\\", "\"'<>", "[1]{2}|^`", "é ü", "王芳", "👩‍👩‍👧‍👦", " ", "a\nb\r\nc\td", "\x00\x7f", "", "{{y}}",
    "javascript:alert(1)", "%", "%zz", "*-._~", "&amp;", "&lt;",
]  # fmt: skip


def fill(href, **values):
    """Return where the link of a mail leads, and what stands in the HTML, which is the same."""
    compiled = compile(f'<a href="{href}">x</a>', "x")
    html = fill_html(compiled, values, link=None, pixel="", footer="")
    shown = unescape(html.removeprefix('<a href="').removesuffix('">x</a>'))
    if compiled.links:
        assert fill_link(compiled, 0, values) == shown
    return shown


@pytest.mark.parametrize(
    ("href", "values", "filled"),
    [
        ("https://a.test/?ref=mail-{{x}}", {"x": "Tom & Jerry"}, "https://a.test/?ref=mail-Tom%20%26%20Jerry"),
        ("https://a.test/?text=Hi%20{{x}}", {"x": "Tom & Jerry"}, "https://a.test/?text=Hi%20Tom%20%26%20Jerry"),
        ("https://a.test/{{x}}/edit", {"x": "a/b?c#d"}, "https://a.test/a%2Fb%3Fc%23d/edit"),
        ("https://a.test/#{{x}}", {"x": "a#b c"}, "https://a.test/#a%23b%20c"),
        ("https://a.test/?{{x}}=1", {"x": "a=b"}, "https://a.test/?a%3Db=1"),
        ("https://a.test/?n={{x}}{{y}}", {"x": "1+", "y": "&2"}, "https://a.test/?n=1%2B%262"),
        ("https://a.test/?u={{x}}&amp;v=1", {"x": "https://b.test/?a=1&b=2"},
         "https://a.test/?u=https%3A%2F%2Fb.test%2F%3Fa%3D1%26b%3D2&v=1"),
        ("https://a.test/?q={{x}}", {"x": "c%20d"}, "https://a.test/?q=c%2520d"),
        ("mailto:{{x}}", {"x": "ada+list@a.test"}, "mailto:ada%2Blist@a.test"),
        ("mailto:{{x}}?subject=Re:%20{{y}}", {"x": "a@b.test?bcc=eve@c.test", "y": "Tom & Jerry"},
         "mailto:a@b.test%3Fbcc%3Deve@c.test?subject=Re:%20Tom%20%26%20Jerry"),
        ("mailto:a@b.test?body={{x}}", {"x": "one\ntwo"}, "mailto:a@b.test?body=one%0D%0Atwo"),
        ("MAILTO&#58;{{x}}?subject=a", {"x": "a@b.test"}, "MAILTO:a@b.test?subject=a"),
        ("tel:{{x}}", {"x": "+86-138(00)"}, "tel:+86-138(00)"),
        ("tel:{{x}}", {"x": "1;phone-context=evil.test#"}, "tel:1%3Bphone-context%3Devil.test%23"),
        ("sms:{{x}}?body=Hi%20{{y}}", {"x": "+8613800138000", "y": "Tom & Jerry"},
         "sms:+8613800138000?body=Hi%20Tom%20%26%20Jerry"),
        ("#{{x}}", {"x": "a b"}, "#a%20b"),
    ],
)  # fmt: skip
def test_a_value_is_encoded_for_where_it_stands(href, values, filled):
    assert fill(href, **values) == filled


@pytest.mark.parametrize(
    ("value", "filled"),
    [
        ("https://a.test/b?c=d&e=%20#f", "https://a.test/b?c=d&e=%20#f"),
        (" https://a.test/ü \n", "https://a.test/%C3%BC"),
        ("http://a.test/100%", "http://a.test/100%25"),
        ("mailto:a@b.test", "mailto:a@b.test"),
        ("/orders/1", "/orders/1"),
        ("javascript:alert(1)", ""),
        (" JaVa\tscript:alert(1)", ""),
        ("\x01vbscript:x", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("ms-word:ofe|u|https://a.test/x.docx", ""),
        ("", ""),
    ],
)
def test_a_value_that_is_the_address_stays_one_if_its_scheme_is_harmless(value, filled):
    assert fill("{{x}}", x=value) == filled
    assert fill(" {{x}}?y=1", x=value) == f" {filled}?y=1"


@pytest.mark.parametrize("value", TRICKY)
def test_a_tricky_value_comes_back_from_every_place(value):
    assert_comes_back(value, "other & more")


@given(VALUES, VALUES)
def test_any_value_comes_back_from_every_place(value, other):
    assert_comes_back(value, other)


def assert_comes_back(value, other):
    href = "https://a.test/p-{{x}}/{{y}}/q?{{x}}k=1&amp;v=Hi%20{{y}}{{x}}&amp;w={{x}}#f-{{y}}!"
    link = fill(href, x=value, y=other)
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc) == ("https", "a.test")
    assert [unquote(segment) for segment in parts.path.split("/")] == ["", f"p-{value}", other, "q"]
    assert parse_qsl(parts.query, keep_blank_values=True) == [
        (f"{value}k", "1"),
        ("v", f"Hi {other}{value}"),
        ("w", value),
    ]
    assert unquote(parts.fragment) == f"f-{other}!"
    assert link.isascii()
    assert link.isprintable()


@given(VALUES, VALUES)
def test_no_value_adds_a_recipient_or_field_to_a_mail(value, other):
    parts = urlsplit(fill("mailto:{{x}}@a.test?subject={{y}}&amp;body={{x}}", x=value, y=other))
    fields = dict(pair.split("=") for pair in parts.query.split("&"))
    assert unquote(parts.path) == f"{value}@a.test"
    assert sorted(fields) == ["body", "subject"]
    # RFC 6068 5: line breaks are CRLF there.
    assert unquote(fields["subject"]).splitlines() == "\r\n".join(other.split("\n")).splitlines()
    assert "," not in parts.path


@given(VALUES)
def test_the_plain_text_part_has_the_links_of_the_html_part(value):
    html = '<p>Hi {{x}}</p><a href="https://a.test/?ref=mail-{{x}}">Go</a>'
    filled = fill_text(compile(html, ""), {"x": value}, footer="")
    assert filled.startswith(f"Hi {value}")
    link = filled.rpartition("Go (")[2].removesuffix(")\n")
    assert parse_qs(urlsplit(link).query, keep_blank_values=True) == {"ref": [f"mail-{value}"]}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Go: https://a.test/?ref=mail-{{x}}\n{{x}}", "Go: https://a.test/?ref=mail-Tom%20%26%20Jerry\nTom & Jerry"),
        ("(www.a.test/{{x}})", "(www.a.test/Tom%20%26%20Jerry)"),
        ("官网www.a.test/{{x}}。{{x}}", "官网www.a.test/Tom%20%26%20Jerry。Tom & Jerry"),
        ("awww.a.test/{{x}}", "awww.a.test/Tom & Jerry"),
        ("https://a.test/, {{x}}", "https://a.test/, Tom & Jerry"),
        ("打开https://a.test/查看{{x}}", "打开https://a.test/查看Tom & Jerry"),
        ("https://a.test/{{x}}/{{ x }}。{{x}}", "https://a.test/Tom%20%26%20Jerry/Tom%20%26%20Jerry。Tom & Jerry"),
        ("<https://a.test/{{x}}>{{x}}", "<https://a.test/Tom%20%26%20Jerry>Tom & Jerry"),
        ("Tel: {{x}}, https: {{x}}", "Tel: Tom & Jerry, https: Tom & Jerry"),
        ("https://a.test/?a=1&b={{x}}", "https://a.test/?a=1&b=Tom%20%26%20Jerry"),
        ("{{x}}", "Tom & Jerry"),
    ],
)
def test_an_address_written_out_in_text_is_a_link_too(text, filled):
    assert fill_text(compile("", text), {"x": "Tom & Jerry"}, footer="") == filled


@pytest.mark.parametrize(
    ("html", "filled"),
    [
        ("https://a.test/?y=1&amp;z={{x}}", "https://a.test/?y=1&amp;z=Tom%20%26%20Jerry"),
        ("https://a.test/?y=1&#38;z={{x}}", "https://a.test/?y=1&#38;z=Tom%20%26%20Jerry"),
        ("https://a.test/&nbsp;{{x}}", "https://a.test/&nbsp;Tom &amp; Jerry"),
        ("https://a.test/<b>{{x}}</b>", "https://a.test/<b>Tom &amp; Jerry</b>"),
        ("Order {{x}}", "Order Tom &amp; Jerry"),
    ],
)
def test_so_it_is_in_the_text_of_html(html, filled):
    assert fill_html(compile(html, ""), {"x": "Tom & Jerry"}, link=None, pixel="", footer="") == filled


def test_a_link_that_shows_its_own_address_is_written_once_and_encoded():
    for shown in ("https://a.test/?x={{y}}", "https://a.test/?<b>x={{y}}</b>"):
        compiled = compile(f'<p>a <a href="https://a.test/?x={{{{y}}}}">{shown}</a> b</p>', "")
        assert fill_text(compiled, {"y": "1 & 2"}, footer="") == "a https://a.test/?x=1%20%26%202 b\n"


@given(st.text(alphabet="htps:/w.a?&=#{}x-ü <>;", max_size=200))
def test_splitting_a_text_loses_nothing(text):
    pieces = split_text(text)
    written = "".join(piece if isinstance(piece, str) else f"{{{{{piece.name}}}}}" for piece in pieces)
    assert written == text.replace("{{ ", "{{").replace(" }}", "}}") or "{{ " in text or " }}" in text


def test_many_variables_and_addresses_take_linear_time():
    source = "https://a.test/?" + "&a={{b}}" * 40_000
    assert len(split_text(source)) == 80_000
    assert len(split_address(source, str)) == 80_000
    assert len(split_text("https://" * 100_000)) == 1


def test_data_keeps_its_base64():
    assert split_address("data:image/png;base64,{{x}}", str) == [
        "data:image/png;base64,",
        Variable("x", Position.DATA),
    ]
    assert encode("iVBO+/w==", Position.DATA) == "iVBO+/w=="


@pytest.mark.parametrize("value", ["javascript:x", " JaVaScRiPt:x", "java\tscript:x", "\x01java\nscript:x"])
def test_a_scheme_does_not_hide_behind_blanks(value):
    assert scheme(value) == "javascript"


def test_skeletons_of_the_earlier_form_are_filled_as_they_were():
    assert encode("orders/1?ref=a&b=c%20d#e", Position.URL) == "orders/1?ref=a&b=c%20d#e"
    assert encode('a b"<>\\^`{|}é\n100%', Position.URL) == "a%20b%22%3C%3E%5C%5E%60%7B%7C%7D%C3%A9%0A100%25"
    assert encode("Bo & Li #1 + 2?/c%20d", Position.ARGUMENT) == "Bo%20%26%20Li%20%231%20%2B%202?/c%20d"


def test_a_value_cannot_make_another_link_of_a_fixed_one():
    pieces = target_of("https://a.test/{{x}}")
    assert followed(pieces)
    for value in TRICKY:
        assert urlsplit("https://a.test/" + encode(value, pieces[1].position)).netloc == "a.test"
