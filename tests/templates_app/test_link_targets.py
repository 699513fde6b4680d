"""Where links lead, and which are allowed and followed."""

import pytest

from templates_app.link_targets import fault, followed, target
from templates_app.markup import tokens
from templates_app.variables import Position, Variable


def of(href, quote='"'):
    (token,) = tokens(f"<a href={quote}{href}{quote}>")
    return target(token.attribute("href"))


def test_the_target_is_decoded_and_trimmed():
    assert of(" https://a.test/?x=1&amp;y={{z}}\n") == ("https://a.test/?x=1&y=", Variable("z", Position.PART))


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


@pytest.mark.parametrize("href", ["https://bücher.example/{{x}}", "https://i❤.ws/", "https://例え.テスト:8080/ü?é"])
def test_a_host_in_the_letters_of_its_language_is_one(href):
    assert followed(of(href))
    assert fault(of(href)) is None


def test_a_link_may_be_as_long_as_a_redirect_can_take_it():
    longest = "https://a.test/?q=" + "x" * 2030
    assert len(longest) == 2048
    assert fault(of(longest)) is None
    assert fault(of(longest + "{{y}}")) is None
    assert fault(of(longest + "x")) == "too_long"
    assert fault(of(longest + "x{{y}}")) == "too_long"
    # As it is sent: three characters for each byte of "é".
    assert fault(of("https://a.test/?q=" + "é" * 339)) == "too_long"
    assert fault(of("https://a.test/?q=" + "é" * 338)) is None
    assert fault(of("mailto:a@b.test?body=" + "x" * 3000)) is None
