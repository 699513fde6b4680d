"""Web addresses in ASCII, leading where a browser would have gone."""

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.mail.web_addresses import to_uri


@pytest.mark.parametrize(
    ("address", "uri"),
    [
        ("https://a.test/b?c=%20#d", "https://a.test/b?c=%20#d"),
        ("https://bücher.example/ä?b=c#d", "https://xn--bcher-kva.example/%C3%A4?b=c#d"),
        ("http://BÜCHER。例え.example:8080/", "http://xn--bcher-kva.xn--r8jz45g.example:8080/"),
        ("https://a.test/bücher", "https://a.test/b%C3%BCcher"),
        ('https://a.test/a b?x="é"&y=[1]#a#b[', "https://a.test/a%20b?x=%22%C3%A9%22&y=%5B1%5D#a%23b%5B"),
        ("https://a.test/50%?c=%zz", "https://a.test/50%25?c=%25zz"),
        ("https://a.test/x\\y?z\\w", "https://a.test/x/y?z%5Cw"),
        ("https://a.test?", "https://a.test?"),
        ("https://a_b.test:8443", "https://a_b.test:8443"),
        ("https://ex%61mple.test/", "https://ex%61mple.test/"),
        ("HTTPS://A.test#", "HTTPS://A.test#"),
        ("https://[::1]:80/é", "https://[::1]:80/%C3%A9"),
        # A name that browsers open though IDNA 2008 forbids it.
        ("https://i❤.ws/", "https://xn--i-7iq.ws/"),
        ("https://例え.テスト/", "https://xn--r8jz45g.xn--zckzah/"),
    ],
)
def test_an_address_in_the_letters_of_its_language_is_sent_as_http_takes_it(address, uri):
    assert to_uri(address) == uri


@pytest.mark.parametrize(
    "address",
    ["", "/x", "//a.test/", "https:a.test", "https:///x", "ftp://a.test/", "javascript:x", "https://a℀b.test/", "https://é..test/",
     "https://a b\u3000.test/", "https://\u202eé.test/", "https://" + "é" * 80 + ".test/", "https://e@é.test/",
     "https://a\x01b.test/", "https://a\r\nb.test/", 'https://a"b.test/', "https://a{b}.test/", "https://[a.test/", "https://[::1/",
     "https://:80/", "https://a.test:0/", "https://a.test:99999/", "https://a.test:x/", "https://a@b.test/"],
)  # fmt: skip
def test_what_no_redirect_can_lead_to_is_an_error(address):
    with pytest.raises(ValueError, match="."):
        to_uri(address)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_all_that_stands_behind_the_host_is_kept(text):
    uri = to_uri(f"https://a.test/{text}")
    assert uri.isascii()
    assert uri.isprintable()
    assert " " not in uri
    assert to_uri(uri) == uri
    assert urlsplit(uri).netloc == "a.test"
    path = text.partition("#")[0].partition("?")[0]
    assert unquote(urlsplit(uri).path) == unquote("/" + path.replace("\\", "/"))
