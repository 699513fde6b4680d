"""Where links lead, and which are allowed and followed."""

import pytest

from templates_app.link_targets import fault, followed, scheme, target
from templates_app.markup import tokens
from templates_app.variables import Variable


def of(href, quote='"'):
    (token,) = tokens(f"<a href={quote}{href}{quote}>")
    return target(token.attribute("href"))


def test_the_target_is_decoded_and_trimmed():
    assert of(" https://a.test/?x=1&amp;y={{z}}\n") == ("https://a.test/?x=1&y=", Variable("z", True, True))


@pytest.mark.parametrize(
    "href",
    ["https://a.test", "http://a.test/{{x}}", "HTTPS://a.test?{{x}}", "https://a.test#{{x}}", "https://a.test:8/"],
)
def test_a_fixed_domain_is_followed(href):
    assert followed(of(href))
    assert fault(of(href)) is None


@pytest.mark.parametrize(
    "href",
    [
        "{{url}}",
        "https://{{host}}/",
        "https://a.test{{path}}",
        "https://{{x}}.a.test/",
        "https://a@b.test/",
        "https://a.test\\@b.test/",
        "//a.test/",
        "/path",
        "page.html",
        "javascript:alert(1)",
        "https:a.test",
        "ftp://a.test/",
        "https://[a.test/",
        "https://[::1/",
        "https://:80/",
        "https://a.test:0/",
        "https://a.test:99999/",
        "https://a.test:x/{{y}}",
        "https://a\u2100b.test/",
    ],
)
def test_anything_else_is_neither_followed_nor_allowed(href):
    assert not followed(of(href))
    assert fault(of(href))


@pytest.mark.parametrize("href", ["", "#", "#top", "mailto:{{x}}", "tel:+1", "sms:+1"])
def test_links_that_open_no_page_are_allowed_and_not_followed(href):
    assert not followed(of(href))
    assert fault(of(href)) is None


@pytest.mark.parametrize("value", ["javascript:x", " JaVaScRiPt:x", "java\tscript:x", "\x01java\nscript:x"])
def test_a_scheme_does_not_hide_behind_blanks(value):
    assert scheme(value) == "javascript"
