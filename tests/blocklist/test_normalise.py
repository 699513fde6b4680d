"""blocklist.normalise: one spelling for every way to write an address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocklist import normalise


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        (" Ann@Example.COM ", "ann@example.com"),
        ("ann@example.com.", "ann@example.com"),
        ("ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
        ("a..b.@docomo.test", "a..b.@docomo.test"),
        ("o'neil+news@sub.example.co.uk", "o'neil+news@sub.example.co.uk"),
    ],
)
def test_an_address_has_one_spelling(text, spelling):
    assert normalise.address(text) == spelling


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ann",
        "@example.com",
        "ann@",
        "ann@example",
        "a b@example.com",
        "ann@-x.com",
        "ann@x-.com",
        "ann@1.2.3.4",
        "ann@exa mple.com",
        "ann@example..com",
        "ann@b@example.com",
        "änn@example.com",
        "ann\n@example.com",
        "ann@" + "ü" * 70 + ".com",
    ],
)
def test_what_is_no_address_is_refused_with_a_reason(text):
    with pytest.raises(ValueError, match=r"\w"):
        normalise.address(text)


@pytest.mark.parametrize("text", ["a" * 65 + "@example.com", "a@" + "b" * 60 + ("." + "c" * 60) * 4 + ".com"])
def test_an_address_that_is_too_long_is_told_apart(text):
    with pytest.raises(normalise.TooLong):
        normalise.address(text)


@given(st.text(max_size=40), st.text(max_size=40))
def test_normalising_twice_changes_nothing(local, name):
    try:
        once = normalise.address(f"{local}@{name}.test")
    except ValueError:
        return
    assert normalise.address(once) == once
    assert once.isascii()
